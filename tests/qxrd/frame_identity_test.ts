import assert from "node:assert/strict";
import fc from "fast-check";
import { identifyFrame, type SidecarHints } from "../../src/qxrd/frame_identity.ts";
import { stemOf } from "../../src/qxrd/frame_name.ts";
import { viewSidecar } from "../../src/qxrd/view.ts";
import { parseSidecar } from "../../src/qxrd/sidecar.ts";
import { SAMPLES } from "./samples.ts";

interface Taken {
  readonly base: string;
  readonly counter: number;
  readonly phase: number | null;
  readonly collision: number | null;
  readonly kind: "processed" | "raw" | "dark";
}

/** QxrdAcquisition::getFileBaseAndName and QxrdFileSaver::uniqueFileName: the name before and after it was taken. */
function namesOfQxrd(
  frame: Taken,
  how: { digits: number; phaseDigits: number; early: boolean },
): { original: string; saved: string } {
  const filled = (number: number, width: number) => String(number).padStart(width, "0");
  const phase = frame.phase === null ? "" : `-${filled(frame.phase, how.phaseDigits)}`;
  const name = `${frame.base}-${filled(frame.counter, how.digits)}${phase}`;
  const original = `${name}${frame.kind === "dark" ? ".dark" : ""}.tif`;
  const saved = `${name}${frame.kind === "processed" ? "" : `.${frame.kind}`}.tif`;
  if (frame.collision === null) return { original, saved };
  const dot = how.early ? saved.indexOf(".") : saved.lastIndexOf(".");
  return { original, saved: `${saved.slice(0, dot)}-${filled(frame.collision, 5)}${saved.slice(dot)}` };
}

const base = fc.array(
  fc.constantFrom("Fe", "1200", "-", "0001", "_", "20240504", "0.3mm", "Größe", " ", "00012", "T", ".5", "-01"),
  { minLength: 1, maxLength: 6 },
).map((parts) => parts.join("")).filter((text) => !/\.(raw|dark)/.test(text));
const frames = fc.record({
  base,
  counter: fc.oneof(fc.nat(20), fc.nat(99_999)),
  phase: fc.oneof(fc.constant(null), fc.nat(12)),
  collision: fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 99 })),
  kind: fc.constantFrom("processed" as const, "raw" as const, "dark" as const),
}).map((frame) => frame.kind === "dark" ? { ...frame, phase: null } : frame);
const ways = fc.record({ digits: fc.integer({ min: 1, max: 6 }), phaseDigits: fc.constant(3), early: fc.boolean() });

function hintsOf(frame: Taken, original: string): SidecarHints {
  if (frame.kind === "dark") {
    return { fileBase: original, title: original, imageNumber: -1, phaseNumber: -1, nPhases: 0 };
  }
  return {
    fileBase: original,
    title: original,
    imageNumber: frame.counter,
    imageSequenceNumber: 1890,
    phaseNumber: frame.phase ?? 0,
    nPhases: frame.phase === null ? 1 : 13,
  };
}

function check(name: string, hints: SidecarHints | null, frame: Taken): void {
  const { series, ...found } = identifyFrame(name, { view: hints });
  assert.deepEqual(found, { ...frame }, `${name} ${JSON.stringify(hints)}`);
  assert.equal(series, frame.kind === "dark" ? null : `${frame.base}${frame.kind === "raw" ? ".raw" : ""}`);
}

Deno.test("with QXRD's sidecar each name that QXRD 0.8 to 0.11.17 can make is known, whatever stands in its base", () => {
  fc.assert(
    fc.property(frames, ways, (frame, how) => {
      const { original, saved } = namesOfQxrd(frame, how);
      check(saved, hintsOf(frame, original), frame);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("without a name in the sidecar its numbers decide, where the counter is not 0", () => {
  const plain = frames.filter(({ counter, kind, collision }) => counter > 0 && kind !== "dark" && collision === null);
  fc.assert(fc.property(plain, ways, (frame, how) => {
    const { original, saved } = namesOfQxrd(frame, how);
    const { fileBase: _base, title: _title, ...numbers } = hintsOf(frame, original);
    // One number twice at the end: nothing distinguishes the counter of a taken name from the counter.
    const twice = new RegExp(`-0*${frame.counter}$`).test(frame.base);
    if (!twice) check(saved, numbers, frame);
  }));
});

Deno.test("a counter of a taken name is known by the name that is there", () => {
  fc.assert(fc.property(frames, ways, (frame, how) => {
    if (frame.collision === null || frame.phase !== null) return;
    const { saved } = namesOfQxrd(frame, { ...how, digits: 5, early: false });
    const { saved: first } = namesOfQxrd({ ...frame, collision: null }, { ...how, digits: 5 });
    const found = identifyFrame(saved, { view: null, isThere: (stem) => `${stem}.tif` === first });
    assert.deepEqual([found.base, found.counter, found.collision], [frame.base, frame.counter, frame.collision], saved);
  }));
});

Deno.test("QXRD's samples: early ones count in the name only, renamed ones go by their names", () => {
  const view = (text: string) => viewSidecar(parseSidecar(new TextEncoder().encode(text)));
  for (const { imageName, bytes } of SAMPLES) {
    const { base, counter, collision } = identifyFrame(imageName, { view: viewSidecar(parseSidecar(bytes)) });
    const expected = /^(.*)-(\d{5})(?:\.dark)?\.tif$/.exec(imageName);
    if (expected === null) assert.deepEqual([base, counter], ["AzoDye_TR11_mask", null]);
    else assert.deepEqual([base, counter, collision], [expected[1], Number(expected[2]), null], imageName);
  }
  const early = view("[metadata]\ntitle=alumina14_30-00105.tif\nimageNumber=0\n");
  assert.deepEqual(identifyFrame("alumina14_30-00105-00001.tif", { view: early }), {
    base: "alumina14_30",
    counter: 105,
    phase: null,
    collision: 1,
    kind: "processed",
    series: "alumina14_30",
  });
  const renamed = view(
    "[metadata]\nfileBase=17_NAC_d300-00000.tif\ntitle=17_NAC_d300-00000.tif\nimageNumber=0\nphaseNumber=0\nnPhases=1\n",
  );
  const { base, counter, collision } = identifyFrame("17_NAC_d600-00001.tif", { view: renamed });
  assert.deepEqual([base, counter, collision], ["17_NAC_d600", 1, null]);
});

Deno.test("names of QXRD 0.13: the base stands in the sidecar, the counter is imageSequenceNumber", () => {
  const hints = { fileBase: "Fe_1200", imageSequenceNumber: 7, imageNumber: 0, phaseNumber: 2, nPhases: 4 };
  for (const name of ["Fe_1200_00007_002.tif", "Fe_1200_002_00007.raw.tif", "Fe_1200_00007_01_002.tif"]) {
    const { base, counter, phase } = identifyFrame(name, { view: hints });
    assert.deepEqual([base, counter, phase], ["Fe_1200", 7, 2], name);
  }
  assert.equal(identifyFrame("Fe_1200_00007.tif", { view: { ...hints, nPhases: 1 } }).phase, null);
});

Deno.test("any name with any hints gives something", () => {
  const hints = fc.record({
    fileBase: fc.oneof(fc.string(), fc.constant("P-1-2.tif")),
    title: fc.string(),
    imageNumber: fc.integer(),
    phaseNumber: fc.integer(),
    nPhases: fc.integer(),
    imageSequenceNumber: fc.integer(),
  }, { requiredKeys: [] });
  const name = fc.oneof(fc.string(), fc.string().map((text) => `${text}-1-2.tif`));
  fc.assert(fc.property(name, hints, fc.boolean(), (name, view, there) => {
    const { base, counter } = identifyFrame(name, { view, isThere: () => there });
    assert.ok(typeof base === "string" && (counter === null || counter >= 0));
    assert.ok(name.startsWith(stemOf(name)));
  }));
});
