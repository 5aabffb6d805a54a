/**
 * The patterns of a series in one NXazint1d file, a row a frame. At each moment the file that stands in the output is
 * whole: a longer one is made beside it, read back, and renamed over it, at intervals of at least a second that grow
 * with the time this takes. After a restart rows are added to the file that is there.
 */
import { basename, join } from "node:path";
import type { Hdf5Library } from "../../../ffi/hdf5/library.ts";
import type { Settings } from "../../config/settings.ts";
import { publishMade } from "../../files/copy/publish_made.ts";
import { publish } from "../../files/durable.ts";
import { messageOf } from "../../files/errors.ts";
import { nameIsTaken, statOf } from "../../files/listing.ts";
import { numberedStem } from "../../frames/claim/names.ts";
import type { NexusGroup } from "../../nexus/tree/tree.ts";
import { writeTree } from "../../nexus/tree/write_tree.ts";
import { type AzintFacts, type SeriesRow, seriesTree } from "../azint_tree.ts";
import { type PatternSource, seriesKey } from "../header.ts";
import type { MadePattern } from "../maker.ts";
import type { PatternOfFrame } from "../pattern_text.ts";
import { missingRows } from "./missing_rows.ts";
import { readRows, ROW_BYTES_MAX } from "./read_rows.ts";

const PAUSE_MS = 1000;
/** A twentieth of the time at most goes into writing. */
const PAUSE_FACTOR = 20;
/** Series that are written by turns; the one that was used longest ago is finished first. */
const OPEN_MAX = 4;
const VERSIONS_MAX = 99_999;
const ENDING = "h5";

export interface SeriesFilesOptions {
  readonly hdf5: Hdf5Library;
  readonly settings: Settings;
  /** Where HDF5 works, under an ASCII name. */
  readonly workFolder: string;
  /** Who writes, so that two programs do not use one part. */
  readonly writer: string;
  /** A monotonic clock, for tests. */
  readonly now_ms?: () => number;
}

interface SeriesFile {
  readonly folder: string;
  readonly series: string;
  readonly key: string;
  path: string;
  readonly facts: Omit<AzintFacts, "fileName" | "now">;
  /** By the image's name: a frame that comes again takes its own row. */
  readonly rows: Map<string, SeriesRow>;
  /** The file in the output as it was left; null where nothing is there yet. */
  written: { readonly size: number; readonly modified_ms: number } | null;
  changed: boolean;
  dueAt_ms: number;
}

/** `SERIES_patterns.h5`, and `SERIES_patterns-00001.h5` for other geometries and corrections, or further rows. */
function seriesFileName(series: string, count: number): string {
  return `${numberedStem(`${series}_patterns`, count)}.${ENDING}`;
}

export class SeriesFiles {
  readonly #options: SeriesFilesOptions;
  readonly #now_ms: () => number;
  /** In the order of their last use. */
  readonly #open = new Map<string, SeriesFile>();

  constructor(options: SeriesFilesOptions) {
    this.#options = options;
    this.#now_ms = options.now_ms ?? (() => performance.now());
  }

  /** Whether rows wait to be written. */
  get isChanged(): boolean {
    return [...this.#open.values()].some(({ changed }) => changed);
  }

  /** Adds a row; it is written by `flush`. @throws Hdf5Error, or the system's error where a file cannot be read */
  async add(folder: string, { made, source }: PatternOfFrame): Promise<void> {
    const key = seriesKey(made.setup, made.dark), { series } = source, place = [folder, series, key].join("\0");
    let file = this.#open.get(place);
    if (file !== undefined && isFull(file) && !file.rows.has(source.image)) {
      await this.#write(file);
      this.#open.delete(place);
      file = undefined;
    }
    file ??= this.#begin({ folder, series, key }, made, source);
    this.#open.delete(place);
    this.#open.set(place, file);
    // The same image by the same settings, again.
    if (file.rows.get(source.image)?.sha256 === source.sha256) return;
    const { pattern, factor } = made;
    file.rows.set(source.image, {
      ...source,
      factor,
      total: pattern.total,
      intensity: pattern.intensity,
      sigma: pattern.sigma,
      pixels: pattern.pixels,
    });
    file.changed = true;
    for (const [other, oldest] of this.#open) {
      if (this.#open.size <= OPEN_MAX) break;
      if (oldest.changed) await this.#write(oldest);
      this.#open.delete(other);
    }
  }

  /**
   * Writes files whose rows have changed and whose pause is over.
   * @param options.all whether pauses do not count: at an end
   * @returns what could not be written, which is retried
   */
  async flush(options: { readonly all?: boolean } = {}): Promise<string[]> {
    const problems: string[] = [];
    for (const file of this.#open.values()) {
      if (!file.changed || options.all !== true && this.#now_ms() < file.dueAt_ms) continue;
      const begin_ms = this.#now_ms();
      try {
        await this.#write(file);
      } catch (error) {
        problems.push(`${file.path} cannot be written: ${messageOf(error)}`);
      }
      const time_ms = this.#now_ms() - begin_ms;
      file.dueAt_ms = begin_ms + time_ms + Math.max(PAUSE_MS, PAUSE_FACTOR * time_ms);
    }
    return problems;
  }

  #begin(of: Pick<SeriesFile, "folder" | "series" | "key">, made: MadePattern, source: PatternSource): SeriesFile {
    const { hdf5, settings } = this.#options, { setup, dark } = made;
    const facts = {
      setup,
      dark,
      settings,
      title: of.series,
      key: of.key,
      hdf5Version: hdf5.version,
      start: source.time,
    };
    for (let count = 0; count <= VERSIONS_MAX; count++) {
      const path = join(of.folder, seriesFileName(of.series, count));
      const base = { ...of, path, facts, changed: false, dueAt_ms: -Infinity };
      if (!nameIsTaken(path)) {
        const isFirst = count === 0;
        return this.#complete({ ...base, rows: new Map(), written: null }, made, isFirst ? null : Date.now());
      }
      const rows = readRows(hdf5, path, of.key, made), written = lookAt(path);
      const file = { ...base, rows: rows ?? new Map<string, SeriesRow>(), written };
      if (rows === null || isFull(file) && !rows.has(source.image)) continue;
      return this.#complete(file, made, written?.modified_ms ?? null);
    }
    throw new Error(`there are too many files ${seriesFileName(of.series, VERSIONS_MAX)} in ${of.folder}`);
  }

  /** Adds the rows that a crash took. */
  #complete(file: SeriesFile, made: MadePattern, since_ms: number | null): SeriesFile {
    const { folder, series, key, rows } = file;
    for (const row of missingRows(folder, { series, key, made, since_ms, rows })) {
      if (isFull(file)) break;
      rows.set(row.image, row);
      file.changed = true;
    }
    return file;
  }

  /** @throws Hdf5Error, VerificationError or the system's error; the file before it then still stands */
  async #write(file: SeriesFile): Promise<void> {
    const { hdf5, settings, workFolder, writer } = this.#options;
    this.#giveWayToOthers(file);
    const rows = [...file.rows.values()].toSorted(byTime), start = rows[0]!.time;
    const fileName = basename(file.path);
    const tree: NexusGroup = seriesTree({ ...file.facts, start, fileName, now: new Date() }, rows);
    await publishMade({
      workFolder,
      folder: file.folder,
      writer,
      make: (made) => writeTree(hdf5, made, tree),
      giveName: (part) => {
        if (file.written !== null && nameIsTaken(file.path)) Deno.renameSync(part, file.path);
        else publish(part, file.path);
      },
    }, settings.frames);
    file.written = lookAt(file.path);
    file.changed = false;
  }

  /** Another's file that has taken the name, or one that another changed, is not written over. */
  #giveWayToOthers(file: SeriesFile): void {
    const now = lookAt(file.path), { written } = file;
    // Where the folder is away nothing is seen; when it is back the file is there as it was left.
    if (now === null && !nameIsTaken(file.path)) return;
    if (now?.size === written?.size && now?.modified_ms === written?.modified_ms && written !== null) return;
    for (let count = 0; count <= VERSIONS_MAX; count++) {
      const path = join(file.folder, seriesFileName(file.series, count));
      if (nameIsTaken(path)) continue;
      file.path = path;
      file.written = null;
      return;
    }
  }
}

/** As they were exposed; those of one moment by their names. */
function byTime(one: SeriesRow, other: SeriesRow): number {
  const difference = one.time.getTime() - other.time.getTime();
  return difference || one.image.localeCompare(other.image, "en", { numeric: true });
}

function isFull({ rows, facts: { setup } }: SeriesFile): boolean {
  return (rows.size + 1) * setup.bins.npt * 2 * Float32Array.BYTES_PER_ELEMENT > ROW_BYTES_MAX;
}

function lookAt(path: string): SeriesFile["written"] {
  const stat = statOf(path);
  return stat === null ? null : { size: stat.size, modified_ms: stat.modified_ms };
}
