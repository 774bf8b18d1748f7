'use strict';
// What both sides do alike: questions, answers, and news of promises. Messages begin with a head:
//
//   ["q", number, operation, [operands]]              a question
//   ["a", number, isReturned, value, [references]]    its answer; these references are described as they are now
//   ["p", reference, isKept, value]                   a promise has settled
//   ["x", [copies]]                                   these copies are forgotten
//
// and those of `notices`. An answer brings what has changed of the operands with it.

const { Session } = require('./session.js');
const { Graph } = require('./graph.js');

const quote = JSON.stringify;
/** Questions that run no code of the other side that could change what was described. */
const isHarmless = (operation) => ['look', 'load', 'convert', 'name', 'exports', 'hold'].includes(operation);

class Peer {
    /**
     * - `operations`: name → function, for questions besides those about objects.
     * - `notices`: name → function of the rest of the head.
     * - `prepare()`: called before anything is sent that is no answer.
     * - `thrown(error)`: called with what a function of this side has thrown at the other.
     * - `received()`: called after each message that came in the event loop.
     */
    constructor({ isExaminer, input, output, load, operations = {}, notices, prepare, thrown, received, ended, fail }) {
        Object.assign(this, { operations, notices, prepare, thrown, fail });
        this.graph = new Graph({
            isExaminer, load, fail,
            ask: (operation, operands) => this.ask(operation, operands),
            settle: (number, isKept, value) => this.settle(number, isKept, value),
        });
        this.number = 0;
        /** Number of a question → its answer, `undefined` until it comes. */
        this.answers = new Map();
        this.serving = 0;
        this.session = new Session({
            input, output, ended, fail,
            receive: (text) => {
                this.receive(text);
                if (this.session.depth === 0 && this.serving === 0) received?.();
            },
        });
    }

    /** Asks and waits; returns what came, or throws it. */
    ask(operation, operands = []) {
        this.prepare?.(operation);
        const forgotten = this.session.depth === 0 && this.serving === 0 ? this.graph.forgetOldest() : [];
        if (forgotten.length > 0) this.notify(`["x",[${forgotten}]]`);
        const number = ++this.number;
        const lines = [];
        const texts = this.graph.write(operands, lines);
        if (!isHarmless(operation)) this.graph.remotes.epoch += 1;
        this.answers.set(number, undefined);
        this.session.ask(message(`["q",${number},${quote(operation)},[${texts.join(',')}]]`, lines),
            () => this.answers.get(number) !== undefined);
        const { isReturned, value } = this.answers.get(number);
        this.answers.delete(number);
        if (isReturned) return value;
        throw value;
    }

    settle(number, isKept, value) {
        this.prepare?.('settle');
        const lines = [];
        const [text] = this.graph.write([value], lines);
        this.notify(message(`["p",${number},${isKept},${text}]`, lines));
    }

    notify(text) {
        this.session.send(text);
    }

    receive(text) {
        const { graph } = this;
        const [headText, ...lines] = text.split('\n');
        const head = graph.list(graph.parse(headText));
        graph.readLines(lines);
        switch (head[0]) {
        case 'q': return this.answer(head[1], head[2], graph.list(head[3]).map((json) => graph.value(json)));
        case 'a':
            if (!this.answers.has(head[1]) || this.answers.get(head[1]) !== undefined) {
                return this.fail('an answer to no question');
            }
            this.answers.set(head[1], { isReturned: head[2] === true, value: graph.value(head[3]) });
            return graph.remotes.refresh(head[4]);
        case 'p':
            graph.remotes.epoch += 1;
            return graph.remotes.settle(head[1], head[2], graph.value(head[3]));
        case 'x': return graph.list(head[1]).forEach((number) => graph.forget(number));
        default: {
            const notice = Object.hasOwn(this.notices, head[0]) ? this.notices[head[0]] : undefined;
            return notice === undefined ? this.fail('an odd message') : notice(...head.slice(1));
        }
        }
    }

    answer(number, operation, operands) {
        if (!Number.isSafeInteger(number)) return this.fail('an odd question');
        const { graph } = this;
        if (!isHarmless(operation)) graph.remotes.epoch += 1;
        let isReturned = true;
        let value;
        this.serving += 1;
        try {
            value = Object.hasOwn(this.operations, operation)
                ? this.operations[operation](...operands)
                : graph.remotes.serve(operation, operands);
        } catch (error) {
            isReturned = false;
            value = error;
            this.thrown?.(error);
        } finally {
            this.serving -= 1;
        }
        const lines = [];
        const texts = graph.write([value, ...operands], lines);
        const isKnown = (object) => graph.records.get(object)?.description !== '';
        const described = [...new Set([value, ...operands.filter((operand) => operation === 'look' || isKnown(operand))])]
            .filter((object) => typeof object === 'object' || typeof object === 'function');
        const fresh = operation === 'load' ? [] : graph.remotes.describe(described, lines);
        this.notify(message(`["a",${number},${isReturned},${texts[0]},[${fresh}]]`, lines));
        return undefined;
    }
}

const message = (head, lines) => [head, ...lines].join('\n');

module.exports = { Peer };
