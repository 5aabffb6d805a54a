import assert from "node:assert/strict";
import { powderGeometry, powderPicture, powderRings } from "../../../src/qxrd/simulator/powder.ts";

Deno.test("powderRings() lie where Bragg's law puts those of CeO2", () => {
  const geometry = powderGeometry(2048, 2048);
  const rings = powderRings(geometry, 1000);
  // 111, 200, 220, 311 by d = a / sqrt(h² + k² + l²)
  const expected = [3, 4, 8, 11].map((square) => {
    const theta = Math.asin(12.39842 / 67 / (2 * (5.4111 / Math.sqrt(square))));
    return geometry.distance_mm * 5 * Math.tan(2 * theta);
  });
  for (const [index, radius] of expected.entries()) {
    assert.ok(Math.abs(rings[index]!.radius_px - radius) < 0.01, `${rings[index]!.radius_px} and ${radius}`);
  }
  assert.equal(Math.max(...rings.map(({ height }) => height)), 1);
});

Deno.test("powderPicture() is bright on a ring, darker beside it, dark behind the beam stop, 0 at the border", () => {
  const size = 512;
  const geometry = powderGeometry(size, size);
  const picture = powderPicture(size, size);
  const at = (radius: number) => {
    const x = Math.round(geometry.centerX_px - 0.5);
    const y = Math.round(geometry.centerY_px - 0.5 - radius);
    return picture[y * size + x]!;
  };
  const first = powderRings(geometry, 250)[0]!.radius_px;
  assert.ok(at(first) > 3 * at(first - 12), `${at(first)} on the ring, ${at(first - 12)} beside it`);
  assert.ok(at(0) < 0.1 * at(first));
  assert.equal(picture[0], 0);
});
