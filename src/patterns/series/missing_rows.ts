/**
 * Rows that a series' file has not: between a .xye and the next writing of the series a crash may come. A .xye has all
 * digits of a pattern, so the row is made from it again.
 */
import { join } from "node:path";
import { listFolder, statOf } from "../../files/listing.ts";
import { readPlain } from "../../files/plain_file.ts";
import { readXye } from "../../integration/xye.ts";
import type { SeriesRow } from "../azint_tree.ts";
import { line, SERIES_KEY } from "../header.ts";
import type { MadePattern } from "../maker.ts";

const ENDING = ".xye";
/** A file of the largest number of bins has 4 MB. */
const BYTES_MAX = 8 * 1024 * 1024;
/** Clocks of shares, and file times of whole seconds. */
const CLOCK_MS = 2000;
/** As many as are written between two writings of a series, and more. */
const FILES_MAX = 500;

/**
 * In the order in which they were written; none that `rows` has.
 * @param of.since_ms when the series' file was written; null where there is none yet: then every file counts
 * @throws the system's error
 */
export function missingRows(
  folder: string,
  of: {
    readonly series: string;
    readonly key: string;
    readonly made: MadePattern;
    readonly since_ms: number | null;
    readonly rows: ReadonlyMap<string, SeriesRow>;
  },
): SeriesRow[] {
  const { since_ms, rows } = of;
  const files = listFolder(folder).files.filter((name) => name.endsWith(ENDING) && !name.startsWith(".")).flatMap(
    (name) => {
      const written_ms = statOf(join(folder, name))?.modified_ms ?? 0;
      return written_ms >= (since_ms ?? 0) - CLOCK_MS ? [{ path: join(folder, name), written_ms }] : [];
    },
  ).toSorted((one, other) => one.written_ms - other.written_ms).slice(-FILES_MAX);
  return files.flatMap(({ path }) => rowOf(path, of) ?? []).filter(({ image }) => !rows.has(image));
}

/** Null for a pattern of other settings, and for what is no pattern. */
function rowOf(path: string, of: { series: string; key: string; made: MadePattern }): SeriesRow | null {
  const { setup: { x }, pattern } = of.made;
  try {
    const bytes = readPlain(path, BYTES_MAX);
    if (bytes === null) return null;
    const { header, ...read } = readXye(new TextDecoder().decode(bytes));
    if (header.get(SERIES_KEY) !== of.key || header.get("series") !== line(of.series)) return null;
    if ((read.sigma === null) !== (pattern.sigma === null)) return null;
    const intensity = new Float32Array(x.length), sigma = read.sigma === null ? null : new Float32Array(x.length);
    const step = (x.at(-1)! - x[0]!) / Math.max(1, x.length - 1);
    for (const [index, position] of read.x.entries()) {
      const bin = Math.round((position - x[0]!) / step) || 0;
      intensity[bin] = read.intensity[index]!;
      if (sigma !== null) sigma[bin] = read.sigma![index]!;
    }
    return {
      image: header.get("image")!,
      sha256: header.get("sha256")!,
      time: new Date(header.get("time")!),
      factor: Number(header.get("divided_by")),
      total: Number(header.get("total_counts")),
      intensity,
      sigma,
      pixels: pattern.pixels,
    };
  } catch {
    return null; // another program's file of this ending
  }
}
