'use strict';
// For assertions, the test's process: `node … runner.js examine`. Request on descriptor 3,
// response on descriptor 4; answers of the submission's process on descriptor 5, questions to it on descriptor 6.
//
// Nothing of the submission runs here: what it hands over is a value, or a reference to something that stays there.

const assert = require('node:assert');
const { createRequire } = require('node:module');
const { format } = require('node:util');
const vm = require('node:vm');

const intrinsics = require('./intrinsics.js');
const { readRequest } = require('./channel.js');
const { parse } = require('./values.js');
const { Peer } = require('./peer.js');
const { exit, then } = require('./primitives.js');
const { prepareTest, InvalidTest } = require('./testsource.js');
const { outcome, watch, refuse, abandon, describe, errorFrame } = require('./outcome.js');

const quote = JSON.stringify;
const testPath = 'test.js';
const state = {
    isDone: false,
    /** Both processes have nothing left to do. */
    isOver: false,
    endedByTest: false,
    failures: [],
    /** What ended the submission's process, as it says itself. */
    thrown: undefined,
};

// ---------------------------------------------------------------------------------------------- the other process

let names;
let isHolding = false;
let isReleasing = false;
/** How often the submission's process was let go on, and at which of these it had nothing left to do. */
let releases = 0;
let drained = -1;

const peer = new Peer({
    isExaminer: true,
    input: 5,
    output: 6,
    notices: {
        y(list) {
            names ??= new Set(peer.graph.list(list));
        },
        d(count) {
            drained = count;
            if (drained === releases) peer.session.isWaiting = false;
        },
        t(text) {
            state.thrown ??= typeof text === 'string' ? text.slice(0, 10_000) : undefined;
        },
    },
    prepare(operation) {
        // Within a question or an answer the other process is waiting anyway.
        if (peer.serving > 0 || peer.session.depth > 0) return;
        if (!isReleasing) {
            isReleasing = true;
            setImmediate(release);
        }
        if (isHolding || operation === 'hold' || operation === 'settle') return;
        isHolding = true;
        peer.ask('hold');
    },
    thrown(error) {
        // The submission may catch it; the test has failed all the same.
        if (isAssertionError(error)) state.failures.push(failureOf(error));
    },
    ended: () => abandon(failedFrame() ??
        (state.thrown === undefined ? errorFrame('ended', `the submission ended while ${outcome.stage}`) :
            errorFrame('exception', state.thrown))),
    fail: (message) => abandon(errorFrame('exception', `the submission's process has sent ${message}`)),
});
peer.session.isWaiting = false;

/** The test's code has come to where it waits: the submission's timers and promises may go on. */
function release() {
    isReleasing = false;
    isHolding = false;
    releases += 1;
    // What comes from now on may come at any time.
    peer.graph.remotes.epoch += 1;
    peer.notify(`["f",${releases}]`);
}

// ---------------------------------------------------------------------------------------------- the outcome

function isAssertionError(thrown) {
    return thrown instanceof assert.AssertionError;
}

function failureOf(error) {
    const line = lineOfTest(error);
    return `${describe(error)}${line === undefined ? '' : ` (line ${line} of the test)`}`;
}

/** The line of the test's source that an error's stack goes through first. */
function lineOfTest(error) {
    const line = typeof error.stack === 'string' ? /\btest\.js:(\d+)/.exec(error.stack)?.[1] : undefined;
    return line === undefined ? undefined : Number(line);
}

function failedFrame() {
    const [first, ...others] = state.failures;
    if (first === undefined) return undefined;
    const more = others.length > 0 ? ` (and ${others.length} more)` : '';
    return `{"assertions":"failed","message":${quote(first + more)}}`;
}

/** The frame where nothing was thrown; `undefined` if the process ended before the test did. */
function conclude(status) {
    if (!state.endedByTest && !(state.isDone && state.isOver)) return undefined;
    const failed = failedFrame();
    if (failed !== undefined) return failed;
    if (status !== 0) return errorFrame('exception', `the test ended with status ${status}`);
    return '{"assertions":"passed"}';
}

/** A failed assertion is an answer; anything else that is thrown is an exception. */
function explain(thrown) {
    if (!isAssertionError(thrown)) return undefined;
    return `{"assertions":"failed","message":${quote(failureOf(thrown))}}`;
}

// ---------------------------------------------------------------------------------------------- the test's world

/** Makes `process.exit` the end of the test, and `console.assert` one of its assertions. */
function supplySurroundings(source) {
    process.exit = (status) => {
        state.endedByTest = true;
        return status === undefined ? exit() : exit(status);
    };
    const lines = source.split('\n');
    const consoleAssert = console.assert;
    console.assert = (condition, ...message) => {
        if (condition) return;
        const line = lineOfTest(new Error());
        const text = lines[line - 1]?.trim();
        const said = message.length > 0 || text === undefined ? format(...message) : text;
        const place = line === undefined ? '' : ` in line ${line} of the test`;
        state.failures.push(`console.assert failed${place}${said === '' ? '' : `: ${said}`}`);
        consoleAssert.call(console, false, ...message);
    };
}

/** The submission's names: those of functions and classes as they are first, all others as they are each time. */
function submissionNames() {
    const functions = new Map();
    return new Proxy(Object.create(null), {
        // The language's and node's own names are the test's: what it compares with must not be the submission's.
        has: (target, name) => names.has(name) && !(name in globalThis),
        get(target, name) {
            if (typeof name === 'symbol') return undefined;
            if (functions.has(name)) return functions.get(name);
            const value = peer.ask('name', [name]);
            if (typeof value === 'function') functions.set(name, value);
            return value;
        },
        set(target, name) {
            throw new TypeError(`Assignment to ${String(name)}, a name of the submission`);
        },
    });
}

const requireBuiltin = createRequire('/');

function requireModule(specifier) {
    if (isSubmission(specifier)) return peer.ask('exports');
    const exports = requireBuiltin(specifier);
    intrinsics.addModule(specifier, exports);
    return exports;
}

function isSubmission(specifier) {
    return /^(?:\.{1,2}\/|\/work\/)main(?:\.[mc]?js)?$/.test(specifier);
}

async function importModule(specifier) {
    const exports = requireModule(specifier);
    return { default: exports, ...exports };
}

async function importDynamically(specifier) {
    const members = await importModule(specifier);
    const keys = Object.keys(members);
    const module = new vm.SyntheticModule(keys, () => keys.forEach((key) => module.setExport(key, members[key])));
    await module.link(() => {});
    await module.evaluate();
    return module;
}

function compileTest(source) {
    const main = {
        id: '.',
        filename: testPath,
        get exports() {
            return peer.ask('exports');
        },
    };
    const surroundings = {
        assert,
        util: requireModule('node:util'),
        // A guarded main of the test's own is to run.
        require: Object.assign(requireModule, { main, resolve: requireBuiltin.resolve, cache: {} }),
        module: main,
        exports: undefined,
        __filename: testPath,
        __dirname: '/',
        __assay_import__: importModule,
    };
    const parameters = [...Object.keys(surroundings), '__assay_candidate__'];
    const text = `with(__assay_names__){return async function(${parameters}){await(async()=>{\n${source}\n})()}}`;
    const make = vm.compileFunction(text, ['__assay_names__'], {
        filename: testPath, lineOffset: -1, importModuleDynamically: importDynamically,
    });
    const run = make(submissionNames());
    return (candidate) => {
        if (/\bexports\b/.test(source)) surroundings.exports = main.exports;
        return run.call(globalThis, ...Object.values(surroundings), candidate);
    };
}

// ---------------------------------------------------------------------------------------------- the run

function runTest(request) {
    let source;
    try {
        source = prepareTest(request.test, request.entry_point ?? null);
    } catch (error) {
        // The syntax check has refused such a test before: this is a request without a check.
        if (error instanceof InvalidTest) return refuse('harness', error.message);
        throw error;
    }
    supplySurroundings(source);
    const run = compileTest(source);
    watch();
    while (names === undefined) peer.receive(peer.session.wait());
    outcome.stage = 'the submission was searched for the entry point';
    let candidate;
    if (typeof request.entry_point === 'string') {
        const found = peer.ask('entry', [request.entry_point]);
        if (typeof found === 'string') return refuse('entry_not_found', found);
        candidate = found?.[0];
    }
    outcome.stage = 'the test was running';
    outcome.explain = explain;
    outcome.conclude = conclude;
    process.on('beforeExit', () => {
        state.isOver = drained === releases;
        peer.session.isWaiting = !state.isOver;
    });
    return then(run(candidate), () => {
        state.isDone = true;
        outcome.stage = 'what the test had begun came to its end';
    });
}

const request = parse(readRequest());
// A turn of its own: node's loader is then no part of the test's stack traces.
setImmediate(() => runTest(request));
