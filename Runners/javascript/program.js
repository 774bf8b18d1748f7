'use strict';
// Loads the submission in this process: as a CommonJS module if it parses as one, else as an ES module.
//
// A first line, which counts as line 0 so that the submission's own lines keep their numbers, hands out one function
// for each name at its top level: `const`, `let` and `class` cannot be reached from outside in any other way.

const fs = require('node:fs');
const Module = require('node:module');
const vm = require('node:vm');
const { pathToFileURL } = require('node:url');

const { apply, then, mapGet, mapHas, Map: SafeMap } = require('./primitives.js');
const { declaredCallables, topLevelNames, isStrict } = require('./scan.js');

/** The work folder is the current one; it is read before the submission can change it. */
const folder = process.cwd();
const path = `${folder}/main.js`;
const parameters = ['exports', 'require', 'module', '__filename', '__dirname'];

/** The name of the hook: long, so that no program declares it by accident. */
const hookName = '__assay_scope__';

class Program {
    constructor() {
        this.kind = 'commonjs';
        /** Name → function that gives what the name is bound to. */
        this.bindings = new SafeMap();
        /** `module.exports`, or the namespace of the ES module. */
        this.exports = undefined;
        this.evaluate = undefined;
        this.initialGlobals = new SafeMap();
    }

    /** Whether a name is bound to something of the submission's at its top level. */
    isBound(name) {
        try {
            const value = mapGet(this.bindings, name)();
            return !mapHas(this.initialGlobals, name) || mapGet(this.initialGlobals, name) !== value;
        } catch {
            return false;
        }
    }

    /** What a name at the submission's top level is bound to; `undefined` if there is none. */
    lookUp(name) {
        const read = mapGet(this.bindings, name);
        if (read === undefined) return undefined;
        let value;
        try {
            value = read();
        } catch {
            // Not declared, or never initialised.
            return undefined;
        }
        // A name that the submission does not declare may still be one of the language's own.
        return mapHas(this.initialGlobals, name) && mapGet(this.initialGlobals, name) === value ? undefined : value;
    }
}

/** Whether `name` can be declared, and so be looked up. */
function isBindable(name) {
    try {
        new vm.Script(`"use strict"; let ${name};`);
        return /^[\p{ID_Continue}$\u200c\u200d]+$/u.test(name);
    } catch {
        return false;
    }
}

/**
 * Reads and compiles the submission, without running it.
 *
 * - `names`: looked up besides the functions and classes that the source declares.
 * - `hasAllNames`: all else that it declares is looked up too.
 * - `expression`: of one line; `program.evaluate` gives its value, where the submission's top level is in scope.
 * Returns the program and `run`, which runs it and calls its argument when it has come to its end; what the
 * submission throws is left uncaught, so that node reports it as usual.
 */
function compile({ names = [], hasAllNames = false, expression = 'undefined' }) {
    const source = fs.readFileSync(path, 'utf8').replace(/^\ufeff/, '');
    const program = new Program();
    const wanted = new Set([...names, ...(hasAllNames ? topLevelNames : declaredCallables)(source)].filter(isBindable));
    for (const name of wanted) {
        if (name in globalThis) program.initialGlobals.set(name, globalThis[name]);
    }
    const thunks = [...wanted].map((name) => `[${JSON.stringify(name)},()=>${name}]`).join(',');
    const register = (pairs, evaluate) => {
        program.evaluate = evaluate;
        program.bindings = new SafeMap(pairs);
    };

    const combined = (hook) => {
        const strict = isStrict(source) ? '"use strict";' : '';
        return `${strict}${hook}([${thunks}],()=>(${expression}));\n${source.replace(/^#!/, '//')}`;
    };

    let commonJSError;
    try {
        const main = vm.compileFunction(combined(hookName), [...parameters, hookName], {
            filename: path,
            lineOffset: -1,
            importModuleDynamically: importFromProgram,
        });
        return { program, run: (done) => runCommonJS(program, main, register, done) };
    } catch (error) {
        commonJSError = error;
    }
    try {
        const url = pathToFileURL(path).href;
        const main = new vm.SourceTextModule(combined(`import.meta.${hookName}`), {
            identifier: url,
            lineOffset: -1,
            initializeImportMeta: (meta) => {
                meta.url = url;
                meta.filename = path;
                meta.dirname = folder;
                meta.resolve = (specifier) => new URL(specifier, url).href;
                meta[hookName] = (pairs, evaluate) => {
                    delete meta[hookName];
                    register(pairs, evaluate);
                };
            },
            importModuleDynamically: importFromProgram,
        });
        program.kind = 'module';
        return { program, run: (done) => runModule(program, main, done) };
    } catch (error) {
        throw isModuleSyntax(commonJSError) ? error : commonJSError;
    }
}

function runCommonJS(program, main, register, done) {
    const module = new Module(path);
    module.filename = path;
    module.paths = Module._nodeModulePaths(folder);
    // Whoever asks `!module.parent` or `require.main === module` learns that it is not the main program.
    module.parent = new Module('assay');
    const require = Module.createRequire(path);
    require.main = undefined;
    Module._cache[path] = module;
    apply(main, module.exports, [module.exports, require, module, path, folder, register]);
    module.loaded = true;
    program.exports = module.exports;
    done();
}

function runModule(program, main, done) {
    const evaluated = then(main.link(linkImport), () => then(main.evaluate(), () => {
        program.exports = main.namespace;
        done();
    }));
    return evaluated;
}

/** `import` of what is not the submission: node's own modules, and those of the image. */
function importFromProgram(specifier, referrer, attributes) {
    const options = attributes !== undefined && Object.keys(attributes).length > 0 ? { with: attributes } : undefined;
    if (/^\.{0,2}\//.test(specifier)) return import(new URL(specifier, pathToFileURL(path)).href, options);
    if (/^[a-z]+:/.test(specifier) || Module.isBuiltin(specifier)) return import(specifier, options);
    return import(pathToFileURL(Module.createRequire(path).resolve(specifier)).href, options);
}

async function linkImport(specifier, referrer, { attributes } = {}) {
    const namespace = await importFromProgram(specifier, referrer, attributes);
    const names = Object.keys(namespace);
    return new vm.SyntheticModule(names, function setExports() {
        for (const name of names) this.setExport(name, namespace[name]);
    }, { identifier: specifier });
}

const moduleMessages = [
    'Cannot use import statement outside a module', "Unexpected token 'export'",
    "Cannot use 'import.meta' outside a module", 'await is only valid in async functions',
];

/** Whether a source that fails so as CommonJS may be an ES module; node decides by the same messages. */
function isModuleSyntax(error) {
    return moduleMessages.some((message) => error?.message.includes(message));
}

module.exports = { compile, isModuleSyntax, parameters, path };
