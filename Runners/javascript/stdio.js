'use strict';
// Preloaded in every mode: makes writes to stdout and stderr blocking.
//
// On Linux node opens pipes for asynchronous writing: once the pipe is full, what was written before
// `process.exit` is lost, and `fs.writeSync(1, …)` fails with EAGAIN. A program's output must not depend on how
// fast it is read. Streams are still made at their first use only.

for (const name of ['stdout', 'stderr']) {
    const descriptor = Object.getOwnPropertyDescriptor(process, name);
    Object.defineProperty(process, name, {
        ...descriptor,
        get() {
            Object.defineProperty(process, name, descriptor);
            const stream = process[name];
            stream._handle?.setBlocking?.(true);
            return stream;
        },
    });
}

// As the preload of a program: what comes next is the program itself.
if (process.env.ASSAY_FORK_SERVER !== undefined && require.main === undefined) require('./fork.js').serve();
