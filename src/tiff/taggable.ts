/** Decides which TIFF files are left as they are because libtiff could not keep all that is in them. */
import { type Directory, readIntegers } from "./directory.ts";
import type { TiffLayout } from "./layout.ts";
import type { RandomAccess } from "./random_access.ts";

const ROWS_PER_STRIP = 278;
const PLANAR_CONFIGURATION = 284;
const SUB_DIRECTORIES = 330;
const PLANAR_SEPARATE = 2;

/** Why a file is left as it is; null where it can be tagged. */
export function whyUntaggable(
  file: RandomAccess,
  { directory, layout, wanted }: { directory: Directory; layout: TiffLayout; wanted: readonly number[] },
): string | null {
  // libtiff moves a directory it writes anew to the end of the chain, by a write into the directory before.
  if (directory.nextIfdOffset !== 0) return "it has more than one image";
  if (directory.entries.has(SUB_DIRECTORIES)) return "it has sub-images (tag 330)";
  if (layout.tiled) return "it is tiled";
  const taken = wanted.find((tag) => directory.entries.has(tag));
  if (taken !== undefined) return `another program uses tag ${taken}`;
  // libtiff goes by RowsPerStrip and would forget the strips beyond.
  const expected = expectedStrips(file, directory, layout);
  if (layout.strips.length !== expected) return `it has ${layout.strips.length} strips where ${expected} are due`;
  return null;
}

function expectedStrips(file: RandomAccess, directory: Directory, layout: TiffLayout): number {
  const rowsEntry = directory.entries.get(ROWS_PER_STRIP);
  const planarEntry = directory.entries.get(PLANAR_CONFIGURATION);
  const rows = rowsEntry ? readIntegers(file, directory, rowsEntry)[0]! : layout.height;
  const separate = planarEntry && readIntegers(file, directory, planarEntry)[0] === PLANAR_SEPARATE;
  return Math.ceil(layout.height / Math.max(1, rows)) * (separate ? layout.samplesPerPixel : 1);
}
