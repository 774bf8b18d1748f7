'use strict';
// Entry point in the jail, for all but plain programs. What comes first of a run's own is its mode:
//
//   call KIB | evaluation   request on descriptor 3, response on descriptor 4; `KIB` limits the output
//   serve                   the submission's process of an assertions test, see serve.js
//   examine                 the test's process of an assertions test, see examine.js

require('./stdio.js');
if (process.env.ASSAY_FORK_SERVER !== undefined) {
    require('./fork.js').serve([
        './call.js', './evaluation.js', './intrinsics.js', './peer.js', './program.js', './find.js', './nodes.js',
        './outcome.js', './testsource.js', 'node:assert', 'node:module', 'node:vm',
    ]);
}

const [mode, limit] = process.argv.splice(2, process.argv.length);

switch (mode) {
case 'serve': require('./serve.js'); break;
case 'examine': require('./examine.js'); break;
case 'call': runCall(1024 * (Number(limit) || 4096)); break;
case 'evaluation': runEvaluation(); break;
default: throw new Error(`there is no mode ${mode}`);
}

function request() {
    const { readRequest } = require('./channel.js');
    const { parse } = require('./values.js');
    return parse(readRequest());
}

// A turn of its own: node's loader is then no part of the submission's stack traces.
function runCall(outputLimit) {
    const wanted = request();
    setImmediate(() => require('./call.js').runCall(wanted, outputLimit));
}

function runEvaluation() {
    const wanted = request();
    setImmediate(() => require('./evaluation.js').runEvaluation(wanted));
}
