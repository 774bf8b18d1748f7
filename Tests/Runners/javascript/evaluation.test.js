'use strict';
// The call of an assertion: what goes over the channel.
const test = require('node:test');
const assert = require('node:assert');
const { evaluate } = require('./harness.js');

const code = `
    const f = (x) => x;
    class A extends Array {}
    class P { constructor() { this.x = 1; } }
    const values = {
        sub: () => A.from([1]), instance: () => new P(), hole: () => [, 1], bare: () => Object.create(null),
        symbol: () => ({ [Symbol('a')]: 1 }), extra: () => Object.assign([1], { x: 1 }), boxed: () => new Number(3),
        hidden: () => Object.defineProperty({ a: 1 }, 'b', { value: 2 }), map: () => new Map(), date: () => new Date(0),
        cyclic: () => { const a = []; a.push(a); return a; }, tagged: () => ({ $set: [1] }),
        proxy: () => new Proxy({}, {}), args: () => (function () { return arguments; })(),
    };
    const get = (name) => values[name]();
`;
const other = (type) => `{"$other":["${type}",true]}`;
const carried = {
    'f(undefined)': '{"$undefined":null}', 'f(null)': 'null', 'f(true)': 'true', 'f("é\\n")': '"é\\n"',
    'f(1)': '1.0', 'f(-0)': '-0.0', 'f(0.1)': '0.1', 'f(1e21)': '1e+21', 'f(1e20)': '100000000000000000000.0',
    'f(NaN)': '{"$float":"nan"}', 'f(-Infinity)': '{"$float":"-inf"}', 'f(10n)': '10',
    'f([1, [undefined]])': '[1.0,[{"$undefined":null}]]', 'f({a: {b: null}})': '{"$map":[["a",{"$map":[["b",null]]}]]}',
    'get("tagged")': '{"$map":[["$set",[1.0]]]}', 'get("hidden")': '{"$map":[["a",1.0]]}',
    'get("sub")': other('A'), 'get("instance")': other('P'), 'get("hole")': other('Array'),
    'get("bare")': other('Object'), 'get("symbol")': other('Object'), 'get("extra")': other('Array'),
    'get("boxed")': other('Number'), 'get("map")': other('Map'), 'get("date")': other('Date'),
    'get("proxy")': other('Object'), 'get("args")': other('Arguments'), 'f(f)': other('function f'),
    'f(Promise.resolve(1))': other('Promise'), 'f(Symbol("a"))': other('symbol'),
};

test('values keep their kind', async () => {
    for (const [expression, expected] of Object.entries(carried)) {
        const result = await evaluate(code, expression);
        assert.deepStrictEqual([result.frame, result.status], [`{"evaluated":${expected}}`, 0], expression);
    }
    const { frame } = await evaluate(code, 'get("cyclic")');
    assert.match(frame, /^\{"evaluated":\[+\{"\$other":\["value without an end",true\]\}\]+\}$/);
});

test('what the call has begun comes to its end', async () => {
    const late = await evaluate('const f = () => { setTimeout(() => { throw new Error("late"); }, 5); return 1; };', 'f()');
    assert.match(late.frame, /^\{"error":"exception","message":"Error: late"\}$/);
    const rejected = await evaluate('const f = () => { Promise.reject(new Error("no")); return 1; };', 'f()');
    assert.match(rejected.frame, /"error":"exception"/);
    const left = await evaluate('const f = () => { setTimeout(() => process.exit(0), 5); return 1; };', 'f()');
    assert.match(left.frame, /"error":"exception"/);
});

test('a name that is not there, and an exception, are exceptions', async () => {
    for (const expression of ['missing(1)', '(assert.strictEqual, f(1))', 'f.x.y']) {
        const result = await evaluate(code, expression);
        assert.match(result.frame, /"error":"exception"/, expression);
        assert.strictEqual(result.status, 1);
    }
});
