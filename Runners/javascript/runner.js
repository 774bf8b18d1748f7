'use strict';
// Entry point in the jail, for calls: `node … runner.js call|evaluation [output limit in KiB]`, request on descriptor 3,
// response on descriptor 4.

require('./stdio.js');
const { readRequest } = require('./channel.js');
const { parse } = require('./values.js');

const limit = 1024 * (Number(process.argv[3]) || 4096);
const request = parse(readRequest());
process.argv.length = 2;

// A turn of its own: node's loader is then no part of the submission's stack traces.
setImmediate('expression' in request
    ? () => require('./evaluation.js').runEvaluation(request)
    : () => require('./call.js').runCall(request, limit));
