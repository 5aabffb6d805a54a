/** The daemon's heart while a plugin burns a core. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type Clock, SYSTEM_CLOCK } from "../../src/time/clock.ts";
import { settingsIn, until } from "../daemon/helpers.ts";
import { Place } from "../daemon/place.ts";

const BEATS = 15;
/** What is asked of the period. */
const TOLERANCE = 0.1;

/** Until a file `end` lies beside the raw folder. */
const BURNING = `
export const TICKTACK = 1;
export function work({ folders }) {
  for (let round = 1;; round++) {
    if (round % 1_000_000 !== 0) continue;
    try {
      return Deno.statSync(folders.raw + "/../end");
    } catch {
      // not yet
    }
  }
}`;

Deno.test("the heart beats within 10 % of its period while a plugin burns a core", async () => {
  await using place = new Place([]);
  Deno.writeTextFileSync(join(place.make("plugins"), "burns.js"), BURNING);
  const times_ms: number[] = [];
  const clock: Clock = {
    now_ms: SYSTEM_CLOCK.now_ms,
    after: (delay_ms, wake) =>
      SYSTEM_CLOCK.after(delay_ms, () => {
        times_ms.push(performance.now());
        wake();
      }),
  };
  const daemon = await place.started(settingsIn(place.path), { clock });
  try {
    const burns = () => daemon.status().plugins[0]!;
    await until(() => daemon.status().plugins[0]?.state === "firing", "the firing that does not end");
    times_ms.length = 0;
    // It goes on all the while: each beat is one that it misses.
    const skips = burns().skips;
    await until(() => burns().skips > skips + BEATS, "the beats");
    assert.deepEqual([burns().state, burns().firings], ["firing", 1]);
  } finally {
    Deno.writeTextFileSync(place.join("end"), "");
    await daemon.close();
  }
  // A timer may wake a hair early, and wakes again at once then: that is one beat.
  const beats = times_ms.filter((time, index) => index === 0 || time - times_ms[index - 1]! > 5);
  const period_ms = daemon.period_s * 1000;
  const off = beats.slice(1).map((time, index) => Math.abs(time - beats[index]! - period_ms) / period_ms);
  // The median: others on the machine may hold up one beat, but not half of them.
  const median = off.toSorted((a, b) => a - b)[off.length >> 1]!;
  assert.ok(median <= TOLERANCE, `off by ${off.map((share) => share.toFixed(3))}`);
});
