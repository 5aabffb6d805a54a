import assert from "node:assert/strict";
import { isDark } from "../../src/qxrd/dark.ts";
import { parseSidecar } from "../../src/qxrd/sidecar.ts";
import { viewSidecar } from "../../src/qxrd/view.ts";
import { SAMPLES } from "./samples.ts";

Deno.test("isDark() tells the darks among the samples by their metadata, whatever they are called", () => {
  const darks = SAMPLES.filter(({ bytes }) => isDark(viewSidecar(parseSidecar(bytes)), "x.tif"));
  assert.deepEqual(darks.map(({ imageName }) => imageName), [
    "CeO2_09_11_2017-00001.dark.tif",
    "CeO2_09_11_2017_off-00002.dark.tif",
  ]);
});

Deno.test("isDark() believes a sidecar against the name", () => {
  assert.equal(isDark({ dataType: 5, imageNumber: 1, nPhases: 1, problems: [] }, "P-00001.dark.tif"), false);
  assert.equal(isDark({ dataType: 3, imageNumber: 4, nPhases: 1, problems: [] }, "P-00001.tif"), true);
  assert.equal(isDark({ dataType: 2, imageNumber: -1, nPhases: 0, problems: [] }, "P-00001.tif"), true);
});

Deno.test("isDark() needs both imageNumber -1 and nPhases 0", () => {
  assert.equal(isDark({ imageNumber: -1, nPhases: 1, problems: [] }, "P-00001.tif"), false);
  assert.equal(isDark({ imageNumber: 0, nPhases: 0, problems: [] }, "P-00001.tif"), false);
  assert.equal(isDark({ problems: [] }, "P-00001.dark.tif"), false);
});

Deno.test("isDark() goes by the name where there is no sidecar, and only by QXRD's own form", () => {
  assert.equal(isDark(null, "P-00001.dark.tif"), true);
  assert.equal(isDark(null, "P-00001.dark-00001.tif"), true);
  assert.equal(isDark(null, "P-00001-00001.dark.tif"), true);
  assert.equal(isDark(null, "P-00001.DARK.TIF"), true);
  assert.equal(isDark(null, "dark-00001.tif"), false);
  assert.equal(isDark(null, "dark.room-00001.tif"), false);
  assert.equal(isDark(null, "P.darkish-00001.tif"), false);
});
