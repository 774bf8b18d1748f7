'use strict';
// How the process ends, and the one frame that it writes as its last act.
//
// Nothing is caught here: an exception stays uncaught, so that node prints it and exits with status 1 as it would
// without a harness; a monitor only takes note of it for the frame.

const { apply, exit, on, removeListener, quote, String: toString } = require('./primitives.js');
const { writeFrame } = require('./channel.js');
const { typeName } = require('./values.js');

const outcome = {
    /** What the process is doing, for the message if it ends in the middle of it. */
    stage: 'the submission was loaded',
    hasThrown: false,
    thrown: undefined,
    /** The event loop ran empty: nobody called `process.exit`. */
    isDrained: false,
    /** Called at the exit with its status, if nothing was thrown; gives the frame's JSON text. */
    conclude: undefined,
    /** Turns what was thrown into a frame; `undefined` for the usual one. */
    explain: undefined,
};

let hasWritten = false;

function writeOnce(json) {
    if (hasWritten) return;
    hasWritten = true;
    writeFrame(json);
}

function errorFrame(error, message) {
    return `{"error":${quote(error)},"message":${quote(message)}}`;
}

function atExit(status) {
    let frame;
    if (outcome.hasThrown) {
        frame = outcome.explain?.(outcome.thrown) ?? errorFrame('exception', describe(outcome.thrown));
    } else {
        frame = outcome.conclude?.(status);
        frame ??= errorFrame('exception', outcome.isDrained
            ? `nothing was left to do while ${outcome.stage}: a promise never settled`
            : `the program ended with status ${status} while ${outcome.stage}`);
    }
    writeOnce(frame);
}

/** Starts to watch; to be called before the submission is loaded. */
function watch() {
    on('uncaughtExceptionMonitor', (error) => {
        outcome.hasThrown = true;
        outcome.thrown = error;
    });
    on('beforeExit', () => {
        outcome.isDrained = true;
        comeLast();
    });
    on('exit', atExit);
}

/** Moves our exit listener behind those that the program has added. */
function comeLast() {
    removeListener('exit', atExit);
    on('exit', atExit);
}

/** Ends the process with this frame; its exit listeners and `process.exitCode` count, timers do not. */
function finish(json) {
    outcome.conclude = () => json;
    comeLast();
    exit();
}

/** Ends the process with an error frame that says what the harness could not do. */
function refuse(error, message) {
    process.stderr.write(`${message}\n`);
    writeOnce(errorFrame(error, message));
    exit(1);
}

/** Ends the process at once with this frame, whatever it was doing. */
function abandon(json) {
    writeOnce(json);
    exit(1);
}

/** `TypeError: x is not a function`, or what there is to say of a thrown value that is no error. */
function describe(thrown) {
    try {
        if (typeof thrown === 'object' && thrown !== null && 'message' in thrown) {
            const name = typeof thrown.name === 'string' ? thrown.name : typeName(thrown);
            return `${name}: ${toString(thrown.message)}`;
        }
        return `${typeName(thrown)} thrown: ${toString(thrown)}`;
    } catch {
        return 'an exception that cannot be described';
    }
}

module.exports = { outcome, watch, comeLast, finish, refuse, abandon, errorFrame, describe };
