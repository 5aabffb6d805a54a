/** A folder with very many files. */
import { join } from "node:path";

/** More names one file cannot have on ext4. */
const LINKS_MAX = 60_000;

/**
 * Puts so many images without sidecars, and so many files that are no frames, into a folder: names of a few files.
 * @param options.from where these few files are made, on the same volume
 */
export function fillFolder(folder: string, options: { images: number; others: number; from: string }): void {
  const { images, others, from } = options;
  for (let index = 0; index < images + others; index++) {
    const source = join(from, `crowd-${Math.floor(index / LINKS_MAX)}`);
    if (index % LINKS_MAX === 0) Deno.writeTextFileSync(source, "II*\0");
    const number = String(index).padStart(6, "0");
    Deno.linkSync(source, join(folder, index < images ? `W-${number}.tif` : `notes-${number}.dat`));
  }
}
