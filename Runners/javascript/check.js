'use strict';
// The build of a JavaScript submission: `node check.js program|calls|assertions`. Parses /work/main.js, and for
// assertions the test on descriptor 3, without running anything; exits with status 1 and node's usual message if the
// submission does not parse.

const fs = require('node:fs');
const vm = require('node:vm');
const { pathToFileURL } = require('node:url');

const { isModuleSyntax, parameters, path } = require('./program.js');

/** Throws the `SyntaxError` of a source that is neither a CommonJS nor an ES module. */
function checkSyntax(source) {
    let commonJSError;
    try {
        vm.compileFunction(source, parameters, { filename: path });
        return;
    } catch (error) {
        commonJSError = error;
    }
    try {
        new vm.SourceTextModule(source, { identifier: pathToFileURL(path).href });
    } catch (error) {
        throw isModuleSyntax(commonJSError) ? error : commonJSError;
    }
}

function checkBytes(bytes) {
    const offset = bytes.indexOf(0);
    if (offset < 0) return;
    const line = bytes.subarray(0, offset).toString('latin1').split('\n').length;
    process.stderr.write(`${path}:${line}\n\nSyntaxError: the source has a NUL byte\n`);
    process.exit(1);
}

function checkTest() {
    const { readRequest, writeFrame } = require('./channel.js');
    const { parse } = require('./values.js');
    const { prepareTest, InvalidTest } = require('./testsource.js');
    const request = parse(readRequest());
    try {
        prepareTest(request.test, request.entry_point ?? null);
    } catch (error) {
        if (!(error instanceof InvalidTest)) throw error;
        process.stderr.write(`${error.message}\n`);
        writeFrame(JSON.stringify({ invalid_test: error.message }));
        process.exit(1);
    }
}

/** Ends the process with node's usual message, less the way through this file. */
function report(error) {
    const description = error.stack.split('\n    at ')[0];
    if (description.startsWith(path)) {
        process.stderr.write(`${description}\n\nNode.js ${process.version}\n`);
        process.exit(1);
    }
    // Of an ES module the place is known to node alone, which prints it if nobody catches the error.
    error.stack = `${description}\n    at ${pathToFileURL(path)}`;
    throw error;
}

if (process.env.ASSAY_FORK_SERVER !== undefined) {
    require('./fork.js').serve(['./channel.js', './values.js', './testsource.js']);
}
const bytes = fs.readFileSync(path);
checkBytes(bytes);
try {
    checkSyntax(bytes.toString('utf8').replace(/^\ufeff/, ''));
} catch (error) {
    // Too deep for the parser's stack here: the run, which has a larger one, decides.
    if (error instanceof SyntaxError) {
        report(error);
    }
}
if (process.argv[2] === 'assertions') checkTest();
