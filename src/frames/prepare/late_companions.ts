/**
 * Sidecars, overflow lists and patterns that come to raw after their image was taken: each follows its frame into the
 * output, or stays with the reason why.
 */
import { join } from "node:path";
import { isMissing, reasonOf } from "../../files/errors.ts";
import { fileExists, type FileStat, statOf } from "../../files/listing.ts";
import { companionOf, isSidecarName } from "../../qxrd/frame_name.ts";
import { nameInOutput } from "../claim/awkward_names.ts";
import { CLAIMING_PREFIX, LATE_PREFIX } from "../../files/service_names.ts";
import { QUARANTINE_FOLDER } from "../../config/names/reserved_names.ts";
import { asFarAsReadable, listClaims, listUnfinished } from "../claim/claim.ts";
import { allOf } from "../claim/draining_folders.ts";
import { stemOf } from "../claim/names.ts";
import { readRecord } from "../claim/record.ts";
import { PartSweep } from "../deliver/part_sweep.ts";
import type { FrameFolders, StageOptions } from "../stage.ts";
import { findDelivered, type FoundPlace, type LateFile, type OutputPlace } from "./find_delivered.ts";
import { type LateOutcome, type LateRecord, resumeLate, takeLate } from "./late_move.ts";
import { below, type Companion, type Unclaimed } from "./sort_names.ts";

/** Two looks so far apart find the same file; nobody waits for a late file, so longer than for a frame. */
const SETTLE_MS = 1000;
/** Between two looks for the frame of a file, twice as long each time. */
const AGAIN_MS = 500;
const AGAIN_MS_MAX = 60_000;
/** In one firing, so that many of them hold up no frame. */
const LOOKS_MAX = 20;
/** Of more files than these nothing is remembered: they are counted, and looked at when others have gone. */
const REMEMBERED_MAX = 10_000;
/** A client may change the output folder between a frame and its late sidecar. */
const PLACES_MAX = 8;

interface Seen {
  facts: FileStat | null;
  next_ms: number;
  looks: number;
  /** Why it stays, as the last look found it; null as long as its frame may still come. */
  reason: string | null;
}

/** One of the stage. Only files that are there are remembered. */
export class LateCompanions {
  #seen = new Map<string, Seen>();
  /** Where this process sent frames last, newest first. */
  #places: OutputPlace[] = [];
  /** Whether a stop, or a fault, may have left something in temp. */
  #unfinished = true;
  /** What cannot be gone on with is reported once. */
  #reported = "";
  readonly #parts = new PartSweep();
  readonly #now_ms: () => number;

  constructor(now_ms: () => number) {
    this.#now_ms = now_ms;
  }

  /** A frame was claimed for this folder of the output. */
  sentTo({ root, dir }: OutputPlace): void {
    if (this.#places[0]?.root === root && this.#places[0].dir === dir) return;
    const others = this.#places.filter((place) => place.root !== root || place.dir !== dir);
    this.#places = [{ root, dir }, ...others].slice(0, PLACES_MAX);
  }

  /**
   * One firing; never throws.
   * @returns those that stay, with the reason, and how many more were not looked at
   */
  async work(
    companions: readonly Companion[],
    options: StageOptions,
  ): Promise<{ readonly stays: readonly Unclaimed[]; readonly others: number }> {
    if (this.#unfinished) await this.#resume(options);
    this.#parts.work(options.folders);
    const before = this.#seen;
    this.#seen = new Map();
    const stays: Unclaimed[] = [];
    let claimed: ReadonlySet<string> | null = null;
    let looks = 0;
    for (const companion of companions.length > REMEMBERED_MAX ? companions.slice(0, REMEMBERED_MAX) : companions) {
      const path = join(companion.path, companion.name);
      const seen = before.get(path) ?? { facts: null, next_ms: -Infinity, looks: 0, reason: null };
      this.#seen.set(path, seen);
      if (looks < LOOKS_MAX && this.#now_ms() >= seen.next_ms && !options.signal.aborted) {
        looks++;
        if (this.#isSettled(path, seen, options)) {
          // Before the output is looked at: a frame that is delivered in between is found there.
          claimed ??= imagesInClaims(options.folders);
          await this.#look(companion, { seen, claimed }, options);
        }
      }
      if (seen.reason !== null) stays.push({ name: below(companion, companion.name), reason: seen.reason });
    }
    return { stays, others: Math.max(0, companions.length - REMEMBERED_MAX) };
  }

  #isSettled(path: string, seen: Seen, { settings }: StageOptions): boolean {
    const before = seen.facts;
    let facts: FileStat | null;
    try {
      facts = statOf(path);
    } catch (error) {
      seen.facts = null;
      seen.reason = `it cannot be read: ${reasonOf(error)}`;
      seen.next_ms = this.#now_ms() + AGAIN_MS_MAX;
      return false;
    }
    seen.facts = facts;
    if (facts === null) return false;
    const settle_ms = settings.frames.sidecar_wait_s === 0 ? 0 : Math.max(SETTLE_MS, settings.frames.settle_s * 1000);
    const same = before?.size === facts.size && before.modified_ms === facts.modified_ms;
    if (same || settle_ms === 0) return true;
    seen.looks = 0;
    seen.reason = null;
    seen.next_ms = this.#now_ms() + settle_ms;
    return false;
  }

  async #look(
    companion: Companion,
    { seen, claimed }: { seen: Seen; claimed: ReadonlySet<string> },
    options: StageOptions,
  ): Promise<void> {
    const { log } = options.reporter;
    const name = below(companion, companion.name);
    seen.next_ms = this.#now_ms() + Math.min(AGAIN_MS * 2 ** seen.looks++, AGAIN_MS_MAX);
    if (claimed.has(keyOf(companion.folder, stemOfImage(companion.name)))) return void (seen.reason = null);
    try {
      const find = this.#findIn(options);
      const late: LateFile = { path: join(companion.path, companion.name), name: companion.name, facts: seen.facts! };
      const found = find(late, companion);
      if ("reason" in found) return void (seen.reason = found.reason);
      const { temp } = options.folders;
      const record = { raw: companion.raw, folder: companion.folder, name: companion.name };
      const outcome = await takeLate(record, { from: late.path, temp, find, ...this.#deliveryOptions(options) });
      report(outcome, name, options);
      seen.reason = "reason" in outcome ? outcome.reason : null;
    } catch (error) {
      this.#unfinished = true;
      if (isMissing(error) && !fileExists(join(companion.path, companion.name))) return;
      const reason = `it cannot be delivered: ${reasonOf(error)}`;
      if (reason !== seen.reason) log.warn(`${name}: ${reason}; retrying`);
      seen.reason = reason;
    }
  }

  #findIn({ folders, settings }: StageOptions): (file: LateFile, record: Pick<LateRecord, "folder">) => FoundPlace {
    return (file, { folder }) => {
      const inPlace = (dir: string, quarantine: string | null) =>
        [dir, nameInOutput(folder, { quarantine })].filter((part) => part !== "").join("/");
      const root = folders.outputRoot;
      const dirs = [folders.outputDir, `${folders.outputDir}/${settings.dark.archive_dir}`];
      const places = [...this.#places, ...dirs.map((dir) => ({ root, dir }))]
        .map((place) => ({ root: place.root, dir: inPlace(place.dir, null) }));
      places.push({ root, dir: inPlace(QUARANTINE_FOLDER, "") });
      const distinct = new Map(places.map((place) => [join(place.root, place.dir), place]));
      return findDelivered(file, [...distinct.values()]);
    };
  }

  #deliveryOptions({ settings: { frames: { fsync, checksum } }, ledger }: StageOptions) {
    return { fsync, checksum: checksum !== "none", ledger, parts: this.#parts };
  }

  /** Goes on with what a stop left between raw and the output. */
  async #resume(options: StageOptions): Promise<void> {
    const { folders } = options;
    this.#unfinished = false;
    const find = this.#findIn(options);
    const raws = allOf(folders, "raw");
    for (const temp of allOf(folders, "temp")) {
      for (const holder of asFarAsReadable(() => listUnfinished(temp, LATE_PREFIX))) {
        const path = join(temp, holder);
        try {
          const outcome = await resumeLate(path, { find, raws, ...this.#deliveryOptions(options) });
          if (outcome !== null) report(outcome, path, options);
        } catch (error) {
          this.#unfinished = true;
          const text = `${path}: ${reasonOf(error)}`;
          if (this.#reported !== text) options.reporter.log.warn(text);
          this.#reported = text;
        }
      }
    }
  }
}

function report(outcome: LateOutcome, name: string, { reporter }: StageOptions): void {
  if ("reason" in outcome) return;
  const { delivered, image } = outcome;
  if (!isSidecarName(name)) return reporter.log.info(`${name} came after ${image}: delivered to ${delivered}`);
  reporter.log.warn(
    `${name} came after ${image} had been delivered, and is now beside it as ${delivered}. The tags and the NeXus file ` +
      `were made without it and stay as they are; "pewatch process" on a copy of both makes them anew`,
  );
}

/** The images in progress, as keyOf returns them. */
function imagesInClaims(folders: FrameFolders): ReadonlySet<string> {
  const images = new Set<string>();
  // A claim goes from temp to proc, and back where its name was taken: the second look finds what the first one missed.
  for (const kind of ["temp", "proc", "temp", "proc"] as const) {
    for (const folder of allOf(folders, kind)) {
      const unfinished = asFarAsReadable(() => listUnfinished(folder, CLAIMING_PREFIX));
      for (const id of [...asFarAsReadable(() => listClaims(folder)), ...unfinished]) {
        try {
          const record = readRecord(join(folder, id));
          if (record !== null) images.add(keyOf(record.folder, stemOf(record.image)));
        } catch {
          // its own stage says what is wrong with it
        }
      }
    }
  }
  return images;
}

function stemOfImage(name: string): string {
  const companion = companionOf(name);
  return companion === null ? name : companion.stem ?? stemOf(companion.image);
}

function keyOf(folder: string, stem: string): string {
  return `${folder}/${stem}`.toLowerCase();
}
