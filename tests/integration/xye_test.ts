import assert from "node:assert/strict";
import fc from "fast-check";
import { readXye, XyeError, xyeText } from "../../src/integration/xye.ts";

const PATTERN = {
  intensity: Float32Array.of(1.5, 0, 123456.78, -3e-12),
  sigma: Float32Array.of(0.1, 0, 7, 1e-12),
  pixels: Float64Array.of(2, 0, 1e3, 0.25),
  total: 0,
  bad: 0,
};
const OF = {
  x: Float64Array.of(0.5, 1.5, 2.5, 3.5),
  unit: "2th_deg" as const,
  header: new Map([["image", "CeO2-00001.tif"], ["note", "a: b"]]),
};

Deno.test("what is written is read back, without the bins that have no pixel", () => {
  const read = readXye(xyeText(PATTERN, OF));
  assert.equal(read.unit, "2th_deg");
  assert.deepEqual([read.header.get("image"), read.header.get("note")], ["CeO2-00001.tif", "a: b"]);
  assert.deepEqual([...read.x], [0.5, 2.5, 3.5]);
  assert.deepEqual([...Float32Array.from(read.intensity)], [1.5, 123456.78, -3e-12].map(Math.fround));
  assert.deepEqual([...Float32Array.from(read.sigma!)], [0.1, 7, 1e-12].map(Math.fround));
  const without = xyeText({ ...PATTERN, sigma: null }, OF);
  assert.equal(readXye(without).sigma, null);
  assert.ok(!without.includes("="), "GSAS-II takes a = in the first lines for its own");
});

Deno.test("patterns of others are read, and what is none is refused with its line", () => {
  const other = readXye("# pyFAI\n\n#2th I\n1.0 2\r\n 2.0\t3e1 \n");
  assert.deepEqual([[...other.x], [...other.intensity], other.sigma, other.unit], [[1, 2], [2, 30], null, null]);
  const faults = {
    "": /no line of numbers/,
    "1 2\n3": /line 2/,
    "1 2 3\n1 2": /line 2/,
    "a b": /line 1/,
    "1 2 3 4": /line 1/,
  };
  for (const [text, expected] of Object.entries(faults)) {
    assert.throws(() => readXye(text), (error) => error instanceof XyeError && expected.test(error.message));
  }
});

Deno.test("any text is a pattern or refused, and any pattern comes back as it was", () => {
  const numbers = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(numbers, fc.boolean(), (values, withSigma) => {
      const intensity = Float32Array.from(values), sigma = withSigma ? intensity.map(Math.abs) : null;
      const pixels = new Float64Array(values.length).fill(1);
      const x = Float64Array.from(values, (_, index) => index);
      const read = readXye(xyeText({ intensity, sigma, pixels, total: 0, bad: 0 }, { ...OF, x }));
      assert.deepEqual(
        Float32Array.from(read.intensity).map((value) => value + 0),
        intensity.map((value) => value + 0),
      );
      assert.equal(read.sigma === null, sigma === null);
    }),
    { numRuns: 300, seed: 2026 },
  );
  const lines = fc.array(fc.oneof(fc.string(), fc.constantFrom("# a: b", "1 2 3", "1e5\t-3", "#", "")), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(lines, (lines) => {
      try {
        assert.ok(readXye(lines.join("\n")).x.length > 0);
      } catch (error) {
        if (!(error instanceof XyeError)) throw error;
      }
    }),
    { numRuns: 2000, seed: 2026 },
  );
});
