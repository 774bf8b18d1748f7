'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { assertions, check } = require('./harness.js');

const add = 'const add = (a, b) => a + b;';
const wrong = 'const add = (a, b) => a - b;';

const passing = {
    'console.assert': 'console.assert(add(1, 2) === 3)',
    'a function with console.assert': 'const testAdd = () => {\n  console.assert(add(1, 2) === 3)\n}\n\ntestAdd()',
    'node:assert': 'const assert = require("assert");\nassert.strictEqual(add(1, 2), 3);',
    'assert as a function': 'const assert = require("node:assert"); assert(add(1, 2) === 3)',
    'imports': 'import assert, { strictEqual as same } from "node:assert";\nimport * as util from "util";\nsame(add(1, 2), 3); assert(util.inspect)',
    'imports on several lines': 'import {\n  deepStrictEqual,\n  ok,\n} from "node:assert/strict"\nok(add(1, 2) === 3)',
    'the submission\'s names redeclared': 'const plus = add; { const add = plus; console.assert(add(1, 2) === 3) }',
    'an asynchronous function': 'async function main() { await null; console.assert(add(1, 2) === 3) }\nmain();',
    'an asynchronous function at once': '(async () => { await null; console.assert(add(1, 2) === 3) })()',
    'await': 'console.assert((await Promise.resolve(add(1, 2))) === 3)',
    'a timer': 'setTimeout(() => console.assert(add(1, 2) === 3), 5)',
    'an exit of the test\'s own': 'console.assert(add(1, 2) === 3); process.exit(0)',
    'a guarded main of the test\'s own': 'if (require.main === module) console.assert(add(1, 2) === 3); else throw 1',
    'a return': 'console.assert(add(1, 2) === 3);\nreturn;',
    'nothing asserted': 'const x = 1',
    'a last comment': 'console.assert(add(1, 2) === 3) // end',
};
for (const [form, source] of Object.entries(passing)) {
    test(`passes: ${form}`, async () => {
        for (const code of [add, `${add} // end`, `export ${add}`, `"use strict"; ${add}\nmodule.exports = { add }`]) {
            const checked = await check(code, 'assertions', source);
            assert.deepStrictEqual([checked.status, checked.frames], [0, []], checked.stderr);
            const result = await assertions(code, source);
            if (form.includes('guarded') && code.startsWith('export')) continue;
            assert.deepStrictEqual([result.answer, result.status], [{ assertions: 'passed' }, 0], result.stderr);
        }
    });
}

for (const [form, source, message] of [
    ['console.assert', '\nconsole.assert(add(1, 2) === 3)', 'console.assert failed in line 2 of the test: console.assert(add(1, 2) === 3)'],
    ['console.assert with a message', 'console.assert(add(1, 2) === 3, "%s is %d", "sum", 3)', 'console.assert failed in line 1 of the test: sum is 3'],
    ['two of them', 'console.assert(add(1, 2) === 3);\nconsole.assert(add(2, 2) === 4)', 'console.assert failed in line 1 of the test: console.assert(add(1, 2) === 3); (and 1 more)'],
    ['node:assert', 'const assert = require("assert");\nassert.strictEqual(add(1, 2), 3);', /^AssertionError: .*\(line 2 of the test\)$/s],
    ['assert as a function', 'require("assert")(add(1, 2) === 3)', /^AssertionError/],
    ['a late one', 'const assert = require("assert"); setTimeout(() => assert.equal(add(1, 2), 3))', /^AssertionError/],
    ['an asynchronous one', 'const assert = require("assert"); (async () => { await null; assert(add(1, 2) === 3) })()', /^AssertionError/],
    ['one before the test\'s own exit', 'console.assert(add(1, 2) === 3); process.exit(0)', /^console\.assert failed/],
    ['one at the exit', 'process.on("exit", () => console.assert(add(1, 2) === 3))', /^console\.assert failed/],
]) {
    test(`fails: ${form}`, async () => {
        const result = await assertions(wrong, source);
        assert.strictEqual(result.answer?.assertions, 'failed', JSON.stringify(result));
        if (typeof message === 'string') assert.strictEqual(result.answer.message, message);
        else assert.match(result.answer.message, message);
        // The test's process has failed; the submission's has done nothing wrong.
        assert.strictEqual(result.status, 0);
    });
}

test('check(candidate) is called with the entry point, of any form', async () => {
    const source = 'function check(candidate) { console.assert(candidate(1, 2) === 3) }';
    for (const code of [add, 'class Solution { add(a, b) { return a + b } }', 'export default { add: (a, b) => a + b }']) {
        assert.deepStrictEqual((await assertions(code, source, 'add')).answer, { assertions: 'passed' });
    }
    assert.strictEqual((await assertions(wrong, source, 'add')).answer.assertions, 'failed');
    const missing = await assertions('const sub = () => 1', source, 'add');
    assert.deepStrictEqual(missing.answer, { error: 'entry_not_found', message: 'there is no function add; the submission has sub' });
});

const demanding = 'const assert = require("assert");\nassert.strictEqual(add(1, 2), 3);';
for (const [description, code, source = demanding] of [
    ['leaves while it is loaded', 'process.exit(0)'],
    ['leaves while it is loaded, as a module', 'import process from "process"; process.exit(0)'],
    ['leaves in a call', 'function add() { process.exit(0) }'],
    ['leaves in a call in a callback of the test', 'function add(f) { f(); process.exit(0) }', 'add(() => {})'],
    ['leaves later', 'setTimeout(() => process.exit(0), 1); const add = (a, b) => new Promise(() => setInterval(() => {}, 9))', 'console.assert(await add(1, 2) === 3)'],
    ['leaves by another way', 'function add() { process.reallyExit(0) }'],
    ['leaves by a signal', 'function add() { process.kill(process.pid, "SIGKILL") }'],
    ['never answers', 'const add = () => new Promise(() => {})', 'console.assert(await add(1, 2) === 3)'],
    ['never answers an asynchronous main', 'const add = () => new Promise(() => {})', '(async () => { console.assert(await add(1, 2) === 3) })();'],
    ['never answers a named main', 'const add = () => new Promise(() => {})', 'const main = async () => { console.assert(await add(1, 2) === 3) }\nmain().then(() => {});'],
    ['never answers a promise that nobody awaits', 'const add = () => new Promise(() => {})', 'const assert = require("assert");\nadd(1, 2).then((sum) => assert(sum === 3))'],
    ['never answers one of many', 'const add = (a) => a ? new Promise(() => {}) : 0', 'console.assert(1);\nPromise.all([add(0), add(1)]).then(() => console.assert(false));'],
    ['replaces what the test asserts with', `require('assert').strictEqual = console.assert = () => {};\n${wrong}`],
    ['replaces console', `globalThis.console = { assert() {} }; ${wrong}`, 'console.assert(add(1, 2) === 3)'],
    ['declares a console', `const console = { assert() {} }; ${wrong}`, 'console.assert(add(1, 2) === 3)'],
    ['declares a process', `const process = { exit() {} }; ${wrong}`, 'if (add(1, 2) !== 3) process.exit(1)'],
    ['declares the test', `function __assay_test__() {} ${wrong}`],
    ['overwrites the test', `__assay_test__ = async () => {}; ${wrong}`],
    ['returns before the test', `${wrong} return;`],
    ['throws', 'function add() { throw new Error("no") }'],
    ['replaces JSON', `JSON.stringify = () => ""; ${wrong}`, 'console.assert(JSON.stringify(add(1, 2)) === JSON.stringify(3))'],
    ['opens a comment', `${wrong} //*`],
    ['handles what is thrown', `process.on("uncaughtException", () => {}); ${wrong}`],
    ['empties the listeners', `process.removeAllListeners(); ${wrong}`],
]) {
    test(`a submission that ${description} is not accepted`, async () => {
        const result = await assertions(code, source);
        assert.ok(result.answer?.assertions !== 'passed' || result.status !== 0, JSON.stringify(result));
    });
}

test('an assertion of the submission\'s own is no failed test', async () => {
    const own = await assertions(`console.assert(false, "mine"); ${add}`, demanding);
    assert.deepStrictEqual([own.answer, own.status], [{ assertions: 'passed' }, 0]);
    const thrown = await assertions(`require("assert")(false); ${add}`, demanding);
    assert.deepStrictEqual([thrown.answer.error, thrown.status], ['exception', 1]);
});

test('anything else that the test throws is an exception, another status too', async () => {
    const thrown = await assertions(add, 'throw new Error("odd")');
    assert.deepStrictEqual([thrown.answer, thrown.status], [{ error: 'exception', message: 'Error: odd' }, 0]);
    const left = await assertions(add, 'process.exit(4)');
    assert.deepStrictEqual([left.answer, left.status], [{ error: 'exception', message: 'the test ended with status 4' }, 0]);
});

test('a test asks for the submission as a module', async () => {
    for (const code of ['module.exports = { add: (a, b) => a + b }', 'export const add = (a, b) => a + b']) {
        for (const source of [
            'const { add } = require("./main.js"); console.assert(add(1, 2) === 3)',
            'import { add } from "./main.js"; console.assert(add(1, 2) === 3)',
        ]) {
            const result = await assertions(code, source);
            assert.deepStrictEqual(result.answer, { assertions: 'passed' }, result.stderr);
        }
    }
});

// ---------------------------------------------------------------------------------------------- two processes

const assertion = 'const assert = require("assert");\n';
const worlds = {
    'plain values are copied, exactly, and come back as the same objects': [
        'const f = (x) => x; const make = () => [undefined, null, true, NaN, -0, Infinity, -Infinity, 12345678901234567890n, "\\ud800x", [1,,3], {a: {b: 1}}, Object.create(null), new Map([[1, {a: 1}]]), new Set(["x"]), new Date(5), /a/gi, new Uint8Array([1,2]), new Float64Array([1.5]), Buffer.from("ab"), new ArrayBuffer(2), new TypeError("no"), Symbol.iterator, Symbol.for("q"), {["__proto__"]: 1, constructor: 2}]',
        assertion + 'const mine = [undefined, null, true, NaN, -0, Infinity, -Infinity, 12345678901234567890n, "\\ud800x", [1,,3], {a: {b: 1}}, Object.create(null), new Map([[1, {a: 1}]]), new Set(["x"]), new Date(5), /a/gi, new Uint8Array([1,2]), new Float64Array([1.5]), Buffer.from("ab"), new ArrayBuffer(2), new TypeError("no"), Symbol.iterator, Symbol.for("q"), {["__proto__"]: 1, constructor: 2}];\nassert.deepStrictEqual(make(), mine);\nfor (const v of mine) assert.ok(Object.is(f(v), v), typeof v);\nassert.deepStrictEqual(f(mine), mine); assert.strictEqual(f(mine), mine); assert.equal(1 in make()[9], false)'],
    'an instance has its methods, getters, iterator, statics and fields': [
        'class Stack { constructor() { this.items = [] } push(x) { this.items.push(x); return this } pop() { return this.items.pop() } get size() { return this.items.length } *[Symbol.iterator]() { yield* this.items } static of(...xs) { const s = new Stack(); xs.forEach(x => s.push(x)); return s } toString() { return "Stack(" + this.items + ")" } }',
        assertion + 'const s = new Stack(); assert(s instanceof Stack); assert.strictEqual(s.push(1).push(2), s); assert.equal(s.size, 2); assert.deepStrictEqual(s.items, [1, 2]); assert.deepEqual([...s], [1, 2]); assert.equal(s.pop(), 2); assert.equal(`${s}`, "Stack(1)"); assert.deepEqual(Stack.of(1, 2).items, [1, 2]); assert.deepEqual(Object.keys(s), ["items"]); assert.deepStrictEqual(Stack.of(1), s); assert.notDeepStrictEqual(Stack.of(2), s); assert.equal(s.constructor, Stack); assert.equal(Stack.name, "Stack"); assert.equal(typeof Stack, "function"); s.items = [9]; assert.equal(s.pop(), 9); assert("size" in s); const o = {}; s.push(o); assert.strictEqual(s.pop(), o); assert.deepEqual(s, {items: []}); assert.equal(JSON.stringify(s), "{\\"items\\":[]}"); for (const x of s) throw 1;'],
    'errors keep their classes': [
        'class MyError extends Error { constructor(m) { super(m); this.name = "MyError"; this.code = 5 } } const f = () => { throw new MyError("no") }; const g = () => { null.x }',
        assertion + 'assert.throws(f, MyError); assert.throws(f, Error); assert.throws(f, /no/); assert.throws(f, {message: "no", name: "MyError", code: 5}); assert.throws(g, TypeError); try { f() } catch (e) { assert.equal(e.message, "no"); assert(e instanceof MyError); assert(typeof e.stack === "string") }'],
    'a class of the test extends one of the submission': [
        'class Shape { constructor(n) { this.n = n } area() { return 0 } describe() { return `${this.n}: ${this.area()} ${this.side}` } }',
        assertion + 'class Square extends Shape { extra = 7; constructor(s) { super("square"); this.s = s } area() { return this.s ** 2 } get side() { return this.s } } const q = new Square(3); assert.equal(q.area(), 9); assert.equal(q.describe(), "square: 9 3"); assert(q instanceof Square && q instanceof Shape); assert.equal(q.n, "square"); assert.equal(q.extra, 7); assert.deepEqual(Object.keys(q).sort(), ["extra","n","s"])'],
    'what the submission changes in its arguments is changed': [
        'const f = (a, m) => { a.sort(); a[0].push(1); m.set("k", new Set([1])); m.get("o").x = 1; delete m.get("o").y }',
        assertion + 'const o = {y: 1}, inner = ["b"]; const a = [["c"], inner]; const m = new Map([["o", o]]); f(a, m); assert.deepEqual(a, [["b", 1], ["c"]]); assert.strictEqual(a[0], inner); assert.deepEqual(o, {x: 1}); assert(m.get("k").has(1)); const c = []; c.push(c); const d = (x) => x; '],
    'the submission calls functions and methods of the test': [
        'const map = (xs, f) => xs.map((x, i) => f(x, i)); class Bus { #h = {}; on(e, f) { (this.#h[e] ??= []).push(f) } emit(e, ...xs) { for (const f of this.#h[e] ?? []) f(...xs) } } const apply = (o) => { o.log("x"); return o.n }; const curry = (f) => { const g = (...a) => a.length >= f.length ? f(...a) : (...b) => g(...a, ...b); return g }',
        assertion + 'assert.deepEqual(map([1, 2], (x, i) => x * 10 + i), [10, 21]); const seen = []; const b = new Bus(); b.on("e", (...x) => seen.push(x)); b.emit("e", 1, {a: 2}); assert.deepEqual(seen, [[1, {a: 2}]]); const logger = { n: 5, calls: [], log(m) { this.calls.push(m) } }; assert.equal(apply(logger), 5); assert.deepEqual(logger.calls, ["x"]); assert.equal(curry((a, b, c) => a + b + c)(1)(2)(3), 6); class P { constructor(n) { this.n = n } log(m) { this.said = m } } const p = new P(8); assert.equal(apply(p), 8); assert.equal(p.said, "x")'],
    'timers and promises of both sides go on while the test waits, and only then': [
        'const debounce = (f, ms) => { let t; return (...a) => { clearTimeout(t); t = setTimeout(() => f(...a), ms) } }; const sleep = (ms) => new Promise(r => setTimeout(r, ms)); let state = 0; const start = () => { Promise.resolve().then(() => { state = 1 }); return state }; const limit = (p, ms) => Promise.race([p, sleep(ms).then(() => { throw "late" })])',
        assertion + 'let calls = []; const d = debounce((x) => calls.push(x), 20); d(1); d(2); assert.deepEqual(calls, []); await new Promise(r => setTimeout(r, 80)); assert.deepEqual(calls, [2]); assert.equal(start(), 0); assert.equal(state, 0); await null; await sleep(1); assert.equal(state, 1); await assert.rejects(limit(new Promise(() => {}), 10), (e) => e === "late"); assert.equal(await limit(Promise.resolve(4), 100), 4); await assert.rejects(async () => { await limit(Promise.reject(new RangeError("r")), 5) }, RangeError)'],
    'what stays with the submission is read as it is now': [
        'const makeCounter = () => { const obj = { count: 0, inc() { obj.count++; return this }, get double() { return obj.count * 2 } }; return obj }; class Acc { constructor(b) { this.balance = b } } class Bank { #a = {}; add(n, b) { return this.#a[n] = new Acc(b) } pay(n, x) { this.#a[n].balance -= x } } const single = {v: 1}; const getSingle = () => single; let n = 0; const bump = () => ++n; const LIMIT = 5; const {p, q: [r]} = {p: 1, q: [2]}',
        assertion + 'const c = makeCounter(); const {inc} = c; inc(); c.inc(); assert.equal(c.count, 2); assert.equal(c.double, 4); const b = new Bank(); const a = b.add("x", 10); b.pay("x", 3); assert.equal(a.balance, 7); assert.strictEqual(getSingle(), getSingle()); bump(); assert.equal(n, 1); assert.equal(LIMIT + p + r, 8)'],
    'generators, asynchronous ones, and classes that extend builtin ones': [
        'function* g(n) { for (let i = 0; i < n; i++) yield i } async function* ag() { yield 1; yield 2 } class LRU extends Map { get(k) { return super.get(k) ?? -1 } } const sym = Symbol("s"); const tagged = { [sym]: 1, f() {} }; class Arr extends Array { last() { return this[this.length - 1] } }',
        assertion + 'assert.deepEqual([...g(3)], [0, 1, 2]); const it = g(1); assert.deepEqual(it.next(), {value: 0, done: false}); const xs = []; for await (const x of ag()) xs.push(x); assert.deepEqual(xs, [1, 2]); const l = new LRU(); l.set("a", 1); assert.equal(l.get("a"), 1); assert.equal(l.get("b"), -1); assert(l instanceof Map); assert.equal(l.size, 1); assert.equal(tagged[sym], 1); const r = new Arr(); r.push(1, 2); assert.equal(r.last(), 2); assert.equal(r.length, 2); assert.equal(r[1], 2)'],
    'ListNode is supplied': [
        'const reverse = (h) => { let p = null; while (h) [h.next, p, h] = [p, h, h.next]; return p }',
        assertion + 'const l = reverse(new ListNode(1, new ListNode(2))); assert.equal(l.val, 2); assert.equal(l.next.val, 1); assert.equal(l.next.next, null)'],
    'lists nested 100,000 deep': [
        'const nest = (n) => { let a = null; for (let i = 0; i < n; i++) a = [a]; return a }', 'let a = nest(100000), n = 0; while (a) { a = a[0]; n++ } console.assert(n === 100000)'],
    'a list of a million numbers': [
        'const f = (a) => a.map(x => x + 1)', 'const a = Array.from({length: 1e6}, (_, i) => i); const b = f(a); console.assert(b.length === 1e6 && b[999999] === 1e6)'],
    'twenty thousand calls': [
        'const add = (a, b) => a + b; const sum = (a) => a.reduce((x, y) => x + y)', 'for (let i = 0; i < 20000; i++) if (add(i, 1) !== i + 1) throw 1; for (let i = 0; i < 1000; i++) if (sum([i, 1, 2, 3]) !== i + 6) throw 1'],
    'calls within calls': [
        'const memo = (f) => { const c = new Map(); return (n) => { if (!c.has(n)) c.set(n, f(n)); return c.get(n) } }', 'const fib = memo((n) => n < 2 ? BigInt(n) : fib(n - 1) + fib(n - 2)); console.assert(fib(300) === 222232244629420445529739893505090668110110205n && true || fib(10) === 55n)'],
};
for (const [description, [code, source]] of Object.entries(worlds)) {
    test(`across the processes: ${description}`, async () => {
        const result = await assertions(code, source);
        assert.deepStrictEqual([result.answer, result.status], [{ assertions: 'passed' }, 0], result.stderr);
    });
}

test('what the process of the submission throws by itself is an exception', async () => {
    const result = await assertions('const f = () => setTimeout(() => { throw new TypeError("late") })', 'f()');
    assert.deepStrictEqual([result.answer, result.status], [{ error: 'exception', message: 'TypeError: late' }, 1]);
    assert.match(result.stderr, /main\.js:1\n/);
});

test('the end of the test is the end of the submission, as node ends a program', async () => {
    const code = 'setInterval(() => {}, 5); process.on("exit", () => console.log("bye")); const f = (g) => g();';
    for (const source of ['f(() => 1); process.exit(0)', 'f(() => process.exit(0))']) {
        const result = await assertions(code, source);
        assert.deepStrictEqual([result.answer, result.status, result.stdout], [{ assertions: 'passed' }, 0, 'bye\n']);
    }
});

test('the names of the language are the test\'s own', async () => {
    const code = 'class Set { size = 7 } const MySet = Set';
    const source = 'console.assert(new Set().size === 0); console.assert(new MySet().size === 7)';
    const result = await assertions(code, source);
    assert.deepStrictEqual(result.answer, { assertions: 'passed' }, result.stderr);
});
