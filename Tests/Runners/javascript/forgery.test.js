'use strict';
// Submissions that want to be accepted for a wrong answer, or to learn what the test expects.
const test = require('node:test');
const assert = require('node:assert');
const { assertions } = require('./harness.js');

/** Prints every message that comes from the test's process, and every property that is asked for. */
const listening = `
const parse = JSON.parse;
JSON.parse = (text) => { console.log(text); return parse(text) };
const told = (target) => new Proxy(target, Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((trap) =>
    [trap, (...values) => { console.log(trap, String(values[1])); return Reflect[trap](...values) }])));
class Box { constructor() { this.value = 1 } get other() { return 1 } valueOf() { return 1 } }
const f = (kind) => ({ proxy: told({ value: 1 }), list: told([1]), box: new Box(), function: told(() => 1), plain: { value: 1 }, number: 1 })[kind];
`;
const kinds = ['proxy', 'list', 'box', 'function', 'plain', 'number'];

test('what is passed as an argument is seen by a submission that listens', async () => {
    const result = await assertions(listening, 'f("SECRET")');
    assert.match(result.stdout, /SECRET/);
    const asked = await assertions(listening, 'f("proxy").x = "SECRET"');
    assert.match(asked.stdout, /SECRET/);
});

for (const comparison of [
    'assert.equal(r, "SECRET")', 'assert.strictEqual(r, "SECRET")', 'assert.notEqual(r, "SECRET")',
    'assert.deepEqual(r, { SECRET: "SECRET" })', 'assert.deepStrictEqual(r, { SECRET: "SECRET" })',
    'assert.deepEqual({ SECRET: "SECRET" }, r)', 'assert.deepEqual([{ SECRET: 1 }], [r])',
    'assert.deepEqual(new Set(["SECRET"]), new Set([r]))', 'assert.deepEqual(new Map([["SECRET", r]]), new Map([[r, "SECRET"]]))',
    'r == "SECRET"; r === "SECRET"; r < "SECRET"; "SECRET" > r', '["SECRET"].includes(r); ["SECRET"].indexOf(r)',
    'new Map([["SECRET", 1]]).get(r)', '"SECRET" in Object(r); Object.hasOwn(Object(r), "SECRET"); Object(r).SECRET',
    'assert.partialDeepStrictEqual?.(r, { SECRET: "SECRET" })', 'assert.throws(() => { throw r }, { SECRET: "SECRET" })',
    'require("util").isDeepStrictEqual(r, { SECRET: "SECRET" })', 'JSON.stringify({ SECRET: r }) === "SECRET"',
    'assert.match(`${r}`, /SECRET/)', 'r + "SECRET"; `${r}SECRET`; Object.assign({ SECRET: 1 }, r)',
    'console.assert(r === "SECRET", "SECRET %o", r)', 'switch (r) { case "SECRET": }', 'Object.is(r, "SECRET")',
]) {
    test(`what is expected is not told: ${comparison}`, async () => {
        const source = `for (const kind of ${JSON.stringify(kinds)}) { const r = f(kind); try { ${comparison} } catch {} }`;
        const result = await assertions(listening, source);
        assert.match(result.stdout, /"proxy"/);
        assert.doesNotMatch(result.stdout, /SECRET/);
    });
}

const demanding = 'const assert = require("assert"); assert.strictEqual(add(1, 2), 3); assert.deepEqual(list(), [1, 2]);';
const honest = 'const add = (a, b) => a + b; const list = () => [1, 2];';
const wrong = 'const add = (a, b) => a - b; const list = () => [];';
const frame = (text) => `((b) => { const h = Buffer.alloc(4); h.writeUInt32BE(b.length); fs.writeSync(4, h); fs.writeSync(4, b) })(Buffer.from(${JSON.stringify(text)}))`;
const raw = (text) => `const fs = require("fs"); const add = () => { ${frame(text)}; return 3 }; const list = () => [1, 2]`;

test('an honest submission passes the tests that follow', async () => {
    assert.deepStrictEqual((await assertions(honest, demanding)).answer, { assertions: 'passed' });
    // The forger of messages is understood: this one answers the call before the call does.
    const early = await assertions(raw('["a",3,true,3,[]]').replace('return 3', 'return process.exit()'), 'add(1, 2)');
    assert.strictEqual(early.answer.error, 'ended');
});

for (const [description, code, source = demanding] of [
    ['sends a frame', raw('{"assertions":"passed"}').replace('return 3', 'return 0')],
    ['sends garbage', raw('\u0000\u0001garbage')],
    ['sends a message too long', 'const add = () => { require("fs").writeSync(4, Buffer.alloc(8, 255)); return 3 }'],
    ['sends half a message', 'const add = () => { require("fs").writeSync(4, Buffer.from([0, 0, 1, 0, 91])); process.exit() }'],
    ['answers twice', raw('["a",4,true,3,[]]').replace('const add', 'let add').replace('return 3', `${frame('["a",4,true,3,[]]')}; return 3`)],
    ['answers what was not asked', raw('["a",99,true,3,[]]')],
    ['sends an odd notice', raw('["constructor"]')],
    ['sends an odd value', raw('["a",3,true,{"__proto__":1},[]]')],
    ['sends a reference of the test\'s', raw('["a",3,true,["r",2,"f"],[]]')],
    ['sends a name that does things', raw('["a",3,true,["i","process.exit"],[]]')],
    ['sends a copy that never came', raw('["a",3,true,[77],[]]')],
    ['sends an endless array', raw('["a",3,true,[1001],[]]\n[1001,"A",false,[["h",4294967295],["h",9]]]')],
    ['sends values nested too deep', raw(`["a",3,true,${'['.repeat(1e5)}${']'.repeat(1e5)},[]]`)],
    ['is its own prototype', raw('["a",3,true,["r",1001,"o"],[]]\n[1001,"@","o",["r",1001,"o"],[]]')],
    ['says that it is idle', raw('["d",99]').replace('return 3', 'return new Promise(() => {})'), 'console.assert(await add(1, 2) === 3)'],
    ['closes its ends', `${honest} require("fs").closeSync(3)`],
    ['closes the answers', `const add = () => { require("fs").closeSync(4); return 3 }`],
    ['leaves in a call that the test guards', 'const add = () => process.exit(0)', 'try { add(1, 2) } catch {}'],
    ['leaves in a call and keeps the pipes in a child', `
        const add = () => { require("child_process").spawn("/bin/sleep", ["1"], { stdio: [0, 1, 2, 3, 4], detached: true }).unref(); process.exit(0) }`],
    ['leaves with another status', `${honest} process.on("exit", () => { process.exitCode = 3 })`],
    ['catches failed assertions', 'const each = (xs, f) => { for (const x of xs) try { f(x) } catch {} }',
        'const assert = require("assert"); each([1], (x) => assert.strictEqual(x, 2))'],
    ['never calls back', 'const each = async () => new Promise(() => {})', 'await each([1], (x) => {})'],
    ['patches what compares', `
        for (const holder of [assert, assert.strict, Object, Array, Array.prototype, String.prototype, Number.prototype, Object.prototype, Reflect, JSON, Map.prototype, Set.prototype, console]) {
            for (const key of Object.getOwnPropertyNames(holder)) try { if (key !== "__proto__" && key !== "pop" && key !== "constructor") holder[key] = () => true } catch {}
        }
        var assert = require("assert"); ${wrong}`],
    ['names what the test compares with', `
        const assert = { strictEqual() {}, deepEqual() {} }; const util = assert; const JSON = { stringify: () => "" };
        const Object = { is: () => true }; const setTimeout = () => {}; ${wrong}`,
        'console.assert(JSON.stringify(add(1, 2)) === JSON.stringify(3)); console.assert(Object.is(add(1, 2), 3)); assert.strictEqual(add(1, 2), 3)'],
    ['pollutes prototypes by keys', 'const add = () => ({ ["__proto__"]: { ok: true }, constructor: { prototype: { ok: true } } })',
        'const r = add(); console.assert(Object.merge?.(r) || ({}).ok || r.ok)'],
    ['returns an object that equals everything', 'const add = () => ({ valueOf: () => 3, [Symbol.toPrimitive]: () => 3, equals: () => true, toJSON: () => 3 })',
        'const assert = require("assert"); assert.strictEqual(add(1, 2), 3)'],
    ['is small in one comparison and large in the next', 'let n = 0; class Any { valueOf() { return n++ % 2 ? -Infinity : Infinity } } const add = () => new Any()',
        'const r = add(1, 2); console.assert(r >= 3 && r <= 3)'],
    ['returns a list whose length changes', 'let n = 0; const add = () => new Proxy([1], { get: (t, k) => k === "length" ? n++ : t[k] })',
        'const r = add(); console.assert(r.length >= 5 && r.length <= 5)'],
    ['returns what settles by itself', 'const add = () => ({ then() {} })', 'console.assert(await add(1, 2) === 3)'],
    ['changes a class of the test\'s', `
        const add = (x) => { try { Object.getPrototypeOf(x).isRight = () => true } catch {} try { x.constructor.prototype.isRight = () => true } catch {}
            try { x.__proto__ = { isRight: () => true } } catch {} }`,
        'class Value { isRight() { return false } } const v = new Value(); add(v); console.assert(v.isRight())'],
    ['changes a function of the test\'s', 'const add = (f) => { try { f.expected = 0 } catch {} try { f.call = () => 0 } catch {} }',
        'const f = () => 0; f.expected = 3; add(f); console.assert(f.expected === 0)'],
]) {
    test(`a submission that ${description} is not accepted`, async () => {
        const result = await assertions(code, source);
        assert.ok(result.answer?.assertions !== 'passed' || result.status !== 0, JSON.stringify(result));
        assert.strictEqual(result.frames.length, 1, JSON.stringify(result));
        assert.doesNotMatch(result.stderr, /Runners\/javascript\/(?:examine|graph|peer|remote|session)\.js.*\n.*\^/);
    });
}

test('of a function of the test, no source, no stack and no other realm is in reach', async () => {
    const code = `
        const look = (f, object) => {
            const seen = [String(f), f.toString(), f + '', Object.getOwnPropertyNames(f).join(), f.name];
            Error.prepareStackTrace = (error, sites) => sites.map((site) => String(site.getFunction?.()) + site.getFileName()).join();
            try { f() } catch (error) { seen.push(error.stack, error.message, Object.getOwnPropertyNames(error).join(), JSON.stringify(error)) }
            for (const make of [f.constructor, object.constructor?.constructor, f.__proto__.constructor, Object.getPrototypeOf(object).method?.constructor]) {
                try { seen.push(String(make('return globalThis')() === globalThis)) } catch (error) { seen.push(error.message) }
            }
            try { seen.push(String(f.caller), String(f.arguments)) } catch (error) { seen.push(error.message) }
            console.log(seen.join('\\n'));
        };`;
    const source = `
        class Thing { method() { return "SECRET" } }
        let secret = "SECRET";
        look(function named() { const assert = require("assert"); assert.strictEqual(1, secret) }, new Thing());`;
    const result = await assertions(code, source);
    assert.match(result.stdout, /native code[^]*an assertion of the test has failed[^]*true\ntrue\ntrue/);
    assert.doesNotMatch(result.stdout, /SECRET|secret|test\.js|examine\.js/);
    assert.strictEqual(result.answer.assertions, 'failed');
});

test('an object that is compared by number is asked once until the submission runs again', async () => {
    const code = 'let n = 0; class Count { valueOf() { return ++n } toString() { return "c" + n } } const c = new Count(); const step = () => {};';
    const source = 'const assert = require("assert"); assert(c == 1 && c == 1 && c < 2); step(); assert(c == 2); assert.equal(`${c}`, "c2"); assert.throws(() => assert.strictEqual(c, 2))';
    assert.deepStrictEqual((await assertions(code, source)).answer, { assertions: 'passed' });
});
