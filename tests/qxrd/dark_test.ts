import assert from "node:assert/strict";
import { darkEvidence } from "../../src/qxrd/dark.ts";
import { parseSidecar } from "../../src/qxrd/sidecar.ts";
import { viewSidecar } from "../../src/qxrd/view.ts";
import { SAMPLES } from "./samples.ts";

Deno.test("darkEvidence() finds the darks among the samples by their metadata, whatever they are called", () => {
  const darks = SAMPLES.filter(({ bytes }) => darkEvidence(viewSidecar(parseSidecar(bytes)), "x.tif"));
  assert.deepEqual(darks.map(({ imageName }) => imageName), [
    "CeO2_09_11_2017-00001.dark.tif",
    "CeO2_09_11_2017_off-00002.dark.tif",
  ]);
});

Deno.test("darkEvidence() believes a sidecar against the name", () => {
  assert.equal(darkEvidence({ dataType: 5, imageNumber: 1, nPhases: 1, problems: [] }, "P-00001.dark.tif"), null);
  assert.equal(darkEvidence({ dataType: 3, imageNumber: 4, nPhases: 1, problems: [] }, "P-00001.tif"), "sidecar");
  assert.equal(darkEvidence({ dataType: 2, imageNumber: -1, nPhases: 0, problems: [] }, "P-00001.tif"), "sidecar");
});

Deno.test("darkEvidence() needs both imageNumber -1 and nPhases 0", () => {
  assert.equal(darkEvidence({ imageNumber: -1, nPhases: 1, problems: [] }, "P-00001.tif"), null);
  assert.equal(darkEvidence({ imageNumber: 0, nPhases: 0, problems: [] }, "P-00001.tif"), null);
  assert.equal(darkEvidence({ problems: [] }, "P-00001.dark.tif"), null);
});

Deno.test("darkEvidence() goes by the name where there is no sidecar, and only by QXRD's own form", () => {
  assert.equal(darkEvidence(null, "P-00001.dark.tif"), "name");
  assert.equal(darkEvidence(null, "P-00001.dark-00001.tif"), "name");
  assert.equal(darkEvidence(null, "P-00001-00001.dark.tif"), "name");
  assert.equal(darkEvidence(null, "P-00001.DARK.TIF"), "name");
  assert.equal(darkEvidence(null, "CeO2-01-00001.dark.tif"), "name");
  for (const name of ["quartz.dark-00001.tif", "Q.dark.tif", ".dark.tif", "P-x.dark.tif", "P-00001.dark-x.tif"]) {
    assert.equal(darkEvidence(null, name), null, name);
  }
  assert.equal(darkEvidence(null, "dark-00001.tif"), null);
  assert.equal(darkEvidence(null, "dark.room-00001.tif"), null);
  assert.equal(darkEvidence(null, "P.darkish-00001.tif"), null);
});
