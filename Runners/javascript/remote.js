'use strict';
// References: functions, classes, instances and promises that stay on the other side, and what stands for them here.
//
// A proxy's target (its shell) holds the properties as they were described last, so that reading an object, comparing
// it or looking a name up in it tells the other side nothing, not even the name. A description is good until the other
// side has run code again. Calls, assignments and conversions to primitives are asked for.

const intrinsics = require('./intrinsics.js');
const { then } = require('./primitives.js');

const quote = JSON.stringify;
const { apply, construct, ownKeys, getPrototypeOf, getOwnPropertyDescriptor, defineProperty } = Reflect;
const { hasOwn } = Object;

class Remotes {
    constructor(graph) {
        this.graph = graph;
        /** Grows whenever the other side may have run code. */
        this.epoch = 0;
        this.handler = this.makeHandler();
    }

    // ------------------------------------------------------------------------------------------ of the other side's

    /** What stands for the other side's reference of this number. */
    make(number, shape) {
        const record = {
            number, shape, isRemote: true, epoch: -1, shell: undefined, lazy: new Set(), lazyKeys: [],
            hasOwnPrototype: false, primitives: undefined, settle: undefined,
        };
        let object;
        if (shape === 'p') {
            object = new Promise((keep, reject) => {
                record.settle = { keep, reject };
            });
        } else {
            record.shell = { o: {}, f: () => {}, c: function () {} }[shape];
            for (const key of ['name', 'length']) delete record.shell[key];
            object = new Proxy(record.shell, this.handler);
        }
        record.object = object;
        this.graph.records.set(object, record);
        if (record.shell !== undefined) this.shells.set(record.shell, record);
        this.graph.references.set(number, object);
        return object;
    }

    shells = new WeakMap();

    /** `[number, "@", shape, prototype, [key, flags, value or getter, setter, …]]`: what an object is like. */
    takeDescription([number, , shape, prototype, entries]) {
        const { graph } = this;
        const object = graph.reference(number, shape);
        const record = graph.records.get(object);
        if (!record.isRemote || record.shell === undefined) return graph.fail('a description of nothing');
        const { shell } = record;
        const keys = new Set();
        record.lazyKeys = [];
        graph.list(entries);
        for (let index = 0; index < entries.length; index += 4) {
            const key = graph.key(entries[index]);
            const flags = entries[index + 1];
            const first = entries[index + 2];
            keys.add(key);
            const property = { enumerable: (flags & 1) !== 0, configurable: true };
            if ((flags & 4) !== 0) {
                property.get = graph.value(first);
                property.set = graph.value(entries[index + 3]);
                for (const accessor of [property.get, property.set]) {
                    if (accessor !== undefined && typeof accessor !== 'function') return graph.fail('an odd property');
                }
            } else {
                property.writable = (flags & 2) !== 0;
                if (Array.isArray(first) && first[0] === 'l') record.lazyKeys.push(key);
                else property.value = graph.value(first);
            }
            // A function's `prototype` cannot be defined anew.
            if (key === 'prototype' && record.shape === 'c') shell.prototype = property.value;
            else defineProperty(shell, key, property);
        }
        for (const key of ownKeys(shell)) if (!keys.has(key)) Reflect.deleteProperty(shell, key);
        if (!record.hasOwnPrototype) {
            try {
                Object.setPrototypeOf(shell, graph.prototype(prototype));
            } catch {
                // It would be its own prototype.
                return graph.fail('an odd prototype');
            }
        }
        return undefined;
    }

    /** Takes note that what is known of these is as it is now. */
    refresh(numbers) {
        for (const number of this.graph.list(numbers)) {
            const record = this.graph.records.get(this.graph.references.get(number));
            if (record?.isRemote) this.markFresh(record);
        }
    }

    markFresh(record) {
        record.epoch = this.epoch;
        record.lazy = new Set(record.lazyKeys);
    }

    look(shell) {
        const record = this.shells.get(shell);
        if (record.epoch !== this.epoch) {
            this.graph.ask('look', [record.object]);
            if (record.epoch !== this.epoch) this.markFresh(record);
        }
        return record;
    }

    /** Sees to it that the shell has this property as it is. */
    load(shell, key) {
        const record = this.look(shell);
        if (!record.lazy.has(key)) return;
        const value = this.graph.ask('load', [record.object, key]);
        record.lazy.delete(key);
        const property = getOwnPropertyDescriptor(shell, key);
        if (property !== undefined && 'value' in property) defineProperty(shell, key, { ...property, value });
    }

    makeHandler() {
        const { graph, shells } = this;
        const proxyOf = (shell) => shells.get(shell).object;
        return {
            apply: (shell, self, values) => graph.ask('call', [proxyOf(shell), self, ...values]),
            construct: (shell, values, newTarget) => {
                const proxy = proxyOf(shell);
                const isExtended = newTarget !== proxy;
                const overrides = isExtended ? overridesOf(newTarget.prototype, graph) : [];
                const object = graph.ask('construct', [proxy, overrides, ...values]);
                const record = graph.records.get(object);
                if (isExtended && record?.shell !== undefined) {
                    record.hasOwnPrototype = true;
                    Object.setPrototypeOf(record.shell, newTarget.prototype);
                }
                return typeof object === 'object' && object !== null || typeof object === 'function'
                    ? object : graph.fail('an object that is none');
            },
            get: (shell, key, receiver) => {
                if (key === Symbol.toPrimitive && typeof shell === 'object' && receiver === proxyOf(shell)) {
                    return this.converter(shell);
                }
                this.load(shell, key);
                return Reflect.get(shell, key, receiver);
            },
            set: (shell, key, value, receiver) => receiver === proxyOf(shell)
                ? graph.ask('set', [receiver, key, value]) === true
                : Reflect.set(shell, key, value, receiver),
            has: (shell, key) => {
                this.look(shell);
                return Reflect.has(shell, key);
            },
            ownKeys: (shell) => {
                this.look(shell);
                return ownKeys(shell);
            },
            getOwnPropertyDescriptor: (shell, key) => {
                this.load(shell, key);
                return getOwnPropertyDescriptor(shell, key);
            },
            getPrototypeOf: (shell) => {
                this.look(shell);
                return getPrototypeOf(shell);
            },
            setPrototypeOf: (shell, prototype) => {
                shells.get(shell).hasOwnPrototype = true;
                return Reflect.setPrototypeOf(shell, prototype);
            },
            defineProperty: (shell, key, property) => {
                const parts = ['enumerable', 'writable', 'configurable', 'value', 'get', 'set'];
                const given = parts.filter((part) => part in property).flatMap((part) => [part, property[part]]);
                return graph.ask('define', [proxyOf(shell), key, ...given]) === true;
            },
            deleteProperty: (shell, key) => graph.ask('delete', [proxyOf(shell), key]) === true,
            preventExtensions: () => false,
        };
    }

    /**
     * `Symbol.toPrimitive` of an object: asks once for each hint until the other side runs code again.
     *
     * So an object cannot be small in `x < 5` and large in the next `x > 3`.
     */
    converter(shell) {
        const record = this.shells.get(shell);
        return (hint) => {
            if (record.primitives?.epoch !== this.epoch) record.primitives = { epoch: this.epoch, values: new Map() };
            const { values } = record.primitives;
            // A number and the default are the same to whoever compares.
            const kind = hint === 'string' ? 'string' : 'number';
            if (!values.has(kind)) values.set(kind, this.graph.ask('convert', [record.object, hint]));
            const value = values.get(kind);
            if (Object(value) === value) throw new TypeError('Cannot convert object to primitive value');
            return value;
        };
    }

    /** The other side's promise has been kept or broken. */
    settle(number, isKept, value) {
        const record = this.graph.records.get(this.graph.references.get(number));
        if (record?.settle === undefined) return this.graph.fail('a promise that is none');
        return isKept === true ? record.settle.keep(value) : record.settle.reject(value);
    }

    // ------------------------------------------------------------------------------------------ of this side's

    /** Tells the other side when a promise of this side settles. */
    announce(promise, { number }) {
        const { graph } = this;
        then(promise, (value) => graph.settle(number, true, value), (error) => graph.settle(number, false, error));
    }

    /** Describes this side's references among `objects`, and their prototypes; returns their numbers. */
    describe(objects, lines) {
        const numbers = [];
        for (const start of objects) {
            for (let object = start; object !== null && object !== undefined; object = getPrototypeOf(object)) {
                const record = this.graph.records.get(object);
                if (record === undefined || record.isRemote !== false || record.shape === 'p') break;
                if (numbers.includes(record.number)) break;
                numbers.push(record.number);
                const text = this.description(object, record);
                if (text === record.description) continue;
                record.description = text;
                lines.push(text);
            }
        }
        return numbers;
    }

    description(object, { number, shape }) {
        const { graph } = this;
        const pack = {};
        const entries = [];
        for (const key of this.visibleKeys(object)) {
            const property = getOwnPropertyDescriptor(object, key);
            if (property === undefined) continue;
            const isAccessor = !('value' in property);
            const flags = (property.enumerable ? 1 : 0) | (property.writable ? 2 : 0) | (isAccessor ? 4 : 0);
            const first = isAccessor ? property.get : property.value;
            entries.push(graph.text(key, pack), flags, graph.text(first, pack, true),
                isAccessor ? graph.text(property.set, pack, true) : '0');
        }
        // Prototypes of the language's own are themselves there too: an instance of a class that extends Map is a Map.
        const name = intrinsics.nameOf(object);
        const prototype = name !== undefined && /^\w+\.prototype$/.test(name)
            ? `["i",${quote(name)}]` : graph.prototypeText(getPrototypeOf(object));
        return `[${number},"@","${shape}",${prototype},[${entries.join(',')}]]`;
    }

    /** A function of the test shows no more than its name, its length and its prototype. */
    visibleKeys(object) {
        if (!this.graph.isExaminer || typeof object !== 'function') return ownKeys(object);
        return ['length', 'name', 'prototype'].filter((key) => hasOwn(object, key));
    }

    /** Does what the other side asks for with an object of this side. */
    serve(operation, operands) {
        const [object, key, value] = operands;
        switch (operation) {
        case 'call': return apply(this.callable(object), key, operands.slice(2));
        case 'construct': return this.construct(object, key, operands.slice(2));
        case 'look': return undefined;
        case 'load': return this.visibleKeys(this.own(object)).includes(key) ? object[key] : undefined;
        case 'set': return Reflect.set(this.changeable(object, key), key, value);
        case 'delete': return Reflect.deleteProperty(this.changeable(object, key), key);
        case 'define': {
            const property = {};
            for (let index = 2; index < operands.length; index += 2) property[operands[index]] = operands[index + 1];
            return defineProperty(this.changeable(object, key), key, property);
        }
        case 'convert': return convert(this.own(object), key);
        default: return this.graph.fail('an odd question');
        }
    }

    callable(object) {
        return typeof object === 'function' ? object : this.graph.fail('a function that is none');
    }

    own(object) {
        return this.graph.records.get(object)?.isRemote === false ? object : this.graph.fail('an object that is none');
    }

    /** Of the test's, the submission changes instances; no function, no prototype, nothing that is either. */
    changeable(object, key) {
        this.own(object);
        if (this.graph.isExaminer) {
            const isFixed = typeof object === 'function' || hasOwn(object, 'constructor') ||
                intrinsics.nameOf(object) !== undefined || key === '__proto__';
            if (isFixed) throw new TypeError(`Cannot assign to property ${String(key)} of an object of the test`);
        }
        return object;
    }

    /** `overrides`: properties of a class of the other side that extends this one. */
    construct(Class, overrides, values) {
        this.callable(Class);
        if (overrides.length === 0) return construct(Class, values);
        const Derived = class extends Class {};
        for (const [key, kind, method] of overrides) {
            const property = { ...getOwnPropertyDescriptor(Derived.prototype, key), configurable: true };
            defineProperty(Derived.prototype, key, kind === 'value'
                ? { value: method, writable: true, configurable: true }
                : { get: property.get, set: property.set, [kind]: method, configurable: true });
        }
        return construct(Class, values, Derived);
    }
}

/** The methods and accessors that a class adds to one of the other side. */
function overridesOf(prototype, graph) {
    const overrides = [];
    const keys = new Set(['constructor']);
    for (let holder = prototype; holder !== null; holder = getPrototypeOf(holder)) {
        if (graph.records.get(holder)?.isRemote || intrinsics.nameOf(holder) !== undefined) break;
        for (const key of ownKeys(holder)) {
            if (keys.has(key)) continue;
            keys.add(key);
            const property = getOwnPropertyDescriptor(holder, key);
            for (const kind of ['value', 'get', 'set']) {
                if (typeof property[kind] === 'function') overrides.push([key, kind, property[kind]]);
            }
        }
    }
    return overrides;
}

function convert(object, hint) {
    const exotic = object[Symbol.toPrimitive];
    if (exotic !== undefined && exotic !== null) return apply(exotic, object, [hint]);
    for (const name of hint === 'string' ? ['toString', 'valueOf'] : ['valueOf', 'toString']) {
        const method = object[name];
        const value = typeof method === 'function' ? apply(method, object, []) : object;
        if (Object(value) !== value) return value;
    }
    throw new TypeError('Cannot convert object to primitive value');
}

module.exports = { Remotes };
