import assert from "node:assert/strict";
import fc from "fast-check";
import { placeParameters } from "../../src/nexus/frame/parameter_tree.ts";
import { type Shape, shapeOf } from "../../src/nexus/tree/shape.ts";
import { group, type NexusGroup } from "../../src/nexus/tree/tree.ts";
import { readingFromJson } from "../../src/parameters/json.ts";
import { linesOf, readingsOf } from "../../src/parameters/lines.ts";
import type { ParameterReading } from "../../src/parameters/parameter.ts";
import { parametersJson } from "../../src/parameters/tag_json.ts";
import { anyValue } from "./parameters.ts";

/** Some look like what ends a line. */
const NAMES = ["a", "b.c", "ü", '"time_ms":1,"value":2}', "x:y"] as const;
const SHARED = { label: "shared" };

/** What seldom changes. */
const texts = fc.record({
  unit: fc.constantFrom(undefined, "mm", "K"),
  path: fc.constantFrom(undefined, undefined, "/entry/sample/temperature", "/entry/sample/oven/value"),
  origin: fc.constantFrom(undefined, "a device", '{"value":1}'),
  note: fc.constantFrom(undefined, undefined, "odd"),
  attributes: fc.constantFrom(undefined, SHARED, { label: "of its own" }, { time_ms: 5, value: 2 }, { value: "2" }),
}, { noNullPrototype: true });

/** Of one name: the usual ones, and those that differ in one of them. */
const twoTexts = fc.tuple(texts, texts, fc.constantFrom("unit", "path", "origin", "note", "attributes")).map(
  ([usual, others, key]) => [usual, { ...usual, [key]: others[key] }] as const,
);

/** Of one name in one frame; null where it has none. Most differ in numbers and times alone. */
const slot = fc.option(
  fc.record({
    value: fc.oneof({ weight: 6, arbitrary: fc.double() }, { weight: 2, arbitrary: fc.nat(3) }, anyValue),
    time: fc.nat(3).map((s) => new Date(Date.UTC(2026, 0, 2) + 1000 * s)),
    until: fc.constantFrom(undefined, ...[1, 2].map((month) => new Date(Date.UTC(2027, month)))),
    which: fc.constantFrom(0, 0, 1),
  }, { noNullPrototype: true }),
  { freq: 8 },
);

const frames: fc.Arbitrary<ParameterReading[][]> = fc.tuple(
  fc.tuple(...NAMES.map(() => twoTexts)),
  fc.array(fc.tuple(...NAMES.map(() => slot)), { minLength: 2, maxLength: 6 }),
).map(([texts, frames]) =>
  frames.map((slots) =>
    slots.flatMap((one, index) => {
      if (one === null) return [];
      const { which, ...numbers } = one;
      const known = Object.entries({ ...numbers, ...texts[index]![which] }).filter(([, value]) => value !== undefined);
      return [{ name: NAMES[index]!, ...Object.fromEntries(known) } as ParameterReading];
    })
  )
);

interface Made {
  readonly tag: string | null;
  readonly entry: NexusGroup;
  readonly shape: Shape | null;
}

function make(readings: readonly ParameterReading[]): Made {
  const entry = group("entry", "NXentry", { children: [group("sample", "NXsample", { children: [] })] });
  const placed = placeParameters(entry, readings, { timeZone: "Europe/Berlin" });
  return { tag: parametersJson(readings), entry: placed.entry, shape: shapeOf(placed.entry) };
}

/** As the first frame after the start: nothing that is known of these names is like it. */
function makeAlone(readings: readonly ParameterReading[]): Made {
  const time = new Date(0);
  const others = NAMES.flatMap((name) => [{ name, value: "another", time }]);
  make(others);
  make([]);
  parametersJson(others);
  return make(readings);
}

/** Without what is kept of nodes. */
function plain(made: Made): unknown {
  return JSON.parse(JSON.stringify(made, (key, value) => {
    if (key === "reused") return undefined;
    if (typeof value === "bigint") return `${value}n`;
    return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  }));
}

// Fails where readLike, memberOf or nodeLike takes more of a frame before than is equal.
Deno.test("what a frame has of its parameters does not depend on the frames before it", () => {
  fc.assert(
    fc.property(frames, (frames) => {
      const texts = frames.map((readings) => linesOf(readings));
      const alone = texts.map((text) => {
        const readings = text.split("\n").filter((line) => line !== "").map((line) =>
          readingFromJson(JSON.parse(line))
        );
        return { readings, made: plain(makeAlone(readings)) };
      });
      for (const [index, text] of texts.entries()) {
        const readings = readingsOf(text);
        assert.deepEqual(readings, alone[index]!.readings);
        assert.equal(linesOf([...readings]), text);
        assert.deepEqual(plain(make(readings)), alone[index]!.made);
      }
    }),
    { numRuns: 200 },
  );
});
