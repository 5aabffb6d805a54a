/**
 * Plugins that misbehave in a running daemon while frames come: frames and the other plugins go on, in one process that
 * never ends. It is asked and judged from outside: by its answers, and by what lies in the output.
 */
import assert from "node:assert/strict";
import { LiveDaemon } from "./live_daemon.ts";

const FRAMES_PER_S = 8;
/** Frames written after the harm was first seen, while it is done again and again. */
const FRAMES_MEANWHILE = 4;
const MEMORY_LIMIT_MIB = 96;
/** Far: what floods and fills memory is not to run into it, also on a busy machine. */
const TIME_LIMIT_S = 60;
/** For loops, which burn a core for so long. */
const LOOP_LIMIT_S = 2;
const STAGES = ["01_prepare_raw", "02_merge_data", "03_finalize"] as const;
/** The stages, the two that deliver while frames come, and the good plugin. */
const WORKERS_MAX = STAGES.length + 2 + 1;

const GOOD = `
import type { PluginContext } from "pewatch";
export const TICKTACK = 1;
export function work(context: PluginContext): void { context.counters.add("calls"); }`;

const working = (body: string) => `export const TICKTACK = 1;\nexport async function work(context: any) {\n${body}\n}`;
const withProcess = (body: string) => `import process from "node:process";\n${working(body)}`;

interface Harm {
  readonly text: string;
  /** What is shown of it; null where it is no failure. */
  readonly error: RegExp | null;
}

/** Harms that are done at the same time, each by a plugin of its own. */
type Together = Readonly<Record<string, Harm>>;

const HARMS: Readonly<Record<string, Together>> = {
  "exits": {
    "calls Deno.exit": { text: working("Deno.exit(3);"), error: /cannot end the program/ },
    "calls process.exit": { text: withProcess("process.exit(3);"), error: /cannot end the program/ },
    "calls Deno.exit in a timer": {
      text: working("setTimeout(() => Deno.exit(3), 1); await new Promise((resolve) => setTimeout(resolve, 50));"),
      error: /cannot end the program/,
    },
  },
  "throws": {
    "throws while it is imported": {
      text: `throw new Error("no import");\nexport function work() {}`,
      error: /cannot be imported: no import/,
    },
    "throws a string": { text: working(`throw "a string";`), error: /firing failed: a string/ },
    "rejects without a handler": {
      text: working(`void Promise.reject(new Error("nobody hears"));`),
      error: /firing failed: nobody hears/,
    },
    "rejects without a handler between firings": {
      text: working(`setTimeout(() => void Promise.reject(new Error("too late")), 20);`),
      error: /failed between firings: too late|firing failed: too late/,
    },
  },
  "floods": {
    "floods the log": { text: working("for (let i = 0; i < 1e6; i++) context.log.error('flood ' + i);"), error: null },
    "floods the console": { text: working("for (let i = 0; i < 1e5; i++) console.log('flood ' + i);"), error: null },
    "posts a million messages": {
      text: working("for (let i = 0; i < 1e6; i++) (globalThis as any).postMessage(i);"),
      error: /cannot post messages to pewatch/,
    },
    "reports a million conditions": {
      text: working("for (let i = 0; i < 1e6; i++) context.report.condition({ key: `k${i}`, message: 'x' });"),
      error: /it posted too many messages at once/,
    },
  },
  "keeps memory": {
    "allocates objects without end": {
      // Large ones: the limit is to be met long before that of time, also on a busy machine.
      text: working("const kept = []; for (;;) kept.push(new Array(10_000).fill(Math.random()));"),
      error: /more memory than memory_limit_mib = 96/,
    },
    "keeps ArrayBuffers without end": {
      text: `const kept: Uint8Array[] = [];\n${
        working(
          "for (;;) { kept.push(new Uint8Array(2 ** 20).fill(1)); await new Promise((resolve) => setTimeout(resolve, 2)); }",
        )
      }`,
      error: /more than memory_limit_mib = 96/,
    },
  },
};

const LOOPS: Readonly<Record<string, Together>> = {
  "a loop": {
    "loops without end": { text: working("for (;;);"), error: /firing took longer than time_limit_s/ },
  },
  "a loop in setup": {
    "loops without end in setup": {
      text: "export function setup() { for (;;); }\nexport function work() {}",
      error: /setup took longer than time_limit_s/,
    },
  },
};

async function goOnDespite(
  groups: Readonly<Record<string, Together>>,
  { t, time_limit_s }: { t: Deno.TestContext; time_limit_s: number },
): Promise<void> {
  await using live = await LiveDaemon.start({
    frames_per_s: FRAMES_PER_S,
    time_limit_s,
    memory_limit_mib: MEMORY_LIMIT_MIB,
    failures_max: 1000, // it is not suspended, but goes on with its harm
  }, { "good.ts": GOOD });
  const { pid } = live.child;
  for (const [group, together] of Object.entries(groups)) {
    await t.step(group, async () => {
      const bad = Object.entries(together).map(([how, harm], index) => ({ how, ...harm, name: `bad${index}` }));
      for (const { name, text } of bad) live.put(`${name}.ts`, text);
      const seen = new Map<string, number>();
      for (const { how, name, error } of bad) {
        const first = await live.pluginUntil(name, ({ lastError, firings }) => {
          return error === null ? firings > 0 : error.test(lastError ?? "");
        }, `the harm of one that ${how}, ${error}`);
        seen.set(name, error === null ? first.firings : first.failures);
      }
      const good = (await live.plugin("good"))!;
      await live.framesGoOn(FRAMES_MEANWHILE);
      for (const { how, name, error } of bad) {
        await live.pluginUntil(
          name,
          ({ firings, failures }) => (error === null ? firings : failures) > seen.get(name)!,
          `more harm of one that ${how}`,
        );
      }
      await live.pluginUntil("good", ({ firings }) => firings > good.firings + 3, "the good one's firings");
      assert.deepEqual([live.child.ended, live.child.pid], [null, pid]);
      for (const { name } of bad) live.put(`${name}.ts`, null);
      for (const { name } of bad) await live.pluginGone(name);
      // Else it would burn a core, or keep its memory, for as long as pewatch runs.
      if (Deno.build.os === "linux") await live.until(() => live.workers <= WORKERS_MAX, "its worker's end");
    });
  }
  await t.step("no frame was lost, torn or doubled", async () => {
    assert.equal((await live.plugin("good"))!.failures, 0);
    assert.deepEqual(await live.judgeFrames(), []);
    assert.ok(live.delivered === live.written && live.written > FRAMES_MEANWHILE * Object.keys(groups).length);
  });
}

Deno.test("whatever a plugin does, frames and the other plugins go on", (t) => {
  return goOnDespite(HARMS, { t, time_limit_s: TIME_LIMIT_S });
});
// By itself: a loop that is not ended would slow all else.
Deno.test("a plugin that loops is ended, and frames and the other plugins go on", (t) => {
  return goOnDespite(LOOPS, { t, time_limit_s: LOOP_LIMIT_S });
});

/** Deno cannot end these (src/plugins/worker/timed_call.ts). */
const LEFT_BEHIND: Readonly<Record<string, string>> = {
  "while it is imported": "for (;;);\nexport function work() {}",
  "behind an await": working("await 1; for (;;);"),
};

Deno.test("a loop that cannot be ended is suspended at once and reported, and frames go on", async (t) => {
  await using live = await LiveDaemon.start({ frames_per_s: FRAMES_PER_S, time_limit_s: LOOP_LIMIT_S }, {
    "good.ts": GOOD,
  });
  let left = 0;
  for (const [when, text] of Object.entries(LEFT_BEHIND)) {
    await t.step(when, async () => {
      live.put("bad.ts", text);
      const { lastError } = await live.pluginUntil("bad", ({ state }) => state === "aside", "its suspension");
      assert.match(lastError ?? "", /took longer than time_limit_s = 2; its thread cannot be ended/);
      const { failures } = (await live.plugin("bad"))!;
      assert.equal(failures, 1);
      left++;
      const good = (await live.plugin("good"))!;
      await live.framesGoOn(FRAMES_MEANWHILE);
      await live.pluginUntil("good", ({ firings }) => firings > good.firings + 3, "the good one's firings");
      assert.equal((await live.plugin("bad"))!.failures, failures);
      if (Deno.build.os === "linux") assert.ok(live.workers <= WORKERS_MAX + left, `${live.workers} workers`);
      live.put("bad.ts", null);
      await live.pluginGone("bad");
    });
  }
  await t.step("no frame was lost, torn or doubled", async () => assert.deepEqual(await live.judgeFrames(), []));
});

const HELPED = `
import { word } from "./_helper.ts";
export const TICKTACK = 1;
export function work(context: any): void { context.counters.add(word); }`;
const shippedText = (stage: string) => Deno.readTextFileSync(new URL(`../../plugins/${stage}.ts`, import.meta.url));
/** What a copy that broke off, a wrong file or a full disk leaves. */
const JUNK: Readonly<Record<string, string | Uint8Array>> = {
  "noise": new Uint8Array(5000).map((_, index) => index * 167 % 256),
  "nothing": "",
  "half of itself": shippedText("01_prepare_raw").slice(0, 400),
  "zeros": new Uint8Array(4096),
};

Deno.test("a helper that goes, and junk in the place of plugins and stages, stop neither frames nor what ran", async (t) => {
  await using live = await LiveDaemon.start({ frames_per_s: FRAMES_PER_S }, {
    "_helper.ts": `export const word: string = "one";`,
    "helped.ts": HELPED,
    ...Object.fromEntries(STAGES.map((stage) => [`${stage}.ts`, `${shippedText(stage)}// the user's\n`])),
  });
  const goesOn = async (counter: string) => {
    const before = (await live.plugin("helped"))?.counters[counter] ?? 0;
    await live.framesGoOn(FRAMES_MEANWHILE);
    await live.pluginUntil("helped", ({ counters }) => (counters[counter] ?? 0) > before + 3, "its firings");
  };
  await t.step("all run", async () => {
    for (const stage of STAGES) await live.pluginUntil(stage, ({ replaces }) => replaces, "the user's stage");
    await goesOn("one");
  });
  await t.step("a helper file is removed", async () => {
    live.put("_helper.ts", null);
    const { problem } = await live.pluginUntil("helped", (plugin) => plugin.problem !== null, "the problem");
    assert.match(problem ?? "", /helped\.ts:2:\d+.*_helper\.ts/);
    await goesOn("one");
    live.put("_helper.ts", `export const word: string = "two";`);
    await live.pluginUntil("helped", (plugin) => (plugin.counters["two"] ?? 0) > 0, "the new helper");
  });
  for (const [what, bytes] of Object.entries(JUNK)) {
    await t.step(`${what} in the place of a plugin and of every stage`, async () => {
      for (const name of ["helped", ...STAGES]) live.put(`${name}.ts`, bytes);
      await live.pluginUntil("helped", ({ problem, lastError }) => (problem ?? lastError) !== null, "the problem");
      for (const stage of STAGES) await live.pluginUntil(stage, ({ problem }) => problem !== null, "the problem");
      await live.framesGoOn(FRAMES_MEANWHILE);
      live.put("helped.ts", HELPED);
      for (const stage of STAGES) live.put(`${stage}.ts`, `${shippedText(stage)}// ${what}\n`);
      await live.pluginUntil(
        "helped",
        ({ problem, lastError }) => problem === null && lastError === null,
        "its repair",
      );
      for (const stage of STAGES) {
        await live.pluginUntil(stage, ({ problem, replaces }) => problem === null && replaces, "its repair");
      }
      await goesOn("two");
    });
  }
  await t.step("no frame was lost, torn or doubled", async () => {
    assert.deepEqual(await live.judgeFrames(), []);
  });
});
