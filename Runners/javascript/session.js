'use strict';
// One end of the conversation between the test's process and the submission's: messages over two pipes.
//
// A message is four bytes of length, big-endian, and lines of JSON: a head, then the objects that `graph.js` sends
// along. Whoever asks waits for the answer without turning its event loop, and answers what it is asked meanwhile.
// Otherwise messages arrive in the event loop.

const fs = require('node:fs');
const net = require('node:net');

const { readSync, writeSync } = fs;
const allocate = Buffer.allocUnsafe;
const bufferFrom = Buffer.from;
const { concat } = Buffer;

/** Bytes of a message, and of questions within questions. */
const maximumLength = 64 << 20;
const maximumDepth = 2000;

class Session {
    /**
     * - `input`, `output`: descriptors.
     * - `receive(text)`: takes a message, whenever it comes.
     * - `ended()`: the other side is gone; does not return.
     * - `fail(message)`: the other side has sent what nobody can read; does not return.
     */
    constructor({ input, output, receive, ended, fail }) {
        Object.assign(this, { input, output, receive, ended, fail });
        this.bytes = allocate(0);
        this.depth = 0;
        this.isScheduled = false;
        const buffer = allocate(1 << 16);
        const socket = new net.Socket({
            fd: input,
            readable: true,
            writable: false,
            onread: {
                buffer,
                callback: (count) => {
                    this.append(buffer.subarray(0, count));
                    this.receiveAll();
                    return true;
                },
            },
        });
        socket.on('end', ended);
        socket.on('error', ended);
        socket.resume();
        this.socket = socket;
        this.handle = socket._handle;
    }

    /** Whether messages to come keep the process alive. */
    set isWaiting(value) {
        if (value) this.socket.ref();
        else this.socket.unref();
    }

    receiveAll() {
        for (let text = this.take(); text !== undefined; text = this.take()) this.receive(text);
    }

    append(bytes) {
        this.bytes = concat([this.bytes, bytes]);
    }

    /** The next message, if it has come whole. */
    take() {
        const { bytes } = this;
        if (bytes.length < 4) return undefined;
        const length = bytes.readUInt32BE(0);
        if (length > maximumLength) return this.fail(`a message of ${length} bytes`);
        if (bytes.length < 4 + length) return undefined;
        this.bytes = bytes.subarray(4 + length);
        return bytes.toString('utf8', 4, 4 + length);
    }

    /** Waits for one message, and for nothing else. */
    wait() {
        let text = this.take();
        if (text !== undefined) return text;
        this.handle.setBlocking(true);
        // A long message is put together once, when it is whole.
        const chunks = [this.bytes];
        let length = this.bytes.length;
        let wanted = length < 4 ? 4 : 4 + this.bytes.readUInt32BE(0);
        while (text === undefined) {
            const chunk = allocate(Math.max(1 << 13, Math.min(wanted - length, 1 << 16)));
            let count = 0;
            try {
                count = readSync(this.input, chunk, 0, chunk.length, null);
            } catch {
                // What cannot be read any more has come to its end.
            }
            if (count === 0) return this.ended();
            chunks.push(chunk.subarray(0, count));
            length += count;
            if (length < wanted) continue;
            this.bytes = concat(chunks.splice(0));
            chunks.push(this.bytes);
            text = this.take();
            if (text === undefined) wanted = length < 4 ? 4 : 4 + this.bytes.readUInt32BE(0);
        }
        this.handle.setBlocking(false);
        // No event tells of what has been read already.
        if (this.bytes.length > 0 && !this.isScheduled) {
            this.isScheduled = true;
            setImmediate(() => {
                this.isScheduled = false;
                this.receiveAll();
            });
        }
        return text;
    }

    send(text) {
        const body = bufferFrom(text, 'utf8');
        if (body.length > maximumLength) throw new RangeError(`${body.length} bytes are too many to be handed over`);
        const message = allocate(4 + body.length);
        message.writeUInt32BE(body.length, 0);
        body.copy(message, 4);
        for (let offset = 0; offset < message.length;) {
            try {
                offset += writeSync(this.output, message, offset, message.length - offset);
            } catch (error) {
                if (error.code !== 'EAGAIN') return this.ended();
            }
        }
        return undefined;
    }

    /** Sends a question and takes what comes until `isAnswered()`. */
    ask(text, isAnswered) {
        if (this.depth >= maximumDepth) throw new RangeError('Maximum call stack size exceeded');
        this.send(text);
        this.depth += 1;
        try {
            while (!isAnswered()) this.receive(this.wait());
        } finally {
            this.depth -= 1;
        }
    }
}

module.exports = { Session };
