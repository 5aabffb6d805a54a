/** Plugins that misbehave, each beside one that behaves and has to go on firing; harm_test.ts has more, in a daemon. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { HostHarness } from "./host_harness.ts";

const GOOD = `
import type { PluginContext } from "pewatch";
export const TICKTACK = 1;
export function work(context: PluginContext): void { context.counters.add("calls"); }`;

const MEMORY_LIMIT_MIB = 96;
/** Of those that have to run into it; the others' limit is far, as machines may be busy. */
const SHORT_S = 3;
const TICKTACK = "export const TICKTACK = 1;\n";
const working = (body: string) => `${TICKTACK}export async function work(context: any): Promise<void> {\n${body}\n}`;

interface Misbehaviour {
  readonly text: string;
  /** What is shown of it; null where it does no harm at all. */
  readonly error: RegExp | null;
}

const MISBEHAVIOURS: Readonly<Record<string, Misbehaviour>> = {
  "calls Deno.exit": { text: working("Deno.exit(3);"), error: /A plugin cannot end the program at .*bad\.ts:3:\d/ },
  "calls process.abort": {
    text: `import process from "node:process";\n${working("process.abort();")}`,
    error: /A plugin cannot end the program/,
  },
  "kills the process by Deno.kill": {
    text: working(`Deno.kill(Deno.pid, "SIGKILL");`),
    error: /A plugin cannot end the program/,
  },
  "kills the process by process.kill": {
    text: `import process from "node:process";\n${working("process.kill(process.pid);")}`,
    error: /A plugin cannot end the program/,
  },
  "kills the group of the process": { text: working(`Deno.kill(0);`), error: /A plugin cannot end the program/ },
  "closes its worker": { text: working("(globalThis as any).close();"), error: /A plugin cannot close its worker/ },
  "changes the folder": { text: working(`Deno.chdir("/");`), error: /cannot change the program's folder/ },
  "throws while it is imported": {
    text: `throw new Error("at once");\nexport function work() {}`,
    error: /cannot be imported: at once at .*bad\.ts:1:7/,
  },
  "exits while it is imported": {
    text: `Deno.exit(3);\nexport function work() {}`,
    error: /cannot be imported: A plugin cannot end the program/,
  },
  // A loop while it is imported cannot be ended: harm_test.ts has it, in a process that is.
  "waits for ever while it is imported": {
    text: `await new Promise(() => {});\nexport function work() {}`,
    error: /import took longer than time_limit_s = 3/,
  },
  "loops": { text: working("for (;;);"), error: /firing took longer than time_limit_s = 3/ },
  "never returns": { text: working("await new Promise(() => {});"), error: /firing took longer than time_limit_s = 3/ },
  "throws null": { text: working("throw null;"), error: /firing failed: thrown: null/ },
  "throws what cannot be made a text": {
    text: working(`throw { toString() { throw 1; }, [Symbol.for("Deno.customInspect")]() { throw 2; } };`),
    error: /firing failed: an error whose text cannot be read/,
  },
  "rejects without a handler": {
    text: working(`void Promise.reject(new Error("nobody"));`),
    error: /firing failed: nobody at .*bad\.ts:3/,
  },
  "throws in a timer": {
    text: working(`setTimeout(() => { throw new Error("timed"); }, 0); await new Promise((r) => setTimeout(r, 50));`),
    error: /firing failed: timed/,
  },
  "throws in timers between firings": {
    text: working(`for (let i = 0; i < 5000; i++) setTimeout(() => { throw new Error("late"); }, 100);`),
    error: /failed between firings: late/,
  },
  "recurses without end": {
    text: working("const deeper = (n: number): number => 1 + deeper(n + 1); deeper(0);"),
    error: /Maximum call stack size exceeded/,
  },
  "posts messages by Node's port": {
    text: `import { parentPort } from "node:worker_threads";\n${
      working("for (let i = 0; i < 1e6; i++) parentPort!.postMessage({ type: 'fired', error: null });")
    }`,
    error: /cannot post messages to pewatch/,
  },
  "counts a million times": { text: working(`for (let i = 0; i < 1e6; i++) context.counters.add("x");`), error: null },
  "counts under a hundred thousand names": {
    text: working("for (let i = 0; i < 1e5; i++) context.counters.add(`x${i}`);"),
    error: null,
  },
  "reports a million conditions": {
    text: working("for (let i = 0; i < 1e6; i++) context.report.condition({ key: `k${i}`, message: 'x' });"),
    error: /it posted too many messages at once: 990000 were dropped/,
  },
  "reports a million events": {
    text: working("for (let i = 0; i < 1e6; i++) context.report.event({ type: 'claimed', frame: 'x' });"),
    error: /it posted too many messages at once/,
  },
  "asks five thousand things at once": {
    text: working("await Promise.all(Array.from({ length: 5000 }, () => context.parameters.get('x')));"),
    error: /Cannot ask for a parameter: 1000 questions wait already/,
  },
  "reports nonsense": {
    text: working("context.report.condition({ key: 5, message: {} }); context.report.backlog(null);"),
    error: /posted an invalid report/,
  },
  "starts a worker that loops": {
    text: working(`new Worker("data:text/javascript,for(;;);", { type: "module" });`),
    error: /A plugin cannot start a worker/,
  },
  "eats memory behind an await": {
    text: working(
      "await Deno.lstat('/'); const eaten = []; for (;;) eaten.push(new Array(10_000).fill(Math.random()));",
    ),
    error: /it needs more memory than memory_limit_mib = 96/,
  },
  "writes over Deno": {
    text: working("(Deno as any).exit = () => {}; Deno.exit();"),
    error: /read only|end the program/,
  },
  "writes over Array.prototype.map": {
    text: working("(Array.prototype as any).map = () => { throw new Error('mine'); }; throw new Error('then');"),
    error: /firing failed: /,
  },
  "writes over Promise.prototype.then": {
    text: working("(Promise.prototype as any).then = () => { throw new Error('mine'); }; throw new Error('then');"),
    error: /firing failed: /,
  },
  "writes over the timers": {
    text: working("(globalThis as any).setTimeout = () => { throw new Error('mine'); }; throw new Error('then');"),
    error: /firing failed: (mine|then)/,
  },
  "takes the handlers of errors away": {
    text: `import process from "node:process";\n${
      working(
        "process.removeAllListeners(); setTimeout(() => { throw new Error('bare'); }, 0); await new Promise(() => {});",
      )
    }`,
    error: /the worker died: bare/,
  },
};

for (const [how, { text, error }] of Object.entries(MISBEHAVIOURS)) {
  Deno.test(`a plugin that ${how} does no more harm than a failure`, async () => {
    const folder = Deno.cwd();
    const short = error !== null && "took longer than time_limit_s = 3".includes(error.source.slice(-30));
    const time_limit_s = short ? SHORT_S : 60;
    await using bench = new HostHarness({ time_limit_s, memory_limit_mib: MEMORY_LIMIT_MIB });
    bench.put("good.ts", GOOD);
    await bench.host.start();
    await bench.tickUntil(() => (bench.status("good")?.counters["calls"] ?? 0) > 0, "the good one");
    bench.put("bad.ts", text);
    const shown = () => bench.status("bad")?.lastError ?? "";
    if (error === null) {
      await bench.tickUntil(() => (bench.status("bad")?.firings ?? 0) > 3, "its firings");
      assert.equal(bench.status("bad")!.failures, 0);
    } else {
      await bench.tickUntil(() => error.test(shown()), `${error}`);
    }
    const before = bench.status("good")!;
    await bench.tickUntil(() => bench.status("good")!.firings >= before.firings + 5, "the good one's firings");
    assert.ok(short || bench.status("good")!.failures === 0);
    assert.equal(Deno.cwd(), folder);
    // Put right, it runs.
    bench.put("bad.ts", GOOD);
    const bad = bench.status("bad")!;
    await bench.tickUntil(() => {
      const { version, state } = bench.status("bad")!;
      return version !== bad.version && state === "ready";
    }, "its repair");
  });
}

Deno.test("a plugin that listens to messages hears nothing of what pewatch says to its worker", async () => {
  await using bench = new HostHarness();
  const heard = join(bench.path, "heard");
  const note = `() => Deno.writeTextFileSync(${JSON.stringify(heard)}, "")`;
  bench.put(
    "ears.ts",
    `import { parentPort, workerData } from "node:worker_threads";
globalThis.addEventListener("message", ${note});
(globalThis as any).onmessage = ${note};
parentPort!.on("message", ${note});
${working("context.counters.add(Object.keys(workerData).includes('port') ? 'port' : 'calls');")}`,
  );
  await bench.host.start();
  await bench.tickUntil(() => (bench.status("ears")?.counters["calls"] ?? 0) > 3, "its firings");
  assert.throws(() => Deno.statSync(heard));
});

/** Far more than the space for objects that were just made. */
const GARBAGE = `import v8 from "node:v8";\n${
  working(`const kept = [];
  let most = 0;
  for (let i = 0; i < 1e6; i++) {
    kept[i % 20_000] = { i, list: [i] };
    if (i % 10_000 !== 0) continue;
    const space = v8.getHeapSpaceStatistics().find((space) => space.space_name === "new_space");
    most = Math.max(most, space!.space_size);
  }
  throw new Error(\`\${most / 2 ** 20} MiB\`);`)
}`;

Deno.test("what a plugin makes and releases does not fill memory", async () => {
  await using bench = new HostHarness();
  bench.put("it.ts", GARBAGE);
  await bench.host.start();
  await bench.tickUntil(() => /MiB/.test(bench.status("it")?.lastError ?? ""), "its figure");
  const shown = bench.status("it")!.lastError!;
  const [, most] = /([\d.]+) MiB/.exec(shown)!;
  assert.ok(Number(most) <= 8, shown);
});
