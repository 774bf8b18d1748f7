'use strict';
// The language's own objects, by names that mean the same in every process. To be loaded before any other code runs.

const { isBuiltin } = require('node:module');

const byName = new Map();
const byObject = new Map();

function add(name, object) {
    if ((typeof object !== 'function' && typeof object !== 'object') || object === null || byObject.has(object)) return;
    byName.set(name, object);
    byObject.set(object, name);
}

function addFunctions(name, holder) {
    for (const key of Reflect.ownKeys(holder)) {
        const { value } = Reflect.getOwnPropertyDescriptor(holder, key);
        if (typeof value === 'function') add(`${name}.${String(key)}`, value);
    }
}

for (const name of Object.getOwnPropertyNames(globalThis)) {
    // What node loads only when it is asked for stands behind getters.
    const { value } = Reflect.getOwnPropertyDescriptor(globalThis, name);
    if ((typeof value !== 'function' && typeof value !== 'object') || value === null) continue;
    add(name, value);
    if (value === globalThis) continue;
    addFunctions(name, value);
    if (typeof value === 'function' && typeof value.prototype === 'object') {
        add(`${name}.prototype`, value.prototype);
        addFunctions(`${name}.prototype`, value.prototype);
    }
}
add('Buffer', Buffer);
add('Buffer.prototype', Buffer.prototype);
add('process', process);
addFunctions('process', process);
for (const [name, object] of Object.entries({
    AsyncFunction: async () => {}, GeneratorFunction: function* () {}, AsyncGeneratorFunction: async function* () {},
})) {
    add(`${name}.prototype`, Object.getPrototypeOf(object));
    add(name, Object.getPrototypeOf(object).constructor);
    if (object.prototype !== undefined) add(`${name}.prototype.prototype`, Object.getPrototypeOf(object.prototype));
}
for (const [name, object] of Object.entries({
    ArrayIterator: [][Symbol.iterator](), MapIterator: new Map().keys(), SetIterator: new Set().keys(),
    StringIterator: ''[Symbol.iterator](),
})) {
    add(`${name}.prototype`, Object.getPrototypeOf(object));
    add('Iterator.prototype', Object.getPrototypeOf(Object.getPrototypeOf(object)));
}
add('TypedArray', Object.getPrototypeOf(Uint8Array));
add('TypedArray.prototype', Object.getPrototypeOf(Uint8Array.prototype));

/** Names the module's object and what it has, as `node:fs` and `node:fs.readFileSync`. */
function addModule(specifier, exports) {
    const name = specifier.startsWith('node:') ? specifier : `node:${specifier}`;
    add(name, exports);
    for (const key of Object.keys(exports)) add(`${name}.${key}`, Object.getOwnPropertyDescriptor(exports, key).value);
}

function nameOf(object) {
    return byObject.get(object);
}

/** The object of a name; of node's modules too, where `load` is given. */
function find(name, load) {
    if (byName.has(name) || load === undefined) return byName.get(name);
    const [, specifier, key] = /^(node:[^.]+)(?:\.(.*))?$/.exec(name) ?? [];
    if (specifier === undefined || !isBuiltin(specifier)) return undefined;
    const exports = load(specifier);
    return key === undefined ? exports : exports[key];
}

/** Prototypes whose methods work on any object; those of others need the object's own memory. */
const isOrdinaryPrototype = (name) => /^(?:Object|(?:Async)?(?:Generator)?Function|\w*Error)\.prototype$/.test(name);

module.exports = { nameOf, find, addModule, isOrdinaryPrototype };
