'use strict';
// Values that the test's process and the submission's hand to each other.
//
// Plain values are copied: primitives, arrays, plain objects, Map, Set, Date, RegExp, typed arrays, ArrayBuffer, boxed
// primitives, errors. A copy keeps a number, so that it comes back as the same object, and what changed on one side
// since is changed on the other. Everything else stays where it is and is a reference: a function, a class, an
// instance of a class, a promise, a generator. `remote.js` makes of it what the other side sees.
//
// A value is JSON: null, a boolean, a string, a finite number; or a list that begins with a tag, or with the number of
// a copy. Copies and descriptions of references are lines of their own, `[number, kind, isFrozen, …]`, so that neither
// depth nor cycles matter. Nothing that is read is trusted: what does not fit ends the conversation (`fail`).

const { types } = require('node:util');

const intrinsics = require('./intrinsics.js');
const { Remotes } = require('./remote.js');
const { objectTag, isArray } = require('./primitives.js');

const quote = JSON.stringify;
const { ownKeys, getPrototypeOf, getOwnPropertyDescriptor, defineProperty } = Reflect;
const isFrozen = Object.isFrozen;
const freeze = Object.freeze;
const objectPrototype = Object.prototype;
const AssertionError = require('node:assert').AssertionError;
const isSafeInteger = Number.isSafeInteger;

const wellKnownSymbols = new Map();
for (const name of Object.getOwnPropertyNames(Symbol)) {
    if (typeof Symbol[name] === 'symbol') wellKnownSymbols.set(Symbol[name], name);
}
const floats = new Map([['NaN', NaN], ['Infinity', Infinity], ['-Infinity', -Infinity], ['-0', -0]]);
const arrayTypes = new Map([
    Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array,
    Float64Array, BigInt64Array, BigUint64Array, Buffer,
].map((type) => [type.prototype, type]));
const arrayTypeOf = new Map([...arrayTypes].map(([, type]) => [type.name, type]));

/** Characters of copies that are remembered before the oldest are forgotten. */
const maximumText = 16 << 20;

class Graph {
    /**
     * - `isExaminer`: the test's side, which trusts nothing and shows as little as it can.
     * - `load`: gives node's modules by name, to what the other side names; the test's side has none.
     * - `ask(operation, operands)`: asks the other side; `settle(number, isKept, value)`: tells it of a promise.
     * - `fail(message)`: does not return.
     */
    constructor({ isExaminer, load, ask, settle, fail }) {
        Object.assign(this, { isExaminer, load, ask, settle, fail });
        /** Even numbers are the test's side's, odd ones the submission's. */
        this.next = isExaminer ? 2 : 1;
        this.references = new Map();
        this.copies = new Map();
        this.symbols = new Map();
        this.numbersOfSymbols = new Map();
        /** Object → `{ number, kind, text }` of a copy, `{ number, shape, isRemote, … }` of a reference. */
        this.records = new WeakMap();
        this.textLength = 0;
        this.remotes = new Remotes(this);
    }

    nextNumber() {
        const number = this.next;
        this.next += 2;
        return number;
    }

    isTheirs(number) {
        return isSafeInteger(number) && number > 0 && number % 2 === (this.isExaminer ? 1 : 0);
    }

    // ------------------------------------------------------------------------------------------ writing

    /** `values` as texts; `lines` gets what they reach and the other side does not have as it is now. */
    write(values, lines) {
        const pack = { queue: [], seen: new Set(), lines };
        const texts = [];
        for (const value of values) texts.push(this.text(value, pack));
        this.writeCopies(pack);
        return texts;
    }

    writeCopies(pack) {
        for (let index = 0; index < pack.queue.length; index++) {
            const object = pack.queue[index];
            const record = this.records.get(object);
            this.remember(object, record, this.copyText(object, record, pack), pack.lines);
        }
    }

    remember(object, record, text, lines) {
        this.copies.delete(record.number);
        this.copies.set(record.number, object);
        if (record.text === text) return;
        this.textLength += text.length - record.text.length;
        record.text = text;
        lines?.push(text);
    }

    /** Gives up the oldest copies, of which there are too many; returns their numbers. */
    forgetOldest() {
        const numbers = [];
        if (this.textLength <= maximumText) return numbers;
        for (const number of this.copies.keys()) {
            if (this.textLength <= maximumText / 2) break;
            numbers.push(number);
            this.forget(number);
        }
        return numbers;
    }

    forget(number) {
        const object = this.copies.get(number);
        if (object === undefined) return;
        this.textLength -= this.records.get(object).text.length;
        this.copies.delete(number);
        this.records.delete(object);
    }

    /** `isLazy`: of a copy only that it is one, for descriptions. */
    text(value, pack, isLazy = false) {
        switch (typeof value) {
        case 'undefined': return '["u"]';
        case 'boolean': return value ? 'true' : 'false';
        case 'number':
            if (value - value !== 0) return `["n","${value}"]`;
            return value === 0 && 1 / value < 0 ? '["n","-0"]' : `${value}`;
        case 'bigint': return `["b","${value}"]`;
        case 'string': return quote(value);
        case 'symbol': return this.symbolText(value);
        default: return value === null ? 'null' : this.objectText(value, pack, isLazy);
        }
    }

    symbolText(symbol) {
        if (wellKnownSymbols.has(symbol)) return `["w",${quote(wellKnownSymbols.get(symbol))}]`;
        const key = Symbol.keyFor(symbol);
        if (key !== undefined) return `["k",${quote(key)}]`;
        let number = this.numbersOfSymbols.get(symbol);
        if (number === undefined) this.numberSymbol(symbol, number = this.nextNumber());
        return `["s",${number},${quote(symbol.description ?? '')}]`;
    }

    numberSymbol(symbol, number) {
        this.numbersOfSymbols.set(symbol, number);
        this.symbols.set(number, symbol);
    }

    objectText(object, pack, isLazy) {
        let record = this.records.get(object);
        if (record === undefined) {
            const name = intrinsics.nameOf(object);
            if (name !== undefined && (this.isExaminer || name.endsWith('.prototype'))) return `["i",${quote(name)}]`;
            const kind = this.kindOf(object);
            if (kind === undefined) return this.referenceText(object);
            if (isLazy) return '["l"]';
            record = { number: this.nextNumber(), kind, text: '' };
            this.records.set(object, record);
        }
        if (record.kind === undefined) return this.referenceText(object);
        if (isLazy) return '["l"]';
        if (!pack.seen.has(object)) {
            pack.seen.add(object);
            pack.queue.push(object);
        }
        return `[${record.number}]`;
    }

    /** Of an object that is no copy, whatever it is. */
    referenceText(object) {
        let record = this.records.get(object);
        if (record === undefined) {
            record = { number: this.nextNumber(), shape: shapeOf(object), isRemote: false, description: '' };
            this.records.set(object, record);
            this.references.set(record.number, object);
            if (record.shape === 'p') this.remotes.announce(object, record);
        }
        return `["r",${record.number},"${record.shape}"]`;
    }

    /** The kind of a copy; `undefined` if the object is to be a reference. */
    kindOf(object) {
        if (typeof object === 'function' || types.isProxy(object)) return undefined;
        if (types.isNativeError(object)) return 'E';
        const prototype = getPrototypeOf(object);
        const is = (name) => prototype !== null && intrinsics.nameOf(prototype) === `${name}.prototype`;
        if (isArray(object)) return is('Array') ? 'A' : undefined;
        if (types.isMap(object)) return is('Map') ? 'M' : undefined;
        if (types.isSet(object)) return is('Set') ? 'S' : undefined;
        if (types.isDate(object)) return is('Date') ? 'D' : undefined;
        if (types.isRegExp(object)) return is('RegExp') ? 'X' : undefined;
        if (types.isArrayBuffer(object)) return is('ArrayBuffer') ? 'B' : undefined;
        if (types.isTypedArray(object)) return arrayTypes.has(prototype) ? 'T' : undefined;
        if (types.isBoxedPrimitive(object)) return 'W';
        if (prototype !== null && prototype !== objectPrototype) return undefined;
        return objectTag(object) === '[object Object]' && this.isData(object) ? 'O' : undefined;
    }

    /** Whether a plain object has data alone. One with methods is the submission's own thing, and stays there. */
    isData(object) {
        for (const key of ownKeys(object)) {
            const property = getOwnPropertyDescriptor(object, key);
            if (!property.enumerable || !('value' in property)) return false;
            if (!this.isExaminer && typeof property.value === 'function') return false;
        }
        return true;
    }

    copyText(object, { number, kind }, pack) {
        const start = `[${number},"${kind}",${isFrozen(object)}`;
        const list = (values) => `[${values.join(',')}]`;
        switch (kind) {
        case 'A': return `${start},${this.elementsText(object, pack)}]`;
        case 'O': return `${start},${getPrototypeOf(object) === null},${this.propertiesText(object, pack)}]`;
        case 'M': {
            const entries = [];
            for (const [key, value] of mapEntries(object)) entries.push(this.text(key, pack), this.text(value, pack));
            return `${start},${list(entries)}]`;
        }
        case 'S': return `${start},${list([...setValues(object)].map((value) => this.text(value, pack)))}]`;
        case 'D': return `${start},${this.text(dateValue(object), pack)}]`;
        case 'X': return `${start},${quote(object.source)},${quote(object.flags)},${this.text(object.lastIndex, pack)}]`;
        case 'B': return `${start},"${Buffer.from(object).toString('base64')}"]`;
        case 'T': {
            const { name } = arrayTypes.get(getPrototypeOf(object)) ?? Uint8Array;
            const bytes = Buffer.from(object.buffer, object.byteOffset, object.byteLength);
            return `${start},"${name}","${bytes.toString('base64')}"]`;
        }
        case 'W': return `${start},${this.text(object.valueOf(), pack)}]`;
        default: return `${start},${this.errorText(object, pack)}]`;
        }
    }

    /** The elements, `["h", n]` for holes; then other properties, if there are any. */
    elementsText(array, pack) {
        const { length } = array;
        let text = '[';
        for (let index = 0, holes = 0; index < length; index++) {
            const element = array[index];
            if (element === undefined && !(index in array)) {
                holes += 1;
                if (index + 1 < length && !(index + 1 in array)) continue;
                text += `${index + 1 > holes ? ',' : ''}["h",${holes}]`;
                holes = 0;
            } else {
                text += `${index > 0 ? ',' : ''}${this.text(element, pack)}`;
            }
        }
        text += ']';
        const names = Object.keys(array);
        const last = names.at(-1);
        if (last === undefined || /^\d+$/.test(last)) return text;
        const entries = [];
        for (const name of names.slice(names.findIndex((name) => !/^\d+$/.test(name)))) {
            entries.push(quote(name), this.text(array[name], pack));
        }
        return `${text},[${entries.join(',')}]`;
    }

    propertiesText(object, pack) {
        const entries = [];
        for (const key of ownKeys(object)) {
            const property = getOwnPropertyDescriptor(object, key);
            if (property.enumerable && 'value' in property) {
                entries.push(this.text(key, pack), this.text(property.value, pack));
            }
        }
        return `[${entries.join(',')}]`;
    }

    /** An error's prototype and properties. Of the test's, no stack, and of a failed assertion, nothing that it says. */
    errorText(error, pack) {
        if (this.isExaminer && (error instanceof AssertionError || error.code === 'ERR_ASSERTION')) {
            return '["i","Error.prototype"],["message",false,"an assertion of the test has failed"]';
        }
        const entries = [];
        for (const key of ownKeys(error)) {
            const property = getOwnPropertyDescriptor(error, key);
            const value = key === 'stack' ? error.stack : property.value;
            if (key === 'stack' ? this.isExaminer || typeof value !== 'string' : !('value' in property)) continue;
            entries.push(this.text(key, pack), `${property.enumerable}`, this.text(value, pack));
        }
        let prototype = getPrototypeOf(error);
        if (this.isExaminer) {
            while (prototype !== null && intrinsics.nameOf(prototype) === undefined) {
                prototype = getPrototypeOf(prototype);
            }
        }
        return `${this.prototypeText(prototype)},[${entries.join(',')}]`;
    }

    /** A prototype: null, one of the language's own that works on any object, else a reference. */
    prototypeText(prototype) {
        if (prototype === null) return 'null';
        const name = intrinsics.nameOf(prototype);
        const isNamed = name !== undefined && (isCallable(prototype) || intrinsics.isOrdinaryPrototype(name));
        return isNamed ? `["i",${quote(name)}]` : this.referenceText(prototype);
    }

    // ------------------------------------------------------------------------------------------ reading

    /** Takes over the lines of a message: copies first of all as empty objects, then what is in them. */
    readLines(lines) {
        const copies = [];
        const descriptions = [];
        for (const line of lines) {
            const json = this.parse(line);
            if (!isArray(json) || typeof json[1] !== 'string') return this.fail('a line without a kind');
            if (json[1] === '@') {
                descriptions.push([json, line]);
                continue;
            }
            const [number, kind] = json;
            let object = this.copies.get(number);
            const isNew = object === undefined;
            if (isNew) {
                if (!this.isTheirs(number) || this.references.has(number)) return this.fail('a number not its own');
                object = this.makeCopy(json);
                const record = { number, kind, text: '' };
                this.records.set(object, record);
                this.remember(object, record, ' ');
            } else if (this.records.get(object).kind !== kind) {
                return this.fail('a copy of another kind');
            }
            copies.push([object, json, line, isNew]);
        }
        for (const [object, json, line, isNew] of copies) {
            this.remember(object, this.records.get(object), line);
            // What is frozen stays as it is.
            if (!isNew && (json[1] === 'E' || isFrozen(object))) continue;
            this.fillCopy(object, json);
            if (json[2] === true && json[1] !== 'T') freeze(object);
        }
        for (const [json, line] of descriptions) this.remotes.takeDescription(json, line);
        return undefined;
    }

    parse(text) {
        try {
            return JSON.parse(text);
        } catch {
            return this.fail('a line that is no JSON');
        }
    }

    /** The value of parsed JSON. */
    value(json) {
        if (typeof json !== 'object' || json === null) return json;
        if (!isArray(json)) return this.fail('an object among values');
        const [tag, first, second] = json;
        if (typeof tag === 'number') {
            const copy = this.copies.get(tag);
            return copy === undefined ? this.fail('a copy that never came') : copy;
        }
        switch (tag) {
        case 'u': return undefined;
        case 'n': return floats.has(first) ? floats.get(first) : this.fail('an odd number');
        case 'b':
            if (typeof first !== 'string' || !/^-?\d{1,1000000}$/.test(first)) return this.fail('an odd integer');
            return BigInt(first);
        case 'w': return wellKnownSymbolNamed(first) ?? this.fail('an odd symbol');
        case 'k': return typeof first === 'string' ? Symbol.for(first) : this.fail('an odd symbol');
        case 's': return this.symbol(first, second);
        case 'r': return this.reference(first, second);
        case 'i': return this.intrinsic(first);
        default: return this.fail('an odd value');
        }
    }

    symbol(number, description) {
        const symbol = this.symbols.get(number);
        if (symbol !== undefined) return symbol;
        if (!this.isTheirs(number) || typeof description !== 'string') return this.fail('an odd symbol');
        const made = Symbol(description);
        this.numberSymbol(made, number);
        return made;
    }

    reference(number, shape) {
        const known = this.references.get(number);
        if (known !== undefined) return known;
        if (!this.isTheirs(number) || this.copies.has(number)) return this.fail('a reference to nothing');
        if (!['f', 'c', 'o', 'p'].includes(shape)) return this.fail('an odd reference');
        return this.remotes.make(number, shape);
    }

    /** What has a name in every process. Of the submission the test takes prototypes alone: they do nothing. */
    intrinsic(name) {
        const isTaken = typeof name === 'string' && (!this.isExaminer || /^(?!node:)[\w.]+\.prototype$/.test(name));
        const object = isTaken ? intrinsics.find(name, this.load) : undefined;
        return object ?? this.fail(`an odd name, ${name}`);
    }

    /** What `prototypeText` wrote: besides prototypes, a class of the language's own that another one extends. */
    prototype(json) {
        if (isArray(json) && json[0] === 'i' && /^[A-Z]\w*$/.test(json[1])) {
            return intrinsics.find(json[1]) ?? this.fail('an odd name');
        }
        const prototype = this.value(json);
        if (typeof prototype === 'object' || typeof prototype === 'function') return prototype;
        return this.fail('an odd prototype');
    }

    makeCopy([, kind, , first, second]) {
        switch (kind) {
        case 'A': return [];
        case 'O': return first === true ? Object.create(null) : {};
        case 'M': return new Map();
        case 'S': return new Set();
        case 'D': return new Date(NaN);
        case 'X':
            try {
                return new RegExp(first, second);
            } catch {
                return this.fail('an odd regular expression');
            }
        case 'B': return new Uint8Array(this.bytes(first)).buffer;
        case 'T': {
            const type = arrayTypeOf.get(first);
            const bytes = this.bytes(second);
            if (type === undefined || bytes.length % type.BYTES_PER_ELEMENT !== 0) return this.fail('an odd array');
            if (type === Buffer) return bytes;
            return new type(new Uint8Array(bytes).buffer);
        }
        case 'W': {
            const value = this.value(first);
            if (Object(value) === value || value === null || value === undefined) return this.fail('an odd box');
            return Object(value);
        }
        case 'E': {
            const error = new Error();
            delete error.stack;
            return error;
        }
        default: return this.fail('an odd kind');
        }
    }

    bytes(text) {
        return typeof text === 'string' ? Buffer.from(text, 'base64') : this.fail('no bytes');
    }

    fillCopy(object, [, kind, , first, second, third]) {
        switch (kind) {
        case 'A': return this.fillArray(object, this.list(first), second === undefined ? [] : this.list(second));
        case 'O': {
            const entries = this.list(second);
            const names = new Set();
            for (let index = 0; index < entries.length; index += 2) {
                const key = this.key(entries[index]);
                names.add(key);
                setOwn(object, key, this.value(entries[index + 1]));
            }
            for (const key of ownKeys(object)) if (!names.has(key)) delete object[key];
            return undefined;
        }
        case 'M': {
            const entries = this.list(first);
            object.clear();
            for (let index = 0; index < entries.length; index += 2) {
                object.set(this.value(entries[index]), this.value(entries[index + 1]));
            }
            return undefined;
        }
        case 'S':
            object.clear();
            for (const element of this.list(first)) object.add(this.value(element));
            return undefined;
        case 'D': return void object.setTime(this.number(first));
        case 'X': return void (object.lastIndex = this.number(third));
        case 'B': return void new Uint8Array(object).set(this.bytes(first).subarray(0, object.byteLength));
        case 'T': {
            const bytes = this.bytes(second).subarray(0, object.byteLength);
            return void new Uint8Array(object.buffer, object.byteOffset, object.byteLength).set(bytes);
        }
        case 'W': return undefined;
        default: return this.fillError(object, first, this.list(second));
        }
    }

    fillArray(array, elements, properties) {
        let length = 0;
        array.length = 0;
        for (const element of elements) {
            if (isArray(element) && element[0] === 'h') {
                const holes = element[1];
                if (!isSafeInteger(holes) || holes < 1 || length + holes >= 2 ** 32) return this.fail('odd holes');
                length += holes;
            } else {
                array[length++] = this.value(element);
            }
        }
        array.length = length;
        for (let index = 0; index < properties.length; index += 2) {
            const key = this.key(properties[index]);
            if (key === 'length') return this.fail('an odd key');
            setOwn(array, key, this.value(properties[index + 1]));
        }
        return undefined;
    }

    fillError(error, prototype, entries) {
        Object.setPrototypeOf(error, this.prototype(prototype));
        for (let index = 0; index < entries.length; index += 3) {
            const value = this.value(entries[index + 2]);
            defineProperty(error, this.key(entries[index]),
                { value, enumerable: entries[index + 1] === true, writable: true, configurable: true });
        }
        return undefined;
    }

    list(json) {
        return isArray(json) ? json : this.fail('no list');
    }

    key(json) {
        const key = this.value(json);
        return typeof key === 'string' || typeof key === 'symbol' ? key : this.fail('an odd key');
    }

    number(json) {
        const value = this.value(json);
        return typeof value === 'number' ? value : this.fail('no number');
    }
}

const mapEntries = (map) => Map.prototype.entries.call(map);
const setValues = (set) => Set.prototype.values.call(set);
const dateValue = (date) => Date.prototype.getTime.call(date);
const isCallable = (object) => typeof object === 'function';

function wellKnownSymbolNamed(name) {
    for (const [symbol, itsName] of wellKnownSymbols) if (itsName === name) return symbol;
    return undefined;
}

/** `object.__proto__ = …` would set the prototype. */
function setOwn(object, key, value) {
    defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

/** f: a function, c: one that makes objects, p: a promise, o: any other object. */
function shapeOf(object) {
    if (typeof object !== 'function') return types.isPromise(object) ? 'p' : 'o';
    try {
        Reflect.construct(Object, [], object);
        return 'c';
    } catch {
        return 'f';
    }
}

module.exports = { Graph, wellKnownSymbols };
