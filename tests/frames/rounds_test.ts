/** Looking again within one firing. */
import assert from "node:assert/strict";
import { Rounds } from "../../src/frames/rounds.ts";
import { until } from "../daemon/helpers.ts";
import { Way } from "./way.ts";
import { filesBelow } from "../folders.ts";

const TICK_MS = 333;
/** How long a look, or the work of a round, takes by the clock of these tests. */
const ROUND_MS = 50;

/** A stage with a clock of its own; `round` says whether it found anything. */
function stageOf(round: (count: number) => boolean) {
  const clock = { now_ms: 1_000_000 };
  const rounds = new Rounds(() => clock.now_ms);
  let count = 0;
  const fire = async (options: { ticks: boolean; signal?: AbortSignal }): Promise<number> => {
    count = 0;
    await rounds.work(
      {
        signal: options.signal ?? new AbortController().signal,
        ...options.ticks ? { nextTick_ms: clock.now_ms + TICK_MS } : {},
      },
      () => {
        clock.now_ms += ROUND_MS;
        return Promise.resolve(round(++count));
      },
    );
    return count;
  };
  return { clock, fire };
}

Deno.test("without ticks, and where no frames come, a firing has one round", async () => {
  assert.equal(await stageOf(() => true).fire({ ticks: false }), 1);
  const idle = stageOf(() => false);
  for (let firing = 0; firing < 3; firing++) assert.equal(await idle.fire({ ticks: true }), 1);
});

Deno.test("while frames flow a firing goes on until the next tick, and ends before it", async () => {
  const stage = stageOf((count) => count === 3);
  assert.equal(await stage.fire({ ticks: true }), 1);
  const flowing = stageOf((count) => count === 1);
  const begun_ms = flowing.clock.now_ms;
  const count = await flowing.fire({ ticks: true });
  assert.ok(count > 3, `${count} rounds`);
  assert.ok(flowing.clock.now_ms <= begun_ms + TICK_MS);
});

Deno.test("a firing in which nothing was found yet goes on too, for some seconds after the last frame", async () => {
  let flows = true;
  const stage = stageOf(() => flows);
  await stage.fire({ ticks: true });
  flows = false;
  assert.ok(await stage.fire({ ticks: true }) > 3);
  stage.clock.now_ms += 60_000;
  assert.equal(await stage.fire({ ticks: true }), 1);
});

Deno.test("a firing that always finds something ends after some seconds, so that changed settings hold", async () => {
  const stage = stageOf(() => true);
  const begun_ms = stage.clock.now_ms;
  await stage.fire({ ticks: true });
  const took_ms = stage.clock.now_ms - begun_ms;
  assert.ok(took_ms > 3 * TICK_MS && took_ms < 3000, `${took_ms} ms`);
});

Deno.test("a stop ends a firing behind the round in progress", async () => {
  const stop = new AbortController();
  const stage = stageOf((count) => {
    if (count === 2) stop.abort();
    return true;
  });
  assert.equal(await stage.fire({ ticks: true, signal: stop.signal }), 2);
});

/** Far beyond what a stage needs; the tests end the firing themselves. */
const FAR_MS = 60_000;

for (const stage of ["merge", "delivery"] as const) {
  Deno.test(`the ${stage} takes what comes while it fires, and tries what fails once in a firing`, async () => {
    using way = new Way();
    const step = stage === "merge" ? "merged" : "delivered";
    const handOn = async () => {
      await way.firePrepare();
      if (stage === "delivery") await way.fireMerge();
    };
    const folder = stage === "merge" ? way.settings.folders.temp : way.settings.folders.proc;
    Deno.mkdirSync(`${folder}/01HZZZZZZZZZZZZZZZZZZZZZZZ-bad`);
    Deno.writeTextFileSync(`${folder}/01HZZZZZZZZZZZZZZZZZZZZZZZ-bad/strange`, "no record");
    way.put({ name: "A.tif", seed: 1 });
    await handOn();
    const stop = new AbortController();
    way.ticks = { nextTick_ms: performance.now() + FAR_MS, signal: stop.signal };
    let tries = 0;
    way.onCondition = ({ key, message }) => {
      if (message !== null && key.includes("bad")) tries++;
    };
    const frames = () => way.heard.events.filter((event) => event.type === step).map(({ frame }) => frame);
    let isOver = false;
    const firing = (stage === "merge" ? way.fireMerge() : way.fireFinalize()).then(() => isOver = true);
    await until(() => frames().length === 1, "the first frame");
    way.ticks = {};
    way.put({ name: "B.tif", seed: 2 });
    await handOn();
    await until(() => frames().length === 2, "the second frame");
    assert.equal(isOver, false);
    stop.abort();
    await firing;
    assert.deepEqual(frames(), ["A.tif", "B.tif"]);
    assert.equal(tries, 1);
    if (stage === "delivery") assert.equal(filesBelow(way.output).length, 6);
  });
}

for (const stage of ["merge", "delivery"] as const) {
  Deno.test(`the ${stage} of frames that take long leaves what it has not begun within 10 s to the next firing`, async () => {
    using way = new Way();
    for (const name of ["A.tif", "B.tif", "C.tif", "D.tif"]) way.put({ name });
    await way.firePrepare();
    if (stage === "delivery") await way.fireMerge();
    const step = stage === "merge" ? "merged" : "delivered";
    const frames = () => way.heard.events.filter((event) => event.type === step).map(({ frame }) => frame);
    // Each frame takes six seconds: its end is a look at the clock.
    const begun_ms = performance.now();
    Object.defineProperty(way, "later_ms", { get: () => frames().length * 6000 - (performance.now() - begun_ms) });
    const fire = () => stage === "merge" ? way.fireMerge() : way.fireFinalize();
    // A tick that has come already: the firing ends with what it has found.
    way.ticks = { nextTick_ms: begun_ms };
    await fire();
    assert.deepEqual(frames(), ["A.tif", "B.tif"]);
    await fire();
    assert.deepEqual(frames(), ["A.tif", "B.tif", "C.tif", "D.tif"]);
  });
}
