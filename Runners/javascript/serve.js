'use strict';
// For assertions, the submission's process: `node … runner.js serve`. Runs the submission, then
// answers the test's process: questions on descriptor 3, answers on descriptor 4.
//
// While the test's own code runs, this process waits ("held"), as one process would do one thing at a time: timers and
// promises of the submission go on when the test is waiting too. At the end of descriptor 3 it ends as node does.

// Before the submission can change what they remember.
require('./intrinsics.js');
const { Peer } = require('./peer.js');
const { compile } = require('./program.js');
const { findFunction, NotFound } = require('./find.js');
const { supplyNodes, ListNode, TreeNode } = require('./nodes.js');
const { describe } = require('./outcome.js');
const { exit, on, quote, slice } = require('./primitives.js');

let isHeld = false;
/** How often the test's process has let this one go on. */
let releases = 0;
let program;
const supplied = { __proto__: null, ListNode, TreeNode };

const peer = new Peer({
    isExaminer: false,
    input: 3,
    output: 4,
    load: require,
    operations: {
        hold() {
            isHeld = true;
            // For a question that came while this side was asking.
            setImmediate(wait);
        },
        name: (name) => program.lookUp(name) ?? supplied[name],
        exports: () => program.exports,
        entry(name) {
            try {
                const call = findFunction(program, name);
                const named = program.lookUp(name);
                return [typeof named === 'function' ? named : (...values) => call(values)];
            } catch (error) {
                if (error instanceof NotFound) return error.message;
                throw error;
            }
        },
    },
    notices: {
        f(count) {
            isHeld = false;
            releases = count;
            peer.session.isWaiting = false;
        },
    },
    received: wait,
    ended: () => exit(),
    fail: (message) => {
        process.stderr.write(`${message}\n`);
        exit(1);
    },
});
peer.session.isWaiting = false;

function wait() {
    while (isHeld) peer.receive(peer.session.wait());
}

on('uncaughtExceptionMonitor', (error) => peer.notify(`["t",${quote(slice(describe(error), 0, 10_000))}]`));
on('beforeExit', () => {
    // Nothing is left to do here; the test may have something.
    peer.session.isWaiting = true;
    peer.notify(`["d",${releases}]`);
});

// A turn of its own: node's loader is then no part of the submission's stack traces.
setImmediate(() => {
    supplyNodes();
    const compiled = compile({ hasAllNames: true, names: ['Solution'] });
    program = compiled.program;
    const globals = new Set(Object.getOwnPropertyNames(globalThis));
    compiled.run(() => setImmediate(() => {
        const added = Object.getOwnPropertyNames(globalThis).filter((name) => !globals.has(name));
        for (const name of added) {
            if (!program.bindings.has(name)) program.bindings.set(name, () => globalThis[name]);
        }
        const bound = [...program.bindings.keys()].filter((name) => program.isBound(name));
        const names = [...bound, ...Object.keys(supplied)];
        peer.notify(`["y",[${names.map((name) => quote(name)).join(',')}]]`);
    }));
});
