import assert from "node:assert/strict";
import fc from "fast-check";
import { readingFromJson, readingToJson } from "../../src/parameters/json.ts";
import { anyReading, EVERY_KIND } from "./parameters.ts";

Deno.test("whatever can be set comes back from JSON as it was, in its own type", () => {
  const check = (reading: (typeof EVERY_KIND)[number]) => {
    const line = readingToJson(reading);
    assert(!line.includes("\n"));
    assert.deepEqual(readingFromJson(JSON.parse(line)), reading);
  };
  for (const reading of EVERY_KIND) check(reading);
  check({ name: "minus zero", value: -0, time: new Date(0) });
  check({ name: "__proto__", value: [-0, NaN], time: new Date(0) });
  fc.assert(fc.property(anyReading, check));
});

Deno.test("JSON of anything else is refused", () => {
  const good = JSON.parse(readingToJson({ name: "a", value: Float64Array.of(1), time: new Date(0) }));
  const bad = [
    null,
    5,
    [],
    {},
    { ...good, name: 5 },
    { ...good, time_ms: "x" },
    { ...good, path: "/x" },
    { ...good, value: null },
    { ...good, value: { bytes: "AAAA", type: "Float64Array" } },
    { ...good, value: { bytes: "AAAA", type: "constructor" } },
    { ...good, value: { bytes: 5, type: "Float64Array" } },
    { ...good, value: { bigint: "x" } },
    { ...good, value: { times_ms: 5, values: { list: [] } } },
  ];
  for (const json of bad) assert.throws(() => readingFromJson(json), Error, JSON.stringify(json));
});
