import assert from "node:assert/strict";
import { localDateTime } from "../../../src/qxrd/date_time.ts";
import { parseSidecar } from "../../../src/qxrd/sidecar.ts";
import { renderSidecar } from "../../../src/qxrd/sidecar_writer.ts";
import { frameEntries, type FrameMetadata, templateEntries } from "../../../src/qxrd/simulator/metadata.ts";
import { powderGeometry } from "../../../src/qxrd/simulator/powder.ts";
import { viewSidecar } from "../../../src/qxrd/view.ts";
import { bytesOf, sample } from "../samples.ts";

const TEMPLATES = {
  "0.8.3": "0.8.3/CeO2_09_11_2017-00001.tif",
  "0.11.1": "NAC_dc450",
  "0.11.8": "LaB6",
} as const;

const FRAME: FrameMetadata = {
  kind: "processed",
  width: 64,
  height: 32,
  type: "float32",
  number: 7,
  phase: 1,
  phases: 2,
  exposure_s: 0.5,
  summedExposures: 10,
  time: new Date("2024-02-29T12:34:56.789Z"),
  imageName: "a, b-00007-001.tif",
  imagePath: String.raw`T:\raw\a, b-00007-001.tif`,
  geometry: powderGeometry(64, 32),
};

for (const [version, part] of Object.entries(TEMPLATES)) {
  Deno.test(`templateEntries() are those of a real sidecar of ${version}`, () => {
    const entries = templateEntries(version as keyof typeof TEMPLATES);
    const real = parseSidecar(sample(part).bytes).entries;
    assert.deepEqual(entries.map(({ section, key, raw }) => [section, key, raw]), [
      ...real.map(({ section, key, raw }) => [section, key, raw]),
    ]);
  });

  Deno.test(`frameEntries() of ${version} say what the frame is, and keep all other keys and their order`, () => {
    const template = templateEntries(version as keyof typeof TEMPLATES);
    const entries = frameEntries(template, FRAME);
    assert.deepEqual(entries.map(({ key }) => key), template.map(({ key }) => key));
    const view = viewSidecar(parseSidecar(bytesOf(renderSidecar(entries, "\r\n"))));
    assert.deepEqual(view.problems, []);
    assert.deepEqual([view.width, view.height, view.imageNumber, view.phaseNumber, view.nPhases], [64, 32, 7, 1, 2]);
    assert.deepEqual(view.dateTime, localDateTime(FRAME.time));
    assert.equal(view.fileBase, "a, b-00007-001.tif");
    assert.equal(view.fileName, "T:/raw/a, b-00007-001.tif");
    assert.equal(view.exposureTime_s, 0.5);
    if (version !== "0.8.3") {
      assert.equal(view.timeStamp_s, FRAME.time.getTime() / 1000);
      assert.equal(view.centerfinder?.energy_ev, 67_000);
    }
  });
}
