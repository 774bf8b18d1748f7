'use strict';
// Makes this process a fork server, where it was started as one (ASSAY_FORK_SERVER): from here on only children of it
// run, each with a run's own descriptors, folder and arguments. All else is as in a process that was just started.
//
// The command line of a server is that of its runs, but for what follows the script; what the server has done until it
// comes here is what every run does until it comes here.

const addOn = '/usr/lib/assay/node_fork.node';

/** What programs use most: node loads it when it is first used, which takes most of the time of a short run. */
const modules = [
    'assert', 'async_hooks', 'buffer', 'events', 'fs', 'fs/promises', 'net', 'os', 'path', 'perf_hooks', 'readline',
    'readline/promises', 'stream', 'stream/promises', 'string_decoder', 'timers', 'timers/promises', 'tty', 'url', 'util',
];

/** Loads modules. Some look whether stderr can show colours; the streams that a run has are not there yet. */
function load(names) {
    const streams = ['stdin', 'stdout', 'stderr'];
    const descriptors = streams.map((name) => Object.getOwnPropertyDescriptor(process, name));
    for (const name of streams) Object.defineProperty(process, name, { configurable: true, get: () => undefined });
    for (const name of names) require(name);
    rehearse();
    streams.forEach((name, index) => Object.defineProperty(process, name, descriptors[index]));
}

/** Does what most programs do, where it leaves nothing behind: node compiles much when it is first called. */
function rehearse() {
    const { Console } = require('console');
    const { readFileSync } = require('fs');
    const { Socket } = require('net');
    const { Writable } = require('stream');
    new Socket({ readable: false, writable: true });
    const console = new Console(new Writable({ write() {} }));
    console.log('%s %d', 'text', 1, [1.5, 'text', { key: [true, null, undefined, 1n, () => 1] }], new Map([[1, new Set()]]));
    console.log(new Error('text'));
    readFileSync('/dev/null', 'utf8').trim().split('\n').map(Number);
}

/** Loads `more` modules, and returns in the child that a run is. */
function serve(more = []) {
    load([...modules, ...more]);
    const run = require(addOn)();
    delete require.cache[addOn];
    delete require.cache[__filename];
    // A run's arguments begin with node and its flags.
    const [script, ...own] = run.arguments.split('\0').slice(process.execArgv.length + 1, -1);
    if (script === undefined) throw new Error('the run has no script');
    process.argv.splice(2, process.argv.length, ...own);
    Object.defineProperty(process, 'pid', { value: run.pid });
    // Node remembers the folder until it is changed.
    process.chdir('.');
}

module.exports = { serve };
