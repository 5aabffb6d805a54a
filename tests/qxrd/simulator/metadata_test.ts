import assert from "node:assert/strict";
import { localDateTime } from "../../../src/qxrd/date_time.ts";
import { parseSidecar } from "../../../src/qxrd/sidecar.ts";
import { type RawEntry, renderSidecar } from "../../../src/qxrd/sidecar_writer.ts";
import { frameEntries, type FrameMetadata, templateEntries } from "../../../src/qxrd/simulator/metadata.ts";
import { powderGeometry } from "../../../src/qxrd/simulator/powder.ts";
import { viewSidecar } from "../../../src/qxrd/view.ts";
import { bytesOf, sample } from "../samples.ts";

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

Deno.test("templateEntries() are those of a real sidecar of 0.11.1", () => {
  const real = parseSidecar(sample("NAC_dc450").bytes).entries;
  const rowsOf = (entries: readonly RawEntry[]) => entries.map(({ section, key, raw }) => [section, key, raw]);
  assert.deepEqual(rowsOf(templateEntries()), rowsOf(real));
});

Deno.test("frameEntries() say what the frame is, and keep all other keys and their order", () => {
  const entries = frameEntries(templateEntries(), FRAME);
  assert.deepEqual(entries.map(({ key }) => key), templateEntries().map(({ key }) => key));
  const view = viewSidecar(parseSidecar(bytesOf(renderSidecar(entries, "\r\n"))));
  assert.deepEqual(view.problems, []);
  assert.deepEqual([view.width, view.height, view.imageNumber, view.phaseNumber, view.nPhases], [64, 32, 7, 1, 2]);
  assert.deepEqual(view.dateTime, localDateTime(FRAME.time));
  assert.equal(view.fileBase, "a, b-00007-001.tif");
  assert.equal(view.fileName, "T:/raw/a, b-00007-001.tif");
  assert.equal(view.exposureTime_s, 0.5);
  assert.equal(view.timeStamp_s, FRAME.time.getTime() / 1000);
  assert.equal(view.centerfinder?.energy_ev, 67_000);
});
