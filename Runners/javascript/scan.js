'use strict';
// A light scan of source text: enough to list the names at its top level and to find where a statement stands.
// It never decides whether a program is valid, and a source that fools it costs a name in a message at most.

const regexAfter = new Set([
    'return', 'typeof', 'case', 'in', 'of', 'delete', 'void', 'throw', 'new', 'instanceof', 'else', 'do', 'yield',
    'await',
]);

/**
 * Blanks comments, strings, templates and regular expressions, keeping every offset and line break.
 *
 * `top` has, besides, only what stands outside of all brackets.
 */
function scan(source) {
    const code = [];
    const top = [];
    const length = source.length;
    /** For each open bracket: whether it is the `${` of a template. */
    const brackets = [];
    let previous = '';
    let word = '';
    let offset = 0;

    const emit = (character, isCode) => {
        const isBreak = character === '\n' || character === '\r' || character === '\u2028' || character === '\u2029';
        code.push(isBreak || isCode ? character : ' ');
        top.push(isBreak || (isCode && brackets.length === 0) ? character : ' ');
    };
    const blankTo = (end) => {
        for (; offset < end && offset < length; offset++) emit(source[offset], false);
    };
    const scanTemplate = () => {
        // Stands after the opening back-tick, or after the `}` that closes a substitution.
        while (offset < length) {
            if (source[offset] === '\\') {
                blankTo(offset + 2);
            } else if (source[offset] === '`') {
                blankTo(offset + 1);
                previous = '`';
                return;
            } else if (source[offset] === '$' && source[offset + 1] === '{') {
                blankTo(offset + 2);
                brackets.push(true);
                previous = '{';
                return;
            } else {
                blankTo(offset + 1);
            }
        }
    };

    while (offset < length) {
        const character = source[offset];
        if (continuesIdentifier(source.charCodeAt(offset))) {
            let end = offset + 1;
            while (end < length && continuesIdentifier(source.charCodeAt(end))) end += 1;
            word = source.slice(offset, end);
            for (; offset < end; offset++) emit(source[offset], true);
            previous = 'a';
            continue;
        }
        if (character === '/' && source[offset + 1] === '/' || character === '#' && offset === 0 && source[1] === '!') {
            while (offset < length && !/[\n\r\u2028\u2029]/.test(source[offset])) blankTo(offset + 1);
            continue;
        }
        if (character === '/' && source[offset + 1] === '*') {
            const end = source.indexOf('*/', offset + 2);
            blankTo(end < 0 ? length : end + 2);
            continue;
        }
        if (character === '"' || character === "'") {
            let end = offset + 1;
            while (end < length && source[end] !== character && source[end] !== '\n') {
                end += source[end] === '\\' ? 2 : 1;
            }
            blankTo(end + 1);
            previous = '"';
            continue;
        }
        if (character === '`') {
            blankTo(offset + 1);
            scanTemplate();
            continue;
        }
        if (character === '/') {
            const isOperator = previous === 'a' ? !regexAfter.has(word) : ')]"`'.includes(previous) && previous !== '';
            if (!isOperator) {
                const end = regexEnd(source, offset);
                if (end > 0) {
                    blankTo(end);
                    previous = '"';
                    continue;
                }
            }
        }
        if (character === '(' || character === '[' || character === '{') {
            emit(character, true);
            offset += 1;
            brackets.push(false);
        } else if (character === ')' || character === ']' || character === '}') {
            if (brackets.pop() === true) {
                blankTo(offset + 1);
                scanTemplate();
                continue;
            }
            emit(character, true);
            offset += 1;
        } else {
            emit(character, true);
            offset += 1;
        }
        if (!/\s/.test(character)) previous = character;
    }
    return { code: code.join(''), top: top.join('') };
}

/** Whether a UTF-16 unit belongs to an identifier or a number; beyond ASCII, all but white space does. */
function continuesIdentifier(unit) {
    if (unit >= 0x80) return !/\s/.test(String.fromCharCode(unit));
    return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x30 && unit <= 0x39) ||
        unit === 0x5f || unit === 0x24;
}

/** The offset after the regular expression literal that begins at `start`, or -1 if there is none on this line. */
function regexEnd(source, start) {
    let isInClass = false;
    for (let offset = start + 1; offset < source.length; offset++) {
        const character = source[offset];
        if (character === '\n') return -1;
        if (character === '\\') offset += 1;
        else if (character === '[') isInClass = true;
        else if (character === ']') isInClass = false;
        else if (character === '/' && !isInClass) return offset + 1;
    }
    return -1;
}

const identifier = '[\\p{ID_Start}$_][\\p{ID_Continue}$]*';

/** The names of functions and classes that a source seems to declare at its top level, in their order. */
function declaredCallables(source) {
    const { top } = scan(source);
    const names = new Set();
    const pattern = new RegExp(
        `\\b(?:function\\s*\\*?|class)\\s+(${identifier})` +
        `|\\b(?:const|let|var)\\s+(${identifier})\\s*=\\s*` +
        `(?:async\\b|function\\b|class\\b|\\(|\\{|${identifier}\\s*=>)`, 'gu');
    for (const match of top.matchAll(pattern)) names.add(match[1] ?? match[2]);
    return [...names];
}

/** The words of a source among which are all names at its top level: those outside of brackets, and of patterns. */
function topLevelNames(source) {
    const { code, top } = scan(source);
    const words = new RegExp(identifier, 'gu');
    const names = new Set(top.match(words) ?? []);
    for (const match of top.matchAll(/\b(?:const|let|var|import)\b[^;=]*?[[{]/g)) {
        const end = code.slice(match.index).search(/=(?!>)|\bfrom\b|;/);
        const pattern = code.slice(match.index, end < 0 ? undefined : match.index + end);
        for (const word of pattern.match(words) ?? []) names.add(word);
    }
    return [...names];
}

/** Whether a source begins with the directive "use strict". */
function isStrict(source) {
    const space = String.raw`(?:\s|//[^\n]*|/\*[^]*?\*/|^#![^\n]*)*`;
    const statement = String.raw`(["'])((?:(?!\1)[^\\\n]|\\.)*)\1\s*(?:;|(?=\n|$|//|/\*|\}))`;
    const pattern = new RegExp(`${space}(?:${statement})?`, 'y');
    for (;;) {
        const start = pattern.lastIndex;
        const match = pattern.exec(source);
        if (match === null || match[1] === undefined || pattern.lastIndex === start) return false;
        if (match[2] === 'use strict') return true;
    }
}

module.exports = { scan, declaredCallables, topLevelNames, isStrict, identifier };
