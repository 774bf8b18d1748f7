'use strict';
// The call of one assertion: made as the test would make it, answered with its value, whose comparison is the service's.

const { types } = require('node:util');

const {
    apply, setImmediate, getPrototypeOf, getOwnPropertyDescriptor, objectKeys, objectPrototype, objectTag, isArray,
    ownKeys, quote,
} = require('./primitives.js');
const { compile } = require('./program.js');
const { supplyNodes } = require('./nodes.js');
const { typeName } = require('./values.js');
const { outcome, watch } = require('./outcome.js');

const arrayPrototype = Array.prototype;
const isEnumerable = Object.prototype.propertyIsEnumerable;
const isProxy = types.isProxy;
/** Deeper than any literal that is asked for; a level of objects is three of JSON. */
const maximumDepth = 120;

/** Evaluates the request's expression in the submission's scope. */
function runEvaluation(request) {
    supplyNodes();
    const { program, run } = compile({ expression: request.expression });
    let json;
    watch();
    run(() => setImmediate(() => {
        outcome.stage = 'the call was running';
        // As after an assertion, what the call has begun comes to its end.
        outcome.conclude = () => (json !== undefined && outcome.isDrained ? `{"evaluated":${json}}` : undefined);
        json = encodeExactly(program.evaluate(), 0);
        outcome.stage = 'what the call had begun came to its end';
    }));
}

/**
 * The JSON text of `value` with all that `assert.deepStrictEqual` looks at.
 *
 * A number is always written as a float, a BigInt as an integer. What no literal equals is `$other`.
 */
function encodeExactly(value, depth) {
    switch (typeof value) {
    case 'undefined': return '{"$undefined":null}';
    case 'boolean': return value ? 'true' : 'false';
    case 'number': return encodeNumber(value);
    case 'bigint': return `${value}`;
    case 'string': return quote(value);
    case 'object':
        if (value === null) return 'null';
        if (depth > maximumDepth) return '{"$other":["value without an end",true]}';
        if (isPlainArray(value)) return encodeList(value, depth);
        if (isPlainObject(value)) return encodeObject(value, depth);
    }
    return `{"$other":[${quote(typeName(value))},true]}`;
}

function encodeNumber(number) {
    if (number !== number) return '{"$float":"nan"}';
    if (number === Infinity) return '{"$float":"inf"}';
    if (number === -Infinity) return '{"$float":"-inf"}';
    if (number === 0) return 1 / number < 0 ? '-0.0' : '0.0';
    // Digits alone would be an integer; with an exponent or a point they are a float.
    return number % 1 === 0 && number < 1e21 && number > -1e21 ? `${number}.0` : `${number}`;
}

/** Without holes and further properties. */
function isPlainArray(value) {
    return isArray(value) && getPrototypeOf(value) === arrayPrototype && ownKeys(value).length === value.length + 1;
}

/** An object as a literal makes it. */
function isPlainObject(value) {
    if (isProxy(value) || getPrototypeOf(value) !== objectPrototype) return false;
    if (objectTag(value) !== '[object Object]') return false;
    const keys = ownKeys(value);
    for (let index = 0; index < keys.length; index++) {
        if (typeof keys[index] === 'symbol' && apply(isEnumerable, value, [keys[index]])) return false;
    }
    return true;
}

function encodeList(list, depth) {
    let text = '[';
    for (let index = 0; index < list.length; index++) {
        // What stands for a hole is a property of another name.
        if (getOwnPropertyDescriptor(list, index) === undefined) return '{"$other":["Array",true]}';
        text += (index > 0 ? ',' : '') + encodeExactly(list[index], depth + 1);
    }
    return `${text}]`;
}

function encodeObject(object, depth) {
    const keys = objectKeys(object);
    let text = '{"$map":[';
    for (let index = 0; index < keys.length; index++) {
        const value = encodeExactly(object[keys[index]], depth + 1);
        text += `${index > 0 ? ',' : ''}[${quote(keys[index])},${value}]`;
    }
    return `${text}]}`;
}

module.exports = { runEvaluation, encodeExactly };
