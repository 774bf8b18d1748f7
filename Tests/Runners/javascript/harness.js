'use strict';
// Runs the JavaScript runner as the jail does: a process of its own, real pipes on descriptors 0 to 4, a bare
// environment. `node --test Tests/Runners/javascript/` runs all tests; `ASSAY_NODE` names another node.

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const runners = path.resolve(__dirname, '../../../Runners/javascript');
const node = process.env.ASSAY_NODE ?? '/usr/bin/node';
const runFlags = ['--stack-size=114688', '--max-old-space-size=640', '--max-semi-space-size=16'];
const moduleFlags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

// What node gives a child as "pipe" is a socket; the pipes here are the shell's.
const script = `
    ulimit -s 262144
    exec "$@" < <(cat stdin) > >(cat) 2> >(cat >&2) 3< <(cat request) 4> >(cat >&4)
`;

// The test's process beside the submission's, whose status is the outcome. Arguments: node, the runner's folder, flags.
const examinerScript = `
    ulimit -s 262144
    mkfifo questions answers
    exec 1> >(cat) 2> >(cat >&2)
    timeout -s KILL 30 "$0" "\${@:2}" "$1/runner.js" serve < stdin 3< questions 4> answers &
    program=$!
    (cd / && exec timeout -s KILL 30 "$0" "\${@:2}" "$1/runner.js" examine) < /dev/null 3< <(cat request) 4> >(cat >&4) 6> questions 5< answers
    wait $program
`;

/** Runs node; resolves to `{ status, signal, stdout, stderr, frames }`, `frames` with every complete frame. */
function run(nodeArguments, code, options) {
    return runShell(['-c', script, 'bash', options?.node ?? node, ...nodeArguments], code, options);
}

function runShell(shellArguments, code, { request, stdin = '', timeout = 60_000, env } = {}) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-js-'));
    fs.writeFileSync(path.join(folder, 'main.js'), code);
    fs.writeFileSync(path.join(folder, 'stdin'), stdin);
    fs.writeFileSync(path.join(folder, 'request'), request ?? '');
    return new Promise((resolve, reject) => {
        const child = spawn('/bin/bash', shellArguments, {
            cwd: folder,
            env: {
                PATH: '/usr/local/bin:/usr/bin:/bin', HOME: folder, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TZ: 'UTC', ...env,
            },
            stdio: ['ignore', 'pipe', 'pipe', 'ignore', 'pipe'],
            timeout,
            killSignal: 'SIGKILL',
        });
        const chunks = { 1: [], 2: [], 4: [] };
        for (const descriptor of [1, 2, 4]) {
            child.stdio[descriptor].on('data', (chunk) => chunks[descriptor].push(chunk));
        }
        child.on('error', reject);
        child.on('close', (status, signal) => {
            fs.rmSync(folder, { recursive: true });
            resolve({
                status,
                signal,
                stdout: Buffer.concat(chunks[1]).toString(),
                stderr: Buffer.concat(chunks[2]).toString().replaceAll(folder, '/work'),
                frames: readFrames(Buffer.concat(chunks[4])),
            });
        });
    });
}

/** The JSON texts of the frames; a last one that is cut short is an error. */
function readFrames(bytes) {
    const frames = [];
    for (let offset = 0; offset < bytes.length;) {
        const end = offset + 4 + bytes.readUInt32BE(offset);
        if (end > bytes.length) throw new Error('a frame is cut short');
        frames.push(bytes.toString('utf8', offset + 4, end));
        offset = end;
    }
    return frames;
}

/** Runs the submission as a program of its own. */
function runProgram(code, options) {
    const flags = [`--require=${runners}/stdio.js`, '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'];
    return run([...runFlags, ...flags, 'main.js'], code, options);
}

/** Calls `name`; `values` is the JSON text of the list of arguments. Adds the one frame's text as `frame`. */
async function call(code, name, values = '[]', { inPlace = false, outputKB = 4096 } = {}) {
    const request = `{"function":${JSON.stringify(name)},"arguments":${values},"in_place":${inPlace}}`;
    const result = await run([...runFlags, ...moduleFlags, `${runners}/runner.js`, 'call', `${outputKB}`], code, { request });
    return { ...result, frame: result.frames.length === 1 ? result.frames[0] : undefined };
}

/** The JSON text of what `name` returns; throws if the call does not end well. */
async function returned(code, name, values, options) {
    const result = await call(code, name, values, options);
    const match = /^\{"returned":(.*)\}$/s.exec(result.frame ?? '');
    if (match === null || result.status !== 0) {
        throw new Error(`no result: status ${result.status}, ${result.frame}, ${result.stderr}`);
    }
    return match[1];
}

/** Runs a test's source beside the submission; adds the one frame, decoded, as `answer`. */
async function assertions(code, test, entryPoint = null, options = {}) {
    const request = JSON.stringify({ test, entry_point: entryPoint });
    const shellArguments = ['-c', examinerScript, node, runners, ...runFlags, ...moduleFlags];
    const result = await runShell(shellArguments, code, { ...options, request });
    return { ...result, answer: result.frames.length === 1 ? JSON.parse(result.frames[0]) : undefined };
}

/** Evaluates the call of an assertion; adds the one frame's text as `frame`. */
async function evaluate(code, expression) {
    const request = JSON.stringify({ expression });
    const result = await run([...runFlags, ...moduleFlags, `${runners}/runner.js`, 'evaluation'], code, { request });
    return { ...result, frame: result.frames.length === 1 ? result.frames[0] : undefined };
}

/** Checks the syntax, for assertions that of `test` too. */
function check(code, mode = 'program', test = undefined, entryPoint = null) {
    const request = test === undefined ? undefined : JSON.stringify({ test, entry_point: entryPoint });
    return run(['--stack-size=4000', ...moduleFlags, `${runners}/check.js`, mode], code, { request });
}

module.exports = { runProgram, call, returned, evaluate, assertions, check };
