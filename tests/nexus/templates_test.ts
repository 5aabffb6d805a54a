import assert from "node:assert/strict";
import fc from "fast-check";
import { type Hdf5Library, openHdf5Library } from "../../ffi/hdf5/mod.ts";
import { NexusTemplates } from "../../src/nexus/tree/templates.ts";
import type { FrameFacts } from "../../src/nexus/frame/facts.ts";
import { readTree, type TreeGroup } from "../../src/nexus/tree/read_tree.ts";
import { writeNexus } from "../../src/nexus/write.ts";
import { canMount, SmallVolume } from "../ffi/hdf5/small_volume.ts";
import { TempFolder } from "../temp_folder.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { assembled, factsWith, imageBytes, layoutOfBytes, settingsWith } from "./frame.ts";
import { CAST_PREFIX } from "../../src/files/service_names.ts";

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

function statOf({ title, exposure, number, comment }: Shot, image: "embed" | "none" = "embed"): FrameFacts {
  const sidecarText =
    `[metadata]\ntitle=${title}x\nexposureTime=${exposure}\nfileIndex=${number}\nuserComment1=${comment}y\n`;
  const facts = factsWith({ sidecarText, imageName: `P-${number}.tif`, settings: settingsWith({ nexus: { image } }) });
  return { ...facts, layout: layoutOfBytes(TIFF), checksum: true };
}

interface Place {
  readonly hdf5: Hdf5Library;
  readonly folder: TempFolder;
}

const NOW = new Date("2026-03-02T12:00:00Z");

/** The delivered file's tree, through templates or from nothing. */
function treeOfFile({ hdf5, folder }: Place, facts: FrameFacts, templates?: NexusTemplates): TreeGroup {
  const head = folder.join("frame.nxs.head");
  const kept = templates === undefined ? {} : { kept: { templates, folder: folder.path } };
  const report = writeNexus(hdf5, head, folder.join("no.tif"), facts, { fsync: false, now: NOW, ...kept });
  const path = folder.join("frame.nxs");
  Deno.writeFileSync(path, assembled(report, Deno.readFileSync(head), TIFF));
  if (facts.settings.nexus.image === "embed") assert.equal(imageBytes(hdf5, path).length, 64 * 32 * 4);
  return readTree(hdf5, path, ALL);
}

Deno.test("each file that a template gives holds the same as one made from nothing, whatever changes between frames", () => {
  using folder = new TempFolder();
  using hdf5 = openHdf5Library();
  fc.assert(
    fc.property(fc.array(shot, { minLength: 2, maxLength: 12 }), fc.constantFrom("embed", "none"), (shots, image) => {
      using templates = new NexusTemplates(hdf5);
      for (const one of shots) {
        const facts = statOf(one, image);
        assert.deepEqual(treeOfFile({ hdf5, folder }, facts, templates), treeOfFile({ hdf5, folder }, facts));
      }
      assert.equal(templates.made, 1);
    }),
    { numRuns: 12 },
  );
  assert.equal(hdf5.openObjects, 0);
});

Deno.test("frames of several shapes in turn each have their template, and one shape more takes the place of the oldest", () => {
  using folder = new TempFolder();
  using hdf5 = openHdf5Library();
  using templates = new NexusTemplates(hdf5);
  const shaped = (keys: number) =>
    factsWith({
      sidecarText: `[metadata]\n${Array.from({ length: keys }, (_, key) => `key${key}=${key}\n`).join("")}`,
    });
  const write = (keys: number) => {
    const facts = { ...shaped(keys), layout: layoutOfBytes(TIFF) };
    assert.deepEqual(treeOfFile({ hdf5, folder }, facts, templates), treeOfFile({ hdf5, folder }, facts));
  };
  for (const keys of [1, 2, 3, 4, 1, 2, 3, 4]) write(keys);
  assert.equal(templates.made, 4);
  write(5);
  write(2);
  assert.equal(templates.made, 5);
  write(1);
  assert.equal(templates.made, 6);
});

Deno.test("texts that change their length a thousand times do not make the file grow without end", () => {
  using folder = new TempFolder();
  using hdf5 = openHdf5Library();
  using templates = new NexusTemplates(hdf5);
  const head = folder.join("frame.nxs.head");
  let first = 0;
  for (let round = 0; round < 1000; round++) {
    const text = "t".repeat((round * 7919) % 700);
    const facts = statOf({ title: text, exposure: round + 1, number: round, comment: text.slice(0, 90) });
    const kept = { templates, folder: folder.path };
    writeNexus(hdf5, head, folder.join("no.tif"), facts, { fsync: false, kept });
    const { size } = Deno.statSync(head);
    if (round === 0) first = size;
    assert(size < first + 80_000, `round ${round}: ${size} bytes after ${first}`);
    if (round % 400 === 399) {
      assert.deepEqual(treeOfFile({ hdf5, folder }, facts, templates), treeOfFile({ hdf5, folder }, facts));
    }
  }
  assert(templates.made <= 20, `${templates.made} templates`);
});

Deno.test("templates leave nothing behind: no object of HDF5, no file, neither in a folder that is left", () => {
  using folder = new TempFolder();
  using hdf5 = openHdf5Library();
  const facts = statOf({ title: "a", exposure: 1, number: 1, comment: "" });
  const [one, two] = [folder.join("one"), folder.join("two")];
  for (const path of [one, two]) Deno.mkdirSync(path);
  const hidden = (path: string) =>
    [...Deno.readDirSync(path)].filter(({ name }) => name.startsWith(CAST_PREFIX)).length;
  {
    using templates = new NexusTemplates(hdf5);
    const write = (path: string) =>
      writeNexus(hdf5, folder.join("a.nxs"), folder.join("no.tif"), facts, {
        fsync: true,
        kept: { templates, folder: path },
      });
    write(one);
    assert.equal(hidden(one), 1);
    write(two);
    assert.equal(hidden(one), 0);
    assert.equal(hidden(two), 1);
  }
  assert.equal(hidden(two), 0);
  assert.equal(hdf5.openObjects, 0);
});

Deno.test("where the templates' folder is gone, the file is made from nothing", () => {
  using folder = new TempFolder();
  using hdf5 = openHdf5Library();
  using templates = new NexusTemplates(hdf5);
  const facts = statOf({ title: "a", exposure: 1, number: 1, comment: "" });
  const kept = { templates, folder: folder.join("gone") };
  writeNexus(hdf5, folder.join("a.nxs"), folder.join("no.tif"), facts, { fsync: false, kept });
  assert.equal(templates.made, 0);
});

Deno.test({
  name: "a volume that fills up while a template is open is told of, and the next frame with room goes again",
  ignore: !canMount(),
  fn() {
    using volume = new SmallVolume(1024);
    using hdf5 = openHdf5Library();
    using templates = new NexusTemplates(hdf5);
    const write = (number: number) =>
      writeNexus(
        hdf5,
        volume.join("a.nxs"),
        "/no.tif",
        statOf({ title: "t".repeat(number), exposure: number, number, comment: "" }),
        { fsync: true, kept: { templates, folder: volume.path } },
      );
    write(1);
    assert.throws(() => Deno.writeFileSync(volume.join("filler"), new Uint8Array(1024 * 1024)));
    assert.throws(() => {
      for (let number = 2; number < 40; number++) write(number * 20);
    }, /No space left|reserve/);
    Deno.removeSync(volume.join("filler"));
    assert.equal(write(50).way, "splice");
  },
});
