import assert from "node:assert/strict";
import fc from "fast-check";
import type { Hdf5Library } from "../../ffi/hdf5/mod.ts";
import { differenceOf } from "../../src/nexus/tree/difference.ts";
import { lookup3 } from "../../src/nexus/tree/lookup3.ts";
import { shapeOf, withValues } from "../../src/nexus/tree/shape.ts";
import { NexusTemplate } from "../../src/nexus/tree/template.ts";
import { NexusTemplates } from "../../src/nexus/tree/templates.ts";
import { type Attributes, field, group, type NexusGroup } from "../../src/nexus/tree/tree.ts";
import { writeTree } from "../../src/nexus/tree/write_tree.ts";
import type { FrameFacts } from "../../src/nexus/frame/facts.ts";
import { readTree, type TreeGroup } from "../../src/nexus/tree/read_tree.ts";
import { writeNexus } from "../../src/nexus/write.ts";
import { hdf5Test, volumeTest } from "../ffi/hdf5/hdf5_test_case.ts";
import type { TempFolder } from "../temp_folder.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { exposureValues, manyReadings } from "./exposure_values.ts";
import { factsWith, imageBytes, layoutOfBytes, putTogether, settingsWith, treeOf } from "./frame.ts";

const TIFF = makeTiff({ width: 64, height: 32, bits: 32, format: 3 });
const ALL = { textMax: 1e9, elementsMax: 1e6 };

interface Shot {
  readonly title: string;
  readonly exposure: number;
  readonly number: number;
  readonly comment: string;
}

/** A text without what a sidecar would escape. */
const word = fc.stringMatching(/^[A-Za-z0-9 ]{0,300}$/);
const shot: fc.Arbitrary<Shot> = fc.record({
  title: word,
  exposure: fc.double({ min: 0.01, max: 1000, noNaN: true }),
  number: fc.integer({ min: 0, max: 99_999 }),
  comment: word,
});

function factsOf({ title, exposure, number, comment }: Shot, image: "embed" | "none" = "embed"): FrameFacts {
  const sidecarText =
    `[metadata]\ntitle=${title}x\nexposureTime=${exposure}\nfileIndex=${number}\nuserComment1=${comment}y\n`;
  const facts = factsWith({ sidecarText, imageName: `P-${number}.tif`, settings: settingsWith({ nexus: { image } }) });
  return { ...facts, layout: layoutOfBytes(TIFF), checksum: true };
}

const NOW = new Date("2026-03-02T12:00:00Z");

/** Fails the test if anything is logged. */
function quiet(hdf5: Hdf5Library): NexusTemplates {
  return new NexusTemplates(hdf5, (line) => assert.fail(line));
}

interface Place {
  readonly hdf5: Hdf5Library;
  readonly folder: TempFolder;
  readonly templates: NexusTemplates;
}

function templatesTest(name: string, run: (place: Place) => void): void {
  hdf5Test(name, (hdf5, folder) => run({ hdf5, folder, templates: quiet(hdf5) }));
}

/** The delivered file's tree, through templates or from nothing. */
function treeOfFile({ hdf5, folder }: Place, facts: FrameFacts, templates?: NexusTemplates): TreeGroup {
  const head = folder.join("frame.nxs.head");
  const by = templates === undefined ? {} : { templates };
  const report = writeNexus(hdf5, head, folder.join("no.tif"), facts, { fsync: false, now: NOW, ...by });
  const path = folder.join("frame.nxs");
  const image = folder.join("image.tif");
  Deno.writeFileSync(image, TIFF);
  putTogether(path, report, { head, image });
  if (facts.settings.nexus.image === "embed") assert.equal(imageBytes(hdf5, path).length, 64 * 32 * 4);
  return readTree(hdf5, path, ALL);
}

function assertSame(place: Place, facts: FrameFacts): void {
  assert.deepEqual(treeOfFile(place, facts, place.templates), treeOfFile(place, facts));
}

hdf5Test("a template's file holds the same as one made from nothing, whatever changes", (hdf5, folder) => {
  fc.assert(
    fc.property(fc.array(shot, { minLength: 2, maxLength: 12 }), fc.constantFrom("embed", "none"), (shots, image) => {
      const templates = quiet(hdf5);
      for (const one of shots) {
        const facts = factsOf(one, image);
        assertSame({ hdf5, folder, templates }, facts);
      }
      assert.equal(templates.filled, shots.length - 1);
    }),
    { numRuns: 12 },
  );
});

const PADDING = "\x01";

hdf5Test("a filled template is byte for byte HDF5's, where its texts are as long as their places", (hdf5, folder) => {
  const path = folder.join("a.h5");
  const shapeOfShot = (one: Shot) => {
    const tree = treeOf(factsOf(one));
    return { tree, shape: shapeOf(tree)! };
  };
  const first = shapeOfShot({ title: "t", exposure: 1, number: 1, comment: "c" });
  const places = new Map(first.shape.values.map((value, index) => [index, typeof value === "string" ? 700 : 0]));
  const template = new NexusTemplate(hdf5, path, { tree: first.tree, values: first.shape.values, places });
  fc.assert(
    fc.property(shot, (one) => {
      const { tree, shape } = shapeOfShot(one);
      const { splice } = template.fill(shape.values, shape.tiffOffset);
      const padded = withValues(
        tree,
        (value, index) =>
          typeof value === "string"
            ? value + PADDING.repeat(places.get(index)! - new TextEncoder().encode(value).length)
            : value,
      );
      const written = writeTree(hdf5, path, padded);
      assert.deepEqual(splice, written.splice);
      const bytes = Deno.readFileSync(path);
      const { at, byteCount } = splice!;
      const head = [...bytes.subarray(0, at), ...bytes.subarray(at + byteCount)];
      assert.equal(template.bytes.length, head.length);
      const other = head.findIndex((byte, index) =>
        byte !== template.bytes[index] && !(byte === PADDING.charCodeAt(0) && template.bytes[index] === 0)
      );
      assert.equal(other, -1, `byte ${other} differs`);
    }),
    { numRuns: 25 },
  );
});

function shaped(keys: number): FrameFacts {
  const lines = Array.from({ length: keys }, (_, key) => `key${key}=${key}\n`).join("");
  return { ...factsWith({ sidecarText: `[metadata]\n${lines}` }), layout: layoutOfBytes(TIFF) };
}

templatesTest("eight kinds of frames in turn each have their template; kinds that come once cost none", (place) => {
  const write = (keys: number) => {
    const facts = shaped(keys);
    assertSame(place, facts);
  };
  const kinds = [1, 2, 3, 4, 5, 6, 7, 8];
  for (const keys of [...kinds, ...kinds]) write(keys);
  assert.equal(place.templates.made, 8);
  for (let keys = 20; keys < 40; keys++) write(keys);
  for (const keys of kinds) write(keys);
  assert.deepEqual([place.templates.made, place.templates.filled], [8, 16]);
  for (const keys of [9, 9]) write(keys);
  assert.equal(place.templates.made, 9, "the ninth kind takes the place of the one used longest ago");
  for (const keys of [1, 1]) write(keys);
  assert.equal(place.templates.made, 10);
});

templatesTest("texts of a thousand lengths neither make the file grow nor the template anew each time", (place) => {
  const head = place.folder.join("frame.nxs.head");
  for (let round = 0; round < 1000; round++) {
    const text = "t".repeat((round * 7919) % 700);
    const facts = factsOf({ title: text, exposure: round + 1, number: round, comment: text.slice(0, 90) });
    writeNexus(place.hdf5, head, place.folder.join("no.tif"), facts, { fsync: false, templates: place.templates });
    const { size } = Deno.statSync(head);
    assert(size < 40_000, `round ${round}: ${size} bytes`);
    if (round % 400 === 399) {
      assertSame(place, facts);
    }
  }
  assert(place.templates.made <= 12, `${place.templates.made} templates`);
});

templatesTest("templates leave nothing behind: no object of HDF5, no file", ({ hdf5, folder, templates }) => {
  for (let number = 1; number < 5; number++) {
    const facts = factsOf({ title: "a", exposure: number, number, comment: "" });
    writeNexus(hdf5, folder.join("a.nxs"), folder.join("no.tif"), facts, { fsync: true, templates });
    assert.deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["a.nxs"]);
  }
  assert.equal(templates.filled, 3);
});

templatesTest("a text with a NUL is HDF5's to refuse, and the next frame has its template", (place) => {
  const tree = (text: string) => group("/", "NXroot", { children: [field("text", text)] });
  const write = (text: string) => place.templates.write(tree(text), place.folder.join("a.h5"));
  assert.equal(write("one"), null);
  assert.notEqual(write("two"), null);
  assert.equal(write("a\0b"), null);
  assert.notEqual(write("three"), null);
});

templatesTest("lists of texts are a part of the kind; the smallest numbers have places", (place) => {
  const tree = (small: number, texts: string[], number: number) =>
    group("/", "NXroot", {
      children: [
        field("small", Int8Array.of(small)),
        field("three", Uint8Array.of(small, 0, number)),
        field("short", Int16Array.of(small * 200), { attributes: { flag: Uint8Array.of(number) } }),
        field("texts", texts),
        field("number", number),
      ],
    });
  const path = place.folder.join("a.h5");
  const write = (...of: Parameters<typeof tree>) => {
    const written = place.templates.write(tree(...of), path);
    return written !== null && differenceOf(place.hdf5, path, { tree: tree(...of), written }) === null;
  };
  assert.deepEqual([write(1, ["a"], 1), write(1, ["a"], 2), write(1, ["a"], -0)], [false, true, true]);
  assert.deepEqual([write(2, ["a"], 2), write(-2, ["a"], NaN)], [true, true]);
  assert.deepEqual([write(2, ["b"], 2), write(2, ["b"], Infinity), write(1, ["a"], 7)], [false, true, true]);
  assert.deepEqual([place.templates.made, place.templates.filled], [2, 6]);
});

templatesTest("200 values over the exposure are filled in from the second frame on, whichever change", (place) => {
  for (let number = 0; number < 12; number++) {
    const facts = { ...factsOf({ title: "t", exposure: 1, number, comment: "c" }), parameters: exposureValues(number) };
    const tree = treeOfFile(place, facts, place.templates);
    if (number % 5 === 1) assert.deepEqual(tree, treeOfFile(place, facts));
  }
  assert.deepEqual([place.templates.made, place.templates.filled], [1, 11]);
});

templatesTest("values that are read another number of times in each frame have one template, which grows", (place) => {
  const counts = (index: number, frame: number) => (index * 7 + frame * 5) % (frame < 12 ? 4 : 12);
  for (let number = 0; number < 20; number++) {
    const parameters = manyReadings(number, counts).slice(0, 60);
    const facts = { ...factsOf({ title: "t", exposure: 30, number, comment: "c" }), parameters };
    const tree = treeOfFile(place, facts, place.templates);
    if (number % 9 === 1) assert.deepEqual(tree, treeOfFile(place, facts));
  }
  assert.equal(place.templates.filled, 19);
  assert.ok(place.templates.made <= 4, `${place.templates.made} templates`);
});

templatesTest("arrays of any length stand in a template as HDF5 writes them, in each type, compact or not", (place) => {
  const path = place.folder.join("a.h5");
  const types = [Float64Array, Int8Array, Int32Array, Uint16Array, BigInt64Array, Float32Array];
  const treeWith = (lengths: readonly number[]) =>
    group("/", "NXroot", {
      children: types.map((type, index) => {
        const array = new type(lengths[index]!);
        for (let at = 0; at < array.length; at++) array[at] = (type === BigInt64Array ? BigInt(at) : at) as never;
        const attributes = Object.fromEntries(
          Array.from({ length: 12 }, (_, at) => [`a${at}`, "a text of some length"]),
        );
        return field(`array_${index}`, array, { varies: true, attributes });
      }),
    });
  const lengths = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: types.length, maxLength: types.length });
  let written = 0;
  fc.assert(
    fc.property(lengths, (lengths) => {
      const tree = treeWith(lengths);
      const made = place.templates.write(tree, path);
      if (made === null) return void assert.equal(written++, 0, "only the first is HDF5's");
      assert.equal(differenceOf(place.hdf5, path, { tree, written: made }), null);
    }),
    { numRuns: 60 },
  );
  // By the order of the lengths: four in most runs, six in one of twenty.
  assert.ok(place.templates.made <= 15, `${place.templates.made} templates`);
  // Longer than is worth a place.
  assert.equal(place.templates.write(treeWith([5000, 1, 1, 1, 1, 1]), path), null);
  assert.notEqual(place.templates.write(treeWith([5, 1, 1, 1, 1, 1]), path), null);
});

hdf5Test("a file that is not its frame's is said once, and HDF5 writes it and all that follow", (hdf5, folder) => {
  const other = folder.join("other.h5");
  writeTree(hdf5, other, group("/", "NXroot", { children: [] }));
  const lines: string[] = [];
  // Whatever is read back, it finds another file.
  const lying = new Proxy(hdf5, {
    get: (target, name) => {
      if (name === "openFile") return () => target.openFile(other);
      const value = target[name as keyof Hdf5Library];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const templates = new NexusTemplates(lying, (line) => lines.push(line));
  for (let number = 1; number < 6; number++) {
    const facts = factsOf({ title: "a", exposure: number, number, comment: "" });
    assertSame({ hdf5, folder, templates }, facts);
  }
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /differs from its frame at @\n?.*HDF5 writes all NeXus files/);
  assert.deepEqual([templates.made, templates.filled], [1, 0]);
});

const SOME = field("value", 1, { units: "mm" });

/** Each differs from the tree with SOME in its group in one thing, which is found under this path. */
const OTHERS: Readonly<Record<string, (attributes: Attributes) => NexusGroup>> = {
  "/g/value": (attributes) => group("g", "NXcollection", { attributes, children: [{ ...SOME, value: 2 }] }),
  "/g/": (attributes) => group("g", "NXcollection", { attributes, children: [SOME, field("more", 1)] }),
  "/g/other": (attributes) => group("g", "NXcollection", { attributes, children: [{ ...SOME, name: "other" }] }),
  "/g/value@": (attributes) => group("g", "NXcollection", { attributes, children: [field("value", 1)] }),
  "/g/value@units": (attributes) =>
    group("g", "NXcollection", { attributes, children: [field("value", 1, { units: "cm" })] }),
  "/g@NX_class": (attributes) => group("g", "NXdata", { attributes, children: [SOME] }),
  "/g@names": () => group("g", "NXcollection", { attributes: { names: ["a", "c"] }, children: [SOME] }),
  "/g@": () => group("g", "NXcollection", { children: [SOME] }),
};

hdf5Test("what is read back is compared in every value, attribute, type, shape and member", (hdf5, folder) => {
  const path = folder.join("a.h5");
  const attributes = { names: ["a", "b"] };
  const right = group("g", "NXcollection", { attributes, children: [SOME] });
  const root = (of: NexusGroup) => group("/", "NXroot", { children: [of] });
  const written = writeTree(hdf5, path, root(right));
  assert.equal(differenceOf(hdf5, path, { tree: root(right), written }), null);
  for (const [at, other] of Object.entries(OTHERS)) {
    assert.equal(differenceOf(hdf5, path, { tree: root(other(attributes)), written }), at);
  }
  for (const value of ["1", Float64Array.of(1), { integer: 1 }, Int32Array.of(1)]) {
    const tree = root({ ...right, children: [{ ...SOME, value }] });
    assert.equal(differenceOf(hdf5, path, { tree, written }), "/g/value", String(value));
  }
  Deno.truncateSync(path, 100);
  assert.match(differenceOf(hdf5, path, { tree: root(right), written })!, /HDF5 cannot read/);
});

// The first two are those of lookup3.c itself (driver5).
Deno.test("lookup3 gives the checksums of its author", () => {
  const sum = (text: string) => {
    const bytes = new TextEncoder().encode(text);
    return lookup3(new DataView(bytes.buffer), 0, bytes.length);
  };
  assert.equal(sum(""), 0xdeadbeef);
  assert.equal(sum("Four score and seven years ago"), 0x17770551);
});

volumeTest("a volume that fills up between frames is reported, and with room all goes on", 1024, (hdf5, volume) => {
  const templates = quiet(hdf5);
  const write = (number: number) =>
    writeNexus(
      hdf5,
      volume.join("a.nxs"),
      "/no.tif",
      factsOf({ title: "t".repeat(number), exposure: number, number, comment: "" }),
      { fsync: true, templates },
    );
  for (const number of [1, 2, 3]) write(number);
  assert.throws(() => Deno.writeFileSync(volume.join("filler"), new Uint8Array(1024 * 1024)));
  assert.throws(() => {
    for (let number = 4; number < 40; number++) write(number * 20);
  }, /No space left|reserve/);
  Deno.removeSync(volume.join("filler"));
  assert.equal(write(50).way, "splice");
});
