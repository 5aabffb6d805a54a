/**
 * Claim records, damaged: claims with them go through the merge and the delivery. Whatever the record says, image and
 * sidecar are somewhere afterwards, nothing is written outside of the folders, and no stage throws.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { type ClaimRecord, readRecord, RecordError } from "../../../src/frames/claim/record.ts";
import type { Random } from "../../faults/random.ts";
import { TempFolder } from "../../temp_folder.ts";
import { makeTiff } from "../../tiff/make_tiff.ts";
import { chance, EDGES, encode, mutateBytes, mutateText, pick, type TextDialect } from "../mutate.ts";
import type { Checker, Target } from "../target.ts";
import { NEXUS_NAME, RECORD_NAME } from "../../../src/files/service_names.ts";
import { filesBelow } from "../../folders.ts";

const IMAGE = makeTiff({ width: 32, height: 16 });
const PIXELS = Buffer.from(IMAGE.subarray(8, 8 + 32 * 16 * 4));
const SIDECAR = encode("[metadata]\nwidth=32\nheight=16\nuserComment1=of the fuzzed claim\n");
/** Stands for a NeXus file's two parts: delivery puts them together without looking inside. */
const HEAD = new Uint8Array(1000).fill(7);
/** In place of the path of the output root, which each run has elsewhere. */
const OUTPUT = "@output@";

const CLAIMED: ClaimRecord = {
  version: 1,
  id: "20260301T120000000-000001-0badcafe",
  folder: "series/a",
  image: "P-00001.tif",
  members: [
    { name: "P-00001.tif.metadata", role: "sidecar", size: SIDECAR.length, modified_ms: 1.7e12 },
    { name: "P-00001.tif", role: "image", size: IMAGE.length, modified_ms: 1.7e12 },
  ],
  dark: false,
  remove: false,
  destination: { root: OUTPUT, dir: "day" },
  quarantine: null,
  notes: ["a note"],
  written_ms: 1.7e12,
  attempts: 0,
  merge: null,
  deliverAs: null,
};
const BASES: readonly ClaimRecord[] = [
  CLAIMED,
  { ...CLAIMED, dark: true, quarantine: "it is no TIFF" },
  { ...CLAIMED, deliverAs: "P-00001-00001", merge: { tagged: false, imageSize: IMAGE.length, nexus: null, notes: [] } },
  {
    ...CLAIMED,
    merge: {
      tagged: true,
      imageSize: IMAGE.length,
      nexus: {
        way: "splice",
        splice: { at: 600, tiffOffset: 8, byteCount: PIXELS.length },
        checksumSlot: 100,
      },
      notes: ["merged"],
    },
  },
];
const STRINGS = [
  ...["", ".", "..", "../x", "/", "/etc/x", "a/../../x", "\\", "C:\\x", "a\0b", "P-00001.tif", "P-00001.tif.metadata"],
  ...["claim.json", "done.json", NEXUS_NAME, "x".repeat(300), "\ud800", "µ", OUTPUT, `${OUTPUT}/..`, `${OUTPUT}/gone`],
];
const PLAIN_STRINGS = [
  ...["image", "sidecar", "other", "splice", "whole", "P-00001.tif", "P-00001.tif.metadata", "P-00001", "P-00002.tif"],
  ...["", "a/b", "x.txt", CLAIMED.id, OUTPUT, "Größe.tif", "P-00001.tif.gz", "CON", "x".repeat(250)],
];
const DIALECT: TextDialect = {
  pieces: ["{", "}", "[", "]", ":", ",", '"', "\\", "\\u0000", "null", "true", "-", "1e999", "[[[[", '"":', "\n"],
  lines: [
    ' "remove": true,',
    ' "members": [],',
    ' "__proto__": { "version": 1 },',
    ' "merge": {},',
    ' "attempts": 1e9,',
  ],
};

function make(random: Random): Uint8Array {
  const record = structuredClone(pick(random, BASES)) as unknown as Json;
  for (let count = 1 + random.integer(2); count > 0; count--) changeValue(record, random);
  const text = JSON.stringify(record, null, 1);
  return chance(random, 0.8) ? encode(text) : mutateBytes(encode(mutateText(text, DIALECT, random)), random);
}

type Json = { [key: string]: unknown } | unknown[];

/** Goes down into the record by chance and puts something else there. */
function changeValue(value: Json, random: Random): void {
  const keys = Object.keys(value);
  if (keys.length === 0) return;
  const key = pick(random, keys);
  const holder = value as Record<string, unknown>;
  const inner = holder[key];
  if (typeof inner === "object" && inner !== null && chance(random, 0.7)) return changeValue(inner as Json, random);
  // More often something that a record may hold: what is refused at once says little.
  const alike = chance(random, 0.6) ? alikeOf(inner, random) : undefined;
  if (alike !== undefined) return void (holder[key] = alike);
  switch (random.integer(4)) {
    case 0:
      if (Array.isArray(value)) value.splice(Number(key), 1);
      else delete holder[key];
      return;
    case 1:
      holder[key] = pick(random, [null, true, false, {}, [], "", 0, -1, 0.5, 1e308, ...EDGES]);
      return;
    case 2:
      holder[key] = pick(random, STRINGS);
      return;
    default:
      if (Array.isArray(value)) value.push(structuredClone(pick(random, value)));
      else holder[key] = structuredClone(holder[pick(random, keys)]);
  }
}

/** Another value of the same kind; undefined where it has none. */
function alikeOf(value: unknown, random: Random): unknown {
  if (typeof value === "number") return pick(random, [...EDGES, value + 1, value - 1, IMAGE.length, SIDECAR.length]);
  if (typeof value === "string") return pick(random, PLAIN_STRINGS);
  if (typeof value === "boolean") return !value;
  return value === null ? pick(random, PLAIN_STRINGS) : undefined;
}

/** What fails five times goes to quarantine, and that is delivered at the firing after. */
const ROUNDS = 8;

async function open(): Promise<Checker> {
  // Opens libtiff and HDF5, which the supervisor must not.
  const { Way } = await import("../../frames/way.ts");
  const sandbox = new TempFolder();
  const cwd = Deno.cwd();
  Deno.mkdirSync(sandbox.join("cwd"));
  Deno.chdir(sandbox.join("cwd"));

  async function check(input: Uint8Array): Promise<string> {
    using way = new Way({}, { on: sandbox.path });
    const { temp, proc, output_root } = way.settings.folders;
    const claim = join(crc32(input) % 2 === 0 ? temp : proc, CLAIMED.id);
    Deno.mkdirSync(claim);
    Deno.writeFileSync(join(claim, "P-00001.tif"), IMAGE);
    Deno.writeFileSync(join(claim, "P-00001.tif.metadata"), SIDECAR);
    Deno.writeFileSync(join(claim, NEXUS_NAME), HEAD);
    const text = Buffer.from(input).toString("latin1").replaceAll(OUTPUT, output_root);
    Deno.writeFileSync(join(claim, RECORD_NAME), Buffer.from(text, "latin1"));
    const outcome = isRead(claim) ? "read" : "refused";
    await way.fire(ROUNDS);
    const base = join(output_root, "..");
    const files = filesBelow(base).map((name) => Deno.readFileSync(join(base, name)));
    assert.ok(files.some((bytes) => Buffer.from(bytes).includes(PIXELS)), "the image is lost");
    assert.ok(files.some((bytes) => Buffer.from(bytes).equals(SIDECAR)), "the sidecar is lost");
    const around = [...Deno.readDirSync(sandbox.path)].map(({ name }) => name).filter((name) => !base.endsWith(name));
    assert.deepEqual(around, ["cwd"], "something was written outside of the folders");
    const strayed = filesBelow(sandbox.join("cwd"));
    for (const { name } of Deno.readDirSync(".")) Deno.removeSync(name, { recursive: true });
    assert.deepEqual(strayed, [], "something was written into the working folder");
    if (outcome === "refused" || claimStays(way)) return outcome === "refused" ? "refused" : "read, waits";
    return "read, delivered";
  }

  return {
    check,
    [Symbol.dispose]() {
      Deno.chdir(cwd);
      sandbox[Symbol.dispose]();
    },
  };
}

function claimStays(way: { inProgress(): string[]; heard: { conditions: ReadonlyMap<string, string> } }): boolean {
  const stays = way.inProgress().length > 0;
  // Nobody would look for it otherwise.
  if (stays) assert.ok(way.heard.conditions.size > 0, "a claim waits and nothing is reported");
  return stays;
}

function isRead(claim: string): boolean {
  try {
    return readRecord(claim) !== null;
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    assert.ok(error.message.includes(join(claim, RECORD_NAME)), error.message);
    return false;
  }
}

export const claimRecords: Target = { name: "claim records", make, open };
