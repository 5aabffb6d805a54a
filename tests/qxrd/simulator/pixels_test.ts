import assert from "node:assert/strict";
import { PixelSource } from "../../../src/qxrd/simulator/pixels.ts";

Deno.test("PixelSource gives a thousand frames of which no two are alike, whatever their order", () => {
  const what = { type: "uint32", kind: "sample" } as const;
  const source = new PixelSource({ width: 64, height: 64, seed: 1 });
  const hashes = Array.from({ length: 1000 }, (_, number) => source.sha256(number, what));
  assert.equal(new Set(hashes).size, hashes.length);
  const fresh = new PixelSource({ width: 64, height: 64, seed: 1 });
  assert.equal(fresh.sha256(999, what), hashes[999]);
  assert.equal(fresh.sha256(0, what), hashes[0]);
});

Deno.test("PixelSource gives darks no light, and as many bytes as the type has", () => {
  const source = new PixelSource({ width: 64, height: 32, seed: 1 });
  for (const [type, size] of [["float32", 4], ["uint32", 4], ["uint16", 2], ["uint8", 1]] as const) {
    const { parts, byteCount } = source.frame(3, { type, kind: "sample" });
    assert.equal(byteCount, 64 * 32 * size);
    assert.equal(parts.reduce((sum, part) => sum + part.length, 0), byteCount);
  }
  const mean = (kind: "sample" | "dark") => {
    const bytes = Uint8Array.from(source.frame(3, { type: "uint32", kind }).parts.flatMap((part) => [...part]));
    const counts = new Uint32Array(bytes.buffer);
    return counts.reduce((sum, count) => sum + count, 0) / counts.length;
  };
  assert.ok(Math.abs(mean("dark") - 1800) < 5, String(mean("dark")));
  assert.ok(mean("sample") > 1900, String(mean("sample")));
});
