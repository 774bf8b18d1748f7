'use strict';
// Makes this process a fork server, where it was started as one (ASSAY_FORK_SERVER): from here on only children of it
// run, each with a run's own standard streams, folder and arguments. All else is as in a process that was just started.
//
// The command line of a server is that of the runs; what it has done until here is what every run does until here.

const addOn = '/usr/lib/assay/node_fork.node';

/** What programs use most: node loads it when it is first used, which takes most of the time of a short run. */
const modules = [
    'assert', 'async_hooks', 'buffer', 'events', 'fs', 'fs/promises', 'net', 'os', 'path', 'perf_hooks', 'readline',
    'readline/promises', 'stream', 'stream/promises', 'string_decoder', 'timers', 'timers/promises', 'tty', 'url', 'util',
];

/** Returns in the child that a run is. */
function serve() {
    for (const name of modules) require(name);
    const run = require(addOn)();
    delete require.cache[addOn];
    delete require.cache[__filename];
    // The program's path stands behind node and its flags, and what follows is the run's own.
    const values = run.arguments.split('\0').slice(0, -1);
    process.argv.splice(2, process.argv.length, ...values.slice(process.execArgv.length + 2));
    Object.defineProperty(process, 'pid', { value: run.pid });
}

module.exports = { serve };
