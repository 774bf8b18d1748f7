'use strict';
// Programs that must be the same in a child of a fork server as in a process that was just started: byte for byte, but
// for what is random. `ASSAY_FORKED_NODE` names a node that forks (Tests/Runners/fork/forked_node.c); ops/test-runners
// also runs all other tests here with it.
const test = require('node:test');
const assert = require('node:assert');
const { runProgram } = require('./harness.js');

const forked = process.env.ASSAY_FORKED_NODE;
const options = { skip: forked === undefined && 'ASSAY_FORKED_NODE names no node that forks' };

/** Addresses, ids and folders differ anyway. */
function comparable({ status, signal, stdout, stderr }) {
    const plain = (text) => text.replace(/0x[0-9a-f]+/g, '0x').replace(/\(node:\d+\)/g, '(node)')
        .replace(/\/tmp\/assay-js-\w+/g, '/work');
    return { status, signal, stdout: plain(stdout), stderr: plain(stderr) };
}

const programs = [
    ['exit code', `process.exitCode=7`],
    ['process.exit in the middle',
        `process.stdout.write("x".repeat(3e6));process.stderr.write("y".repeat(1e6));process.exit(3)`],
    ['uncaught', `
function f(){throw new TypeError("no")}
f()`],
    ['unhandled rejection', `Promise.reject(new Error("r"))`],
    ['unhandled rejection handler',
        `process.on("unhandledRejection",e=>console.log("got",e.message));Promise.reject(new Error("r"))`],
    ['syntax error', `let a = ;`],
    ['syntax error esm', `import x from "fs"; let a = ;`],
    ['depth 50000', `const f=n=>n===0?0:1+f(n-1);console.log(f(50000))`],
    ['depth 2M', `const f=n=>n===0?0:1+f(n-1);console.log(f(1500000))`],
    ['overflow', `const f=n=>1+f(n);try{f(0)}catch(e){console.log(e.name,e.message)}`],
    ['overflow depth', `let d=0;const f=()=>{d++;f()};try{f()}catch(e){console.log(Math.round(d/30000),e.message)}`],
    ['overflow uncaught', `const f=n=>1+f(n);f(0)`],
    ['timers',
        `const l=[];setTimeout(()=>l.push("t30"),30);setTimeout(()=>l.push("t15"),15);setImmediate(()=>l.push("imm"));process.nextTick(()=>l.push("tick"));Promise.resolve().then(()=>l.push("micro"));let n=0;const i=setInterval(()=>{l.push("i"+ ++n);if(n==3){clearInterval(i)}},50);process.on("exit",c=>console.log(l.join(),c))`],
    ['timer really waits', `const t=Date.now();setTimeout(()=>console.log(Date.now()-t>=299, Date.now()-t<2000),300)`],
    ['clocks',
        `console.log(performance.now()<2000,process.uptime()<2,Math.abs(performance.timeOrigin+performance.now()-Date.now())<100,performance.nodeTiming.bootstrapComplete<performance.now(),performance.nodeTiming.duration<2000, process.hrtime.bigint()>0n, performance.eventLoopUtilization().idle, performance.toJSON().timeOrigin<Date.now())`],
    ['cpuUsage', `const u=process.cpuUsage();console.log(u.user+u.system<2e6)`],
    ['memoryUsage',
        `const m=process.memoryUsage();console.log(m.heapUsed>1e6,m.heapUsed<3e7,m.rss>1e6,m.rss<2e8,m.heapTotal>1e6,require("v8").getHeapStatistics().heap_size_limit)`],
    ['stdin sync',
        String.raw`console.log(require("fs").readFileSync(0,"utf8").split("\n").length)`, { stdin: 'line\n'.repeat(200000) }],
    ['stdin dev',
        String.raw`console.log(require("fs").readFileSync("/dev/stdin","utf8").split("\n").length)`, { stdin: 'line\n'.repeat(200000) }],
    ['readline',
        `let n=1;require("readline").createInterface({input:process.stdin}).on("line",()=>n++).on("close",()=>console.log(n))`, { stdin: 'line\n'.repeat(200000) }],
    ['readline iter',
        `(async()=>{let n=0;for await(const l of require("readline").createInterface({input:process.stdin}))n+=l.length;console.log(n)})()`, { stdin: 'line\n'.repeat(100000) }],
    ['stdin events',
        `let s="";process.stdin.on("data",d=>s+=d).on("end",()=>console.log(s.length))`, { stdin: 'line\n'.repeat(200000) }],
    ['readline question',
        `const r=require("readline").createInterface({input:process.stdin,output:process.stdout});r.question("n? ",a=>{console.log("<"+a+">");r.close()})`, { stdin: '12\n13\n' }],
    ['readline promises',
        `const r=require("readline/promises").createInterface({input:process.stdin});(async()=>{console.log(await r.question("a"));console.log(await r.question("b"));r.close()})()`, { stdin: '12\n13\n' }],
    ['fs.promises stdin',
        `require("fs").promises.readFile("/dev/stdin","utf8").then(s=>console.log(s.length))`, { stdin: 'line\n'.repeat(100000) }],
    ['stdin pipe to stdout', `process.stdin.pipe(process.stdout)`, { stdin: 'line\n'.repeat(200000) }],
    ['esm',
        `import fs from "fs";
const text=fs.readFileSync(0,"utf8");
console.log(await Promise.resolve(text), import.meta.url, import.meta.dirname, import.meta.filename)`, { stdin: 'x' }],
    ['esm dynamic', `const m=await import("node:os");console.log(typeof m.cpus);export const a=1`],
    ['require self',
        `console.log(require.main===module,module.parent,process.argv,__filename,__dirname,process.cwd(),process.execPath,process.execArgv,process.argv0,process.title,Object.keys(require.cache),module.paths,require.resolve.paths("x"),module.children)`],
    ['env', `console.log(process.env, process.config.variables.napi_build_version, process.versions.v8)`],
    ['process keys',
        `console.log(Object.getOwnPropertyNames(process).sort().join(),process.eventNames(),process._getActiveHandles().length,process._getActiveRequests().length,process.getActiveResourcesInfo(),process.allowedNodeEnvironmentFlags.size,process.exitCode,process.listenerCount("exit"))`],
    ['globals',
        `console.log(Object.getOwnPropertyNames(globalThis).sort().join(), Object.getOwnPropertySymbols(globalThis))`],
    ['pid',
        `console.log(process.pid===+require("fs").readlinkSync("/proc/self"),process.ppid===+require("fs").readFileSync("/proc/self/stat","utf8").split(" ")[3],Object.getOwnPropertyDescriptor(process,"pid").writable)`],
    ['fds', `console.log(require("fs").readdirSync("/proc/self/task").length)`],
    ['pbkdf2',
        `require("crypto").pbkdf2("a","b",1000,16,"sha256",(e,k)=>console.log(k.toString("hex")));console.log(require("crypto").createHash("sha256").update("abc").digest("hex"))`],
    ['keygen', `require("crypto").generateKeyPair("rsa",{modulusLength:1024},(e,p)=>console.log(e,p.type))`],
    ['subtle',
        `crypto.subtle.digest("SHA-256",new TextEncoder().encode("abc")).then(b=>console.log(Buffer.from(b).toString("hex")))`],
    ['zlib',
        `const z=require("zlib");z.gzip("x".repeat(1e6),(e,b)=>z.gunzip(b,(e,u)=>console.log(u.length)));console.log(z.inflateSync(z.deflateSync("abc")).toString());z.brotliCompress("abc".repeat(100),(e,b)=>console.log(b.length))`],
    ['dns lookup', `require("dns").lookup("localhost",(e,a)=>console.log(e&&e.code,a))`],
    ['fs promises',
        `const f=require("fs").promises;(async()=>{await f.writeFile("/tmp/a.txt","hello");console.log(await f.readFile("/tmp/a.txt","utf8"),(await f.stat("/tmp/a.txt")).size,(await f.readdir("/work")).length);await f.unlink("/tmp/a.txt");await f.open("/nope").catch(e=>console.log(e.message))})()`],
    ['fs streams',
        String.raw`const fs=require("fs");const w=fs.createWriteStream("/tmp/b.txt");for(let i=0;i<1000;i++)w.write("line"+i+"\n");w.end(()=>fs.createReadStream("/tmp/b.txt").on("data",d=>n+=d.length).on("end",()=>console.log(n)));let n=0;`],
    ['many async',
        `const f=require("fs").promises;Promise.all(Array.from({length:500},(_,i)=>f.readFile("/etc/passwd"))).then(r=>console.log(r.length))`],
    ['worker',
        `const {Worker,isMainThread,parentPort,workerData}=require("worker_threads");if(isMainThread){let n=0;for(let i=0;i<4;i++){const w=new Worker(__filename,{workerData:i});w.on("message",m=>{n+=m});w.on("exit",c=>{if(c)console.log("bad",c);});}process.on("exit",()=>console.log(n))}else{let s=0;for(let i=0;i<3e7;i++)s+=i%3;parentPort.postMessage(s+workerData)}`],
    ['worker terminate',
        `const {Worker}=require("worker_threads");const w=new Worker("setInterval(()=>{},1000);for(;;);",{eval:true});w.on("online",()=>setTimeout(()=>w.terminate().then(c=>console.log("terminated",c)),100))`],
    ['worker many',
        String.raw`const {Worker}=require("worker_threads");(async()=>{let s=0;for(let i=0;i<15;i++){s+=await new Promise(r=>{const w=new Worker("require(\"worker_threads\").parentPort.postMessage(1)",{eval:true});w.on("message",m=>{w.once("exit",()=>r(m))})})}console.log(s)})()`],
    ['sharedarraybuffer',
        `const {Worker,isMainThread,workerData}=require("worker_threads");if(isMainThread){const b=new SharedArrayBuffer(8);const a=new Int32Array(b);const w=new Worker(__filename,{workerData:b});console.log(Atomics.wait(a,0,0,5000),a[1])}else{const a=new Int32Array(workerData);a[1]=42;Atomics.store(a,0,1);Atomics.notify(a,0)}`],
    ['atomics waitAsync',
        `const a=new Int32Array(new SharedArrayBuffer(4));const r=Atomics.waitAsync(a,0,0,100);r.value.then(v=>console.log(v));setTimeout(()=>{},300)`],
    ['wasm',
        `const b=new Uint8Array([0,97,115,109,1,0,0,0,1,7,1,96,2,127,127,1,127,3,2,1,0,7,7,1,3,97,100,100,0,0,10,9,1,7,0,32,0,32,1,106,11]);const m=new WebAssembly.Module(b);console.log(new WebAssembly.Instance(m).exports.add(2,3));WebAssembly.instantiate(b).then(r=>console.log(r.instance.exports.add(40,2))).then(()=>WebAssembly.compile(b)).then(m=>console.log(m instanceof WebAssembly.Module))`],
    ['wasm loop',
        `// (func (param i32) (result i32) loop sum)
const b=Uint8Array.from([0,97,115,109,1,0,0,0,1,6,1,96,1,127,1,127,3,2,1,0,7,5,1,1,102,0,0,10,30,1,28,1,1,127,3,64,32,1,32,0,106,33,1,32,0,65,1,107,34,0,13,0,11,32,1,11]);
let m;try{m=new WebAssembly.Module(b);const f=new WebAssembly.Instance(m).exports.f;let s=0;for(let i=0;i<50;i++)s=f(1000000);console.log(s)}catch(e){console.log(e.name)}`],
    ['child_process',
        `const cp=require("child_process");console.log(cp.execSync("echo hi; env | sort").toString());cp.exec("exit 3",(e,o,r)=>{console.log(e.code);const s=cp.spawn("cat");s.stdout.on("data",d=>console.log(""+d));s.stdin.end("through cat")});console.log(cp.spawnSync("node",["-p","1+1"]).stdout.toString())`],
    ['child fork',
        `if(process.argv[2]==="c"){process.send({v:1})}else{const c=require("child_process").fork(__filename,["c"]);c.on("message",m=>console.log(m));c.on("exit",(c)=>console.log("exit",c))}`],
    ['signals',
        `process.on("SIGUSR2",()=>{console.log("usr2");clearInterval(t)});const t=setInterval(()=>{},1000);process.kill(process.pid,"SIGUSR2")`],
    ['sigterm self', `process.kill(process.pid,"SIGTERM");setTimeout(()=>{},5000)`],
    ['abort', `process.abort()`],
    ['net',
        `const net=require("net");const s=net.createServer(c=>c.end("bye")).listen(0,"127.0.0.1",()=>{net.connect(s.address().port).on("data",d=>console.log(""+d)).on("close",()=>s.close())});s.on("error",e=>console.log(e.code))`],
    ['http',
        `const http=require("http");const s=http.createServer((q,r)=>r.end("ok")).listen("/tmp/sock",()=>{http.get({socketPath:"/tmp/sock"},r=>r.on("data",d=>{console.log(""+d)}).on("end",()=>s.close()))})`],
    ['messagechannel',
        `const {port1,port2}=new MessageChannel();port2.on("message",m=>{console.log(m);port2.close()});port1.postMessage({a:[1,2,new Map([[1,2]])]})`],
    ['fetch data', `fetch("data:text/plain,hi").then(r=>r.text()).then(console.log)`],
    ['webstreams',
        `new ReadableStream({start(c){c.enqueue("a");c.close()}}).pipeTo(new WritableStream({write(x){console.log(x)}})).then(()=>console.log("done"))`],
    ['intl',
        `console.log(new Intl.NumberFormat("de").format(1234567.891),new Date(0).toLocaleString("en-US",{timeZone:"Asia/Tokyo"}),"ä".localeCompare("z","sv"),new Date(86400000).toString(),Intl.DateTimeFormat().resolvedOptions().timeZone)`],
    ['console',
        `console.table([{a:1,b:2}]);console.error("e");console.group("g");console.log("%s %d %o",1,2,{x:[1]});console.groupEnd();console.dir({a:{b:{c:{d:1}}}},{depth:0});console.assert(false,"as");console.count();console.trace("tr")`],
    ['error stack',
        `console.log(new Error("x").stack);Error.stackTraceLimit=Infinity;setTimeout(()=>{console.log(new Error("y").stack);process.nextTick(()=>console.log(new Error("z").stack))})`],
    ['async hooks',
        `const {AsyncLocalStorage,executionAsyncId}=require("async_hooks");const s=new AsyncLocalStorage();s.run(1,()=>setTimeout(()=>console.log(s.getStore()),1));console.log(executionAsyncId(),typeof require("async_hooks").triggerAsyncId())`],
    ['vm',
        `const vm=require("vm");const c=vm.createContext({x:2});console.log(vm.runInContext("x*21",c));try{vm.runInNewContext("for(;;);",{}, {timeout:50})}catch(e){console.log(e.code)}`],
    ['heap 300MB',
        `const a=[];for(let i=0;i<3000;i++){const o=[];for(let j=0;j<1000;j++)o.push({i,j,s:"k"+j});a.push(o)}let s=0;for(const o of a)for(const x of o)s+=x.j;console.log(s)`],
    ['garbage', `let s=0;for(let i=0;i<3e6;i++){const o={a:i,b:[i,i+1]};s+=o.b[1]}console.log(s)`],
    ['beforeExit',
        `process.on("beforeExit",c=>{if(!globalThis.d){globalThis.d=1;setTimeout(()=>console.log("again"),5)}});process.on("exit",c=>{console.log("exit",c);process.exitCode=9})`],
    ['exit handler throw', `process.on("exit",()=>{throw new Error("in exit")})`],
    ['uncaughtException',
        `process.on("uncaughtException",(e,o)=>{console.log(e.message,o)});setTimeout(()=>console.log("alive"),10);throw new Error("u")`],
    ['top level await unsettled', `await new Promise(()=>{})
export{}`],
    ['missing module', `require("./nope")`],
    ['missing module esm', `import "./nope.js"`],
    ['import other',
        `require("fs").writeFileSync("/tmp/o.mjs","export default import.meta.url");import("/tmp/o.mjs").then(m=>console.log(m.default))`],
    ['require esm',
        `require("fs").writeFileSync("/tmp/p.mjs","export const a=1");console.log(require("/tmp/p.mjs").a)`],
    ['stdout big', `for(let i=0;i<50000;i++)console.log(i)`],
    ['writeSync', String.raw`const fs=require("fs");for(let i=0;i<20000;i++){console.log(i);fs.writeSync(1,"-\n")}`],
    ['v8 flags',
        `const v=require("v8");v.setFlagsFromString("--expose-gc");const gc=require("vm").runInNewContext("gc");gc();console.log(typeof gc)`],
    ['inspector',
        `const i=require("inspector");const s=new i.Session();s.connect();s.post("Runtime.evaluate",{expression:"1+2"},(e,r)=>console.log(r.result.value));s.disconnect()`],
    ['perf observer',
        `const {PerformanceObserver,performance:p}=require("perf_hooks");const o=new PerformanceObserver(l=>{console.log(l.getEntries().map(e=>e.name+(e.startTime<5000)).join());o.disconnect()});o.observe({entryTypes:["mark","measure"]});p.mark("a");p.mark("b");p.measure("m","a","b")`],
    ['assert', `require("assert").deepStrictEqual({a:[1,2]},{a:[1,3]})`],
    ['diagnostics report',
        `const r=process.report.getReport();console.log(r.header.processId===process.pid,r.header.cwd,r.header.commandLine.join(" "),r.libuv.length>0)`],
    ['umask chdir', `console.log(process.umask().toString(8));process.chdir("/tmp");console.log(process.cwd())`],
    ['setuid',
        `try{console.log(process.getuid(),process.geteuid(),process.getgroups().length>=0)}catch(e){console.log(e.message)}`],
    ['nested timers long', `let n=0;(function f(){if(++n<200)setTimeout(f,1);else console.log(n)})()`],
    ['promise chain', `let p=Promise.resolve(0);for(let i=0;i<1e5;i++)p=p.then(x=>x+1);p.then(console.log)`],
    ['async stack', `async function a(){await null;throw new Error("deep")}(async()=>{await a()})()`],
    ['bom', `﻿console.log("bom")`],
    ['exit with pending write', String.raw`require("fs").write(1,"late\n",()=>{});process.exit()`],
    ['async then natural end',
        `require("fs").promises.writeFile("/tmp/z","x").then(()=>console.log(require("fs").readFileSync("/tmp/z","utf8")))`],
    ['unref worker',
        String.raw`const {Worker}=require("worker_threads");const w=new Worker("require(\"fs\").writeSync(1,\"w\\n\");setInterval(()=>{},1000)",{eval:true});w.on("online",()=>{setTimeout(()=>{w.unref();w.on("exit",()=>console.log("exit"))},100)})`],
    ['exit code in exit', `process.on("exit",()=>{process.exitCode=4})`],
    ['exit in exit', `process.on("exit",()=>{process.exit(6)})`],
    ['unhandled in exit', `process.on("exit",()=>{Promise.reject(new Error("z"))})`],
];

for (const [name, code, input] of programs) {
    test(`forked as cold: ${name}`, options, async () => {
        const cold = await runProgram(code, input);
        const warm = await runProgram(code, { ...input, node: forked });
        assert.deepStrictEqual(comparable(warm), comparable(cold));
    });
}

const randomPrograms = [
    ['random', `console.log(Math.random())`],
    ['random vm', `console.log(require("vm").runInNewContext("Math.random()"))`],
    ['randomBytes', `console.log(require("crypto").randomBytes(8).toString("hex"))`],
    ['uuid', `console.log(crypto.randomUUID(), crypto.getRandomValues(new Uint32Array(1))[0])`],
    ['worker random', `const {Worker}=require("worker_threads");new Worker("console.log(Math.random())",{eval:true})`],
];

for (const [name, code, input] of randomPrograms) {
    test(`random in each child: ${name}`, options, async () => {
        // Two children of one server, one after the other.
        const result = await runProgram(code, { ...input, node: forked, env: { ASSAY_FORKS: '2' } });
        assert.strictEqual(result.status, 0, result.stderr);
        const lines = result.stdout.split('\n');
        assert.strictEqual(lines.length, 3);
        assert.notStrictEqual(lines[0], lines[1]);
    });
}

test('children of one server share neither open files nor memory', options, async () => {
    const code = String.raw`const fs = require('fs');
        const links = fs.readdirSync('/proc/self/fd').filter((fd) => fd > 4).map((fd) => {
            try { return fs.readlinkSync('/proc/self/fd/' + fd) } catch { return '' }
        });
        const maps = fs.readFileSync('/proc/self/maps', 'utf8').split('\n').filter((line) => /^\S+ ..-s /.test(line));
        console.log(JSON.stringify([...links.filter((link) => /^(pipe|socket):/.test(link)),
            ...maps.map((line) => line.split(/\s+/)[4])]))`;
    const result = await runProgram(code, { node: forked, env: { ASSAY_FORKS: '2' } });
    assert.strictEqual(result.status, 0, result.stderr);
    const [first, second] = result.stdout.trim().split('\n').map((line) => JSON.parse(line));
    assert.ok(first.length > 0);
    assert.deepStrictEqual(first.filter((name) => second.includes(name)), []);
});
