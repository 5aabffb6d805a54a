import assert from "node:assert/strict";
import fc from "fast-check";
import { COUNTER_FIRST, isDue, nextCounter, readRhythm } from "../../src/plugins/host/scheduler.ts";

/** The first implementation's loop, line by line, with Python's int() and %. */
function firingsOfTheFirst(ticktack: number, offset: number, ticks: number): number[] {
  const fired: number[] = [];
  let counter = 1;
  for (let tick = 0; tick < ticks; tick++) {
    const tact = Math.trunc(ticktack < 1 ? 1 : ticktack);
    const base = counter - offset;
    const remainder = ((base % tact) + tact) % tact;
    if (base > 0 && !remainder) fired.push(tick);
    counter = counter + 1;
    if (counter === 10_000) counter = 2;
  }
  return fired;
}

function firings(ticktack: number, offset: number, ticks: number): number[] {
  const rhythm = readRhythm(ticktack, offset);
  const fired: number[] = [];
  let counter = COUNTER_FIRST;
  for (let tick = 0; tick < ticks; tick++) {
    if (isDue(counter, rhythm)) fired.push(tick);
    counter = nextCounter(counter);
  }
  return fired;
}

Deno.test("isDue() fires exactly when the first implementation's loop does", () => {
  const ticktack = fc.oneof(fc.integer({ min: -3, max: 40 }), fc.double({ min: -2, max: 12, noNaN: true }));
  const property = fc.property(ticktack, fc.integer({ min: -50, max: 200 }), (beat, offset) => {
    assert.deepEqual(firings(beat, offset, 25_000), firingsOfTheFirst(beat, offset, 25_000));
  });
  fc.assert(property, { numRuns: 60 });
});

Deno.test("readRhythm() takes what is no TICKTACK as another, and says so", () => {
  const cases: [ticktack: unknown, offset: unknown, taken: [number, number], messages: string[]][] = [
    [0, 0, [1, 0], ["TICKTACK is 0, below 1: taken as 1"]],
    [3.9, 1.5, [3, 1], [
      "TICKTACK is 3.9, not an integer: taken as 3",
      "TICKTACK_OFFSET is 1.5, not an integer: taken as 1",
    ]],
    [undefined, undefined, [1, 0], ["exports no TICKTACK; taken as 1"]],
    ...["3", NaN, Infinity, null].map((wrong): (typeof cases)[number] => {
      return [wrong, undefined, [1, 0], [`TICKTACK is ${wrong}, not a number: taken as 1`]];
    }),
  ];
  for (const [ticktack, offset, taken, messages] of cases) {
    const rhythm = readRhythm(ticktack, offset);
    assert.deepEqual(rhythm, { ticktack: taken[0], offset: taken[1], messages });
  }
});

Deno.test("readRhythm() warns of a rhythm that the counter never reaches", () => {
  assert.match(readRhythm(3, 10_000).messages.join(), /never fires/);
  assert.deepEqual(firings(3, 10_000, 30_000), []);
});
