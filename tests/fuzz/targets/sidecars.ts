/** Sidecars: parsing, every value, the typed view, the tags, and of some the NeXus file that HDF5 writes. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { openHdf5Library } from "../../../ffi/hdf5/mod.ts";
import { defaultSettings } from "../../../src/config/settings.ts";
import { tagsOf } from "../../../src/frames/merge/frame_tags.ts";
import { buildTree } from "../../../src/nexus/frame/build.ts";
import { planImage } from "../../../src/nexus/frame/plan_image.ts";
import { writeNexus } from "../../../src/nexus/write.ts";
import { parseSidecar, type Sidecar } from "../../../src/qxrd/sidecar.ts";
import { SidecarError } from "../../../src/qxrd/sidecar_error.ts";
import { viewSidecar } from "../../../src/qxrd/view.ts";
import { fromAscii, toAscii } from "../../../src/tiff/tags/ascii_text.ts";
import { privateTags } from "../../../src/tiff/tags/tag_table.ts";
import type { Random } from "../../faults/random.ts";
import { factsWith } from "../../nexus/frame.ts";
import { SAMPLES } from "../../qxrd/samples.ts";
import { TempFolder } from "../../temp_folder.ts";
import { makeTiff } from "../../tiff/make_tiff.ts";
import { chance, encode, mutateBytes, mutateText, pick, type TextDialect } from "../mutate.ts";
import type { Checker, Target } from "../target.ts";

const TEXTS = SAMPLES.map(({ bytes }) => new TextDecoder().decode(bytes));
/**
 * Small ones mostly: a change in 600 bytes is seldom missed, and a million cases have to come to an end. The sample of
 * 387 kB goes in only by its lines.
 */
const BASES = [
  { share: 0.85, texts: TEXTS.filter(({ length }) => length < 1000) },
  { share: 0.13, texts: TEXTS.filter(({ length }) => length >= 1000 && length < 10_000) },
  { share: 0.02, texts: TEXTS.filter(({ length }) => length >= 10_000 && length < 100_000) },
];
/** Its long lines cut down: what they are made of matters, and one of 42,000 characters has it all. */
const LINES = TEXTS.flatMap((text) => text.split(/\r?\n/)).filter((_, index) => index % 7 === 0)
  .map((line) => line.slice(0, 400));
const DIALECT: TextDialect = {
  pieces: [
    ...["[", "]", "=", '"', "\\", "\n", "\r\n", "\r", ";", ",", "\0", " ", "\t", "%", "%U", "%2", "\\x", "\\1\\", "/"],
    ...["@Variant(", "@DateTime(", "@ByteArray(", "@Invalid()", "@String(", "@", ")", "\\size=", "[metadata]\n"],
    ...[
      "[General]\n",
      "\\0\\0\\0\\x7f\\0\\0\\0\\xf",
      "QcepDoubleList\\0",
      "\ufeff",
      "µ",
      "\u{1f480}",
      "\ud800",
      "e",
      "-",
    ],
  ],
  lines: LINES,
};
/** One in so many is as long as the largest that QXRD writes. */
const LARGE_EVERY = 5000;
const LARGE_BYTES = 2_500_000;
const LARGE = ["k=1\n", "[s]\n", "p\\1\\x=1\n", "a,", "\\x41", '"a"', "%41", "\\\n", ";x\n", "µ", "\u{1f480}"];

function make(random: Random): Uint8Array {
  if (chance(random, 1 / LARGE_EVERY)) return large(random);
  return mutateBytes(encode(mutateText(base(random), DIALECT, random)), random);
}

function base(random: Random): string {
  let share = random.share();
  for (const { share: own, texts } of BASES) if ((share -= own) < 0) return pick(random, texts);
  return "";
}

/** Many short lines, or few long ones. */
function large(random: Random): Uint8Array {
  const piece = pick(random, [...LARGE, pick(random, LINES)]);
  const start = pick(random, ["", "[metadata]\n", "[metadata]\nuserComment1=", 'userComment1="']);
  return encode(start + piece.repeat(Math.ceil(LARGE_BYTES / (piece.length + 1))));
}

/** What costs much more than the parsing is done for one in so many: all comparisons, and a NeXus file of 3 ms. */
const CLOSELY_EVERY = 20;
/** Characters: pewatch itself goes that way and back only where a person asks for the tags. */
const ROUND_TRIP_MAX = 100_000;
const NEXUS_EVERY = 500;

class SidecarChecker implements Checker {
  readonly #folder = new TempFolder();
  readonly #hdf5 = openHdf5Library();
  readonly #settings = defaultSettings("/base");
  readonly #image = this.#folder.join("P-00001.tif");
  /** Of this image. */
  readonly #facts = factsWith({ settings: this.#settings, checksum: true });

  constructor() {
    Deno.writeFileSync(this.#image, makeTiff());
  }

  check(input: Uint8Array): string {
    let sidecar: Sidecar;
    try {
      sidecar = parseSidecar(input);
    } catch (error) {
      checkError(error, input);
      return "refused";
    }
    checkEntries(sidecar);
    const view = viewSidecar(sidecar);
    for (const problem of view.problems) {
      assert.ok(problem.line >= 1 && (problem.key === "" || problem.text.startsWith("Cannot ")));
    }
    this.#checkTags(sidecar);
    const number = crc32(input);
    if (number % CLOSELY_EVERY === 0) {
      const again = parseSidecar(input);
      assert.deepEqual(again.entries, sidecar.entries);
      assert.deepEqual(viewSidecar(again), view);
      this.#checkNexus(sidecar, { view, isWritten: number % NEXUS_EVERY === 0 });
    }
    return view.problems.length > 0 ? "read, with problems" : "read";
  }

  #checkTags(sidecar: Sidecar): void {
    const tags = tagsOf(sidecar, this.#settings);
    // A lone half of a surrogate pair cannot come from bytes, so each text comes back as it was.
    if (sidecar.text.length < ROUND_TRIP_MAX) assert.equal(fromAscii(toAscii(sidecar.text)), sidecar.text);
    for (const { text } of privateTags(tags)) {
      // deno-lint-ignore no-control-regex -- what must not be in a tag
      assert.doesNotMatch(text, /[^\x01-\x7f]/);
    }
  }

  #checkNexus(sidecar: Sidecar, of: { view: ReturnType<typeof viewSidecar>; isWritten: boolean }): void {
    const facts = { ...this.#facts, sidecar, view: of.view };
    if (of.isWritten) {
      const target = join(this.#folder.path, "frame.nxs.head");
      const { splice } = writeNexus(this.#hdf5, target, this.#image, facts, { fsync: false });
      assert.ok(splice !== null);
      return;
    }
    const { plan } = planImage(facts, this.#image);
    buildTree(facts, { plan, darkPlan: null, notes: [], now: new Date(0), hdf5Version: "1" });
  }

  [Symbol.dispose](): void {
    this.#hdf5[Symbol.dispose]();
    this.#folder[Symbol.dispose]();
  }
}

function checkEntries(sidecar: Sidecar): void {
  let line = 0;
  const lists = new Map<string, [section: string, key: string]>();
  for (const entry of sidecar.entries) {
    const { section, key, name } = entry;
    assert.ok(entry.line > line || (entry.line === line && line > 0), `entry ${key} stands in line ${entry.line}`);
    line = entry.line;
    assert.notEqual(sidecar.value(section, name), undefined);
    const end = key.indexOf("\\");
    if (end >= 0) lists.set(`${section}\0${key.slice(0, end)}`, [section, key.slice(0, end)]);
  }
  for (const [section, key] of lists.values()) sidecar.list(section, key);
  // What stands in the file is kept to the letter. Of some: each is looked for in the whole text.
  for (const { key, raw } of sidecar.entries.slice(0, LOOKED_FOR_MAX)) {
    assert.ok(sidecar.text.includes(raw), `${key} has another value than the file`);
  }
}

const LOOKED_FOR_MAX = 20;

function checkError(error: unknown, input: Uint8Array): void {
  if (!(error instanceof SidecarError)) throw error;
  const text = new TextDecoder("latin1").decode(input);
  const lines = text.split(/\r\n|\r|\n/).length;
  assert.ok(error.line >= 1 && error.line <= lines, `line ${error.line} of ${lines}`);
  assert.ok(error.column >= 1);
  assert.match(error.message, /^Cannot read sidecar at line \d+, column \d+: ./);
}

export const sidecars: Target = { name: "sidecars", make, open: () => new SidecarChecker() };
