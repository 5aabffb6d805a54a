import assert from "node:assert/strict";
import fc from "fast-check";
import { ParameterHistory } from "../../src/parameters/history.ts";
import { lineOf, linesOf, readingsOf } from "../../src/parameters/lines.ts";
import { isSeries, type ParameterReading, type ParameterSeries } from "../../src/parameters/parameter.ts";
import { EVERY_KIND } from "./parameters.ts";

/** Longer lines are read anew each time. */
const SHORT = 4096;

Deno.test("readings come back from their lines as they were, and equal lines are one object", () => {
  const text = linesOf(EVERY_KIND);
  const readings = readingsOf(text);
  assert.deepEqual(readings, EVERY_KIND);
  assert.ok(readingsOf(text).every((one, index) => one === readings[index] || lineOf(one).length > SHORT));
  assert.equal(linesOf(readings), text);
  assert.deepEqual(readingsOf(linesOf([])), []);
});

Deno.test("more lines than are remembered are read as they are, however many", () => {
  const reading = (index: number) => ({ name: "n", value: index, time: new Date(index), note: "x".repeat(900) });
  const first = readingsOf(linesOf([reading(0)]))[0]!;
  for (let index = 0; index < 6000; index++) assert.equal(readingsOf(linesOf([reading(index)]))[0]!.value, index);
  assert.notEqual(readingsOf(linesOf([reading(0)]))[0], first, "the first was forgotten");
});

Deno.test("a line that is no reading is refused each time", () => {
  for (let round = 0; round < 2; round++) {
    assert.throws(() => readingsOf('{"name":"n","time_ms":0}\n'), /Cannot set parameter n/);
    assert.throws(() => readingsOf("{\n"), SyntaxError);
  }
});

interface Step {
  /** Of the reading; times go back, and some are equal. */
  readonly at_ms: number;
  readonly value: number | null;
  readonly unit: string;
  readonly lives_ms: number | undefined;
}

const step: fc.Arbitrary<Step> = fc.record({
  at_ms: fc.integer({ min: 0, max: 60 }).map((some) => 100 * some),
  value: fc.option(fc.integer({ min: 0, max: 3 }), { nil: null }),
  unit: fc.constantFrom("mm", "K"),
  lives_ms: fc.option(fc.integer({ min: 0, max: 2000 }), { nil: undefined }),
});

Deno.test("what a frame has does not depend on what the frames before it had", () => {
  const readingOf = ({ at_ms, value, unit, lives_ms }: Step): ParameterReading => ({
    name: "n",
    value,
    unit,
    time: new Date(at_ms),
    over: "exposure",
    ...value === null ? { note: "none" } : {},
    ...lives_ms === undefined ? {} : { until: new Date(at_ms + lives_ms) },
  });
  const exposures = fc.array(fc.record({ end_ms: fc.nat(8000), length_ms: fc.nat(3000) }), { minLength: 3 });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), exposures, (steps, exposures) => {
      const asked = new ParameterHistory();
      for (const one of steps) {
        asked.add(readingOf(one), 0);
        for (const { end_ms, length_ms } of exposures) asked.at(end_ms, end_ms - length_ms);
      }
      for (const { end_ms, length_ms } of exposures) {
        const fresh = new ParameterHistory();
        for (const one of steps) fresh.add(readingOf(one), 0);
        assert.equal(linesOf(asked.at(end_ms, end_ms - length_ms)), linesOf(fresh.at(end_ms, end_ms - length_ms)));
      }
    }),
  );
});

const TIME_MS = Date.UTC(2026, 0, 2);

function over(value: number | null, after_ms: number, more: Partial<ParameterReading> = {}): ParameterReading {
  const time = new Date(TIME_MS + after_ms);
  const note = value === null ? { note: "its quality is INVALID" } : { over: "exposure" as const };
  return { name: "n", value, time, unit: "mm", ...note, ...more };
}

function historyOf(readings: readonly ParameterReading[]): ParameterHistory {
  const history = new ParameterHistory();
  for (const one of readings) assert.equal(history.add(one, TIME_MS), null);
  return history;
}

Deno.test("an exposure has what was read of it while there was a value, and a note where there was none for a part", () => {
  const history = historyOf([over(1, 0), over(null, 1000), over(3, 2000), over(null, 3000)]);
  const at = (from_ms: number, end_ms: number) => history.at(TIME_MS + end_ms, TIME_MS + from_ms)[0]!;
  const valuesOf = ({ value }: ParameterReading) => isSeries(value) ? value.values : value;
  const note = "it had no value for a part of the exposure: its quality is INVALID";
  assert.deepEqual([valuesOf(at(-100, 4000)), at(-100, 4000).within, at(-100, 4000).note], [[1, 3], 2, note]);
  assert.deepEqual([valuesOf(at(-100, 500)), at(-100, 500).note], [[1], undefined]);
  // None with a value within it: what came last before it was that there is none.
  for (const [from_ms, end_ms] of [[900, 1500], [1500, 1600], [2900, 9000], [5000, 9000]] as const) {
    assert.deepEqual([at(from_ms, end_ms).value, at(from_ms, end_ms).note], [null, "its quality is INVALID"]);
  }
  assert.deepEqual([valuesOf(at(2100, 2200)), at(2100, 2200).within, at(2100, 2200).note], [[3], 0, undefined]);
});

Deno.test("that there is no value counts at once, though the source's clock is ahead", () => {
  const history = historyOf([over(1, 0), over(2, 1500), over(null, 1000)]);
  assert.equal(history.at(TIME_MS + 2000)[0]!.value, null);
  assert.equal(history.last("n")!.value, null);
});

Deno.test("a value that comes after an absence counts, though its own time is that of before", () => {
  const until = new Date(TIME_MS + 60_000);
  const history = historyOf([over(null, 0), over(null, 5000), over(7, -100_000, { until })]);
  const [reading] = history.at(TIME_MS + 6000, TIME_MS + 5500);
  assert.deepEqual([(reading!.value as ParameterSeries).values, reading!.within], [[7], 0]);
  assert.equal(reading!.time.getTime(), TIME_MS - 100_000);
  assert.equal(history.add(over(null, 7000), TIME_MS), null);
  assert.equal(history.at(TIME_MS + 8000)[0]!.value, null);
  // Of a value of before that comes late, no more than the absences behind it end.
  assert.equal(history.add(over(8, 6500), TIME_MS), null);
  assert.deepEqual((history.at(TIME_MS + 8000)[0]!.value as ParameterSeries).values, [8]);
});

Deno.test("an odd time of any reading within the exposure is flagged", () => {
  const odd = { attributes: { quality: "VALID", time_note: "cannot be right" } };
  const history = historyOf([over(1, 0, odd), over(2, 1000, { attributes: { quality: "VALID" } })]);
  const [both] = history.at(TIME_MS + 1500, TIME_MS - 100);
  assert.deepEqual(both!.attributes, { quality: "VALID", time_note: "cannot be right" });
  const [last] = history.at(TIME_MS + 1500, TIME_MS + 500);
  assert.deepEqual(last!.attributes, { quality: "VALID" });
});
