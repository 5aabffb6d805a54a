import assert from "node:assert/strict";
import fc from "fast-check";
import { identifyFrame } from "../../src/qxrd/frame_identity.ts";
import { groupFrames, isIgnoredName, isImageName, isSidecarName, stemOf } from "../../src/qxrd/frame_name.ts";
import { replaced } from "../replaced.ts";

function partsOf(name: string) {
  return { stem: stemOf(name), ...identifyFrame(name, { view: null }) };
}

Deno.test("a name alone gives counters, phases, kinds and both forms of QXRD's collision counter", () => {
  const plain = { phase: null, kind: "processed", collision: null } as const;
  assert.deepEqual(partsOf("P-00001.tif"), { ...plain, stem: "P-00001", base: "P", counter: 1, series: "P" });
  const cases: [string, Partial<ReturnType<typeof partsOf>>][] = [
    ["P-00012-003.tif", { base: "P", counter: 12, phase: 3 }],
    ["P-00012-003.raw.tif", { base: "P", counter: 12, phase: 3, kind: "raw" }],
    ["P-00001.dark.tif", { base: "P", counter: 1, kind: "dark", collision: null, stem: "P-00001.dark" }],
    ["P-00001-00002.dark.tif", { base: "P", counter: 1, kind: "dark", collision: 2 }],
    ["P-00001.dark-00002.tif", { base: "P", counter: 1, kind: "dark", collision: 2 }],
    ["P-00001.raw-00002.tif", { base: "P", counter: 1, kind: "raw", collision: 2 }],
    ["P-00001-00002.tif", { base: "P", counter: 1, kind: "processed", collision: 2 }],
    ["P-00001-003-00002.tif", { base: "P", counter: 1, phase: 3, collision: 2 }],
    ["P-01-00001.tif", { base: "P-01", counter: 1, phase: null }],
    ["CeO2_09_11_2017_off-00002.dark.tif", { base: "CeO2_09_11_2017_off", counter: 2, kind: "dark" }],
    ["LaB6_huber_0.3mm_d300-00000.tif", { base: "LaB6_huber_0.3mm_d300", counter: 0 }],
    ["T-300-00001.tif", { base: "T-300", counter: 1, collision: null }],
    ["S-20171109-00004.tif", { base: "S-20171109", counter: 4, collision: null }],
    ["AzoDye_TR11_mask.tif", { base: "AzoDye_TR11_mask", counter: null }],
    ["P-00001.tif.bz2", { stem: "P-00001", counter: 1 }],
    ["P-00001.TIFF", { stem: "P-00001", counter: 1 }],
    ["no image", { stem: "no image", base: "no image", counter: null }],
    [".tif", { stem: "", base: "", counter: null }],
  ];
  for (const [name, expected] of cases) {
    const found = partsOf(name);
    for (const [part, value] of Object.entries(expected)) {
      assert.equal(found[part as keyof typeof found], value, `${part} of ${name}`);
    }
  }
});

Deno.test("isImageName(), isSidecarName() and isIgnoredName() know QXRD's names, in any case", () => {
  for (const name of ["a.tif", "a.TIF", "a.tiff", "a.tif.bz2", "a.tif.gz", "a.dark-00001.tif"]) {
    assert.ok(isImageName(name), name);
  }
  for (const name of ["a.tif.metadata", "a.tif.overflow", "a.txt", "a.tif.part", "tif", "a.tifx"]) {
    assert.ok(!isImageName(name), name);
  }
  assert.ok(isSidecarName("a.tif.metadata") && isSidecarName("A.TIF.METADATA"));
  assert.ok(!isSidecarName(".metadata") && !isSidecarName("a.tif.metadata.lock"));
  for (const name of ["a.tif.metadata.lock", "a.tif.metadata.AbCdEf", "x.LOCK"]) assert.ok(isIgnoredName(name), name);
  for (const name of ["a.tif.metadata", "a.tif.metadata.abcde", "a.tif.overflow", "a.tif.AbCdEf", "lock"]) {
    assert.ok(!isIgnoredName(name), name);
  }
});

Deno.test("groupFrames() puts each file to its image and leaves the rest as strays", () => {
  const { frames, strays } = groupFrames([
    "P-00001.tif.metadata",
    "P-00001.tif",
    "P-00001.tif.overflow",
    "P-00001.txt",
    "P-00001.avg",
    "P-00001.dark.tif",
    "P-00001.dark.tif.metadata",
    "P-00001.tif.metadata.AbCdEf",
    "P-00001.tif.metadata.lock",
    "P-00001.tif.notes.txt",
    "P-00002.tif.metadata",
    "P-00003.txt",
    "readme.md",
  ], { caseInsensitive: false });
  assert.deepEqual(frames, [
    {
      image: "P-00001.tif",
      sidecar: "P-00001.tif.metadata",
      others: ["P-00001.tif.overflow", "P-00001.txt", "P-00001.avg", "P-00001.tif.notes.txt"],
    },
    { image: "P-00001.dark.tif", sidecar: "P-00001.dark.tif.metadata", others: [] },
  ]);
  assert.deepEqual(strays, ["P-00002.tif.metadata", "P-00003.txt", "readme.md"]);
});

Deno.test("groupFrames() gives a packed image its own sidecar, and not that of the plain one", () => {
  const names = ["X-00001.tif", "X-00001.tif.metadata", "X-00001.tif.bz2", "X-00001.tif.bz2.metadata"];
  assert.deepEqual(groupFrames(names, { caseInsensitive: false }).frames, [
    { image: "X-00001.tif", sidecar: "X-00001.tif.metadata", others: [] },
    { image: "X-00001.tif.bz2", sidecar: "X-00001.tif.bz2.metadata", others: [] },
  ]);
});

Deno.test("groupFrames() takes names that differ in case for the same where it is asked to", () => {
  const names = ["P-00001.TIF", "p-00001.tif.metadata", "P-00001.Txt"];
  assert.deepEqual(groupFrames(names, { caseInsensitive: true }), {
    frames: [{ image: "P-00001.TIF", sidecar: "p-00001.tif.metadata", others: ["P-00001.Txt"] }],
    strays: [],
  });
  assert.deepEqual(groupFrames(names, { caseInsensitive: false }).frames[0], {
    image: "P-00001.TIF",
    sidecar: null,
    others: ["P-00001.Txt"],
  });
});

// A share of Linux seen from Windows. Fails without `second`: P.tif then took p.tif's sidecar with it.
Deno.test("groupFrames() takes of two images that differ in case the first with what is its own; the other comes later", () => {
  const names = ["P.TIF", "P.TIF.metadata", "p.tif", "p.tif.metadata", "p.txt"];
  const { frames, strays } = groupFrames(names, { caseInsensitive: true });
  assert.deepEqual(frames, [{ image: "P.TIF", sidecar: "P.TIF.metadata", others: [] }]);
  assert.deepEqual(strays, ["p.tif", "p.tif.metadata", "p.txt"]);
  assert.deepEqual(groupFrames(strays, { caseInsensitive: true }).frames, [
    { image: "p.tif", sidecar: "p.tif.metadata", others: ["p.txt"] },
  ]);
  assert.equal(groupFrames(names, { caseInsensitive: false }).frames.length, 2);
});

Deno.test("groupFrames() loses no name and gives none twice", () => {
  const part = fc.constantFrom(
    "P",
    "p",
    "-00001",
    ".tif",
    ".TIF",
    ".metadata",
    ".dark",
    ".txt",
    ".bz2",
    ".",
    "overflow",
  );
  const names = fc.uniqueArray(fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")));
  fc.assert(fc.property(names, fc.boolean(), (all, caseInsensitive) => {
    const { frames, strays } = groupFrames(all, { caseInsensitive });
    const given = [
      ...frames.flatMap(({ image, sidecar, others }) => [image, ...others, ...sidecar === null ? [] : [sidecar]]),
      ...strays,
    ];
    assert.deepEqual(given.sort(), all.filter((name) => !isIgnoredName(name)).sort());
  }));
});

Deno.test("groupFrames() takes the same number of look-ups for each name, however many there are", () => {
  const perName = [10_000, 100_000].map((count) => {
    const names: string[] = [];
    for (let index = 0; index < count / 4; index++) {
      const image = `sample.with.dots_0.3mm-${String(index).padStart(5, "0")}.tif`;
      names.push(image, `${image}.metadata`, `${image}.overflow`, `stray-${index}.dat`);
    }
    let lookUps = 0;
    const counted = <Found>(real: (key: unknown) => Found) =>
      function (this: Map<unknown, unknown>, key: unknown) {
        lookUps++;
        return real.call(this, key);
      };
    using _get = replaced(Map.prototype, "get", counted);
    using _has = replaced(Map.prototype, "has", counted);
    assert.equal(groupFrames(names, { caseInsensitive: true }).frames.length, count / 4);
    return lookUps / count;
  });
  assert.ok(perName[0]! < 10 && perName[1]! <= perName[0]!, String(perName));
});
