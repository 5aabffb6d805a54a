/**
 * Many reloads in a running daemon, seen from outside: what each one leaves behind, and the frames meanwhile. The long
 * form, 300 of a plugin and of a stage, is the benchmark `plugins`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readProcess } from "../bench/process_readings.ts";
import { LiveDaemon, textOf } from "./live_daemon.ts";

const RELOADS = 15;
/** What the first ones load stays: the compiler that takes types away, its worker's code, room for garbage. */
const RELOADS_BEFORE = 5;
/** A worker that lived on would cost 10 MB and more, a build that did some 20; memory goes up and down by 30 in all. */
const GROWTH_MB_MAX = 2.5;
const STAGES = ["01_prepare_raw", "02_merge_data", "03_finalize"] as const;

const marking = (round: string) => `
export const TICKTACK = 1;
export function setup() { Deno.writeTextFileSync(MARK, String(${round})); }
export function work(context) { context.counters.add("calls"); }`;

Deno.test({
  name:
    `${RELOADS} reloads of a plugin, and of a helper alone, leave no worker, no transpiled copy and no memory behind`,
  ignore: Deno.build.os !== "linux", // where threads and memory of another process can be read
  async fn() {
    await using live = await LiveDaemon.start({ frames_per_s: 0 });
    const mark = (name: string) => join(live.path, name);
    const text = (name: string, round: string) => marking(round).replace("MARK", JSON.stringify(mark(name)));
    live.put("helped.ts", `import { round } from "./_helper.ts";${text("helped", "round")}`);
    let before_mb = NaN;
    for (let round = -RELOADS_BEFORE; round <= RELOADS; round++) {
      live.put("plain.ts", text("plain", `${round}`));
      live.put("_helper.ts", `export const round: number = ${round};`);
      for (const name of ["plain", "helped"]) {
        await live.until(() => textOf(mark(name)) === `${round}`, `reload ${round} of ${name}`);
      }
      if (round === 0) before_mb = readProcess(live.child.pid).rss_mb;
    }
    await live.until(() => live.workers === STAGES.length + 2, "the end of all workers but five");
    const growth_mb = (readProcess(live.child.pid).rss_mb - before_mb) / (2 * RELOADS);
    assert.ok(growth_mb < GROWTH_MB_MAX, `${growth_mb} MB a reload`);
    const inUse = (await live.status()).plugins.map(({ version }) => version).filter((version) => version !== "");
    assert.equal(inUse.length, 2);
    const { copies } = live;
    assert.ok(inUse.every((version) => copies.some((name) => name.startsWith(version))), `${inUse}: ${copies}`);
    // What was replaced last goes at the next change.
    assert.ok(copies.length <= 2 * inUse.length, `${copies}`);
    for (const { name, failures } of (await live.status()).plugins) assert.equal(failures, 0, name);
  },
});

Deno.test("stages that are replaced and restored again and again while frames come lose and double none", async () => {
  await using live = await LiveDaemon.start({ frames_per_s: 10 });
  const shipped = (stage: string) => Deno.readTextFileSync(new URL(`../../plugins/${stage}.ts`, import.meta.url));
  for (let round = 0; round < 4; round++) {
    for (const stage of STAGES) {
      live.put(`${stage}.ts`, `${shipped(stage)}// ${round}\n`);
      await live.framesGoOn(1);
    }
    for (const stage of STAGES) await live.pluginUntil(stage, ({ replaces }) => replaces, `${stage} of the user`);
    if (round % 2 === 0) continue; // one file of the user after the other
    for (const stage of STAGES) live.put(`${stage}.ts`, null);
    for (const stage of STAGES) await live.pluginUntil(stage, ({ replaces }) => !replaces, `${stage} as shipped`);
  }
  assert.deepEqual((await live.status()).plugins.map(({ failures }) => failures), [0, 0, 0]);
  assert.deepEqual(await live.judgeFrames(), []);
  assert.ok(live.written > 0 && live.delivered === live.written);
});
