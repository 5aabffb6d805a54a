/**
 * The names of a set: one stem for the image and all that travels with it. A file of its own: shared by all parts of
 * a claim's way, and by the simulator.
 */

/** The image's name without its ending: what the set's names have in common. */
export function stemOf(image: string): string {
  return image.replace(/\.tiff?(\.(bz2|gz))?$/i, "");
}

/** A member's name under another stem: `P.tif.metadata` becomes `P-00001.tif.metadata`. */
export function underStem(name: string, stems: { from: string; to: string }): string {
  return name.toLowerCase().startsWith(stems.from.toLowerCase()) ? stems.to + name.slice(stems.from.length) : name;
}

/** What file systems take, in bytes; those of Windows count characters, of which there are not more. */
export const NAME_BYTES_MAX = 255;

export function bytesOf(name: string): number {
  return new TextEncoder().encode(name).length;
}

/** QXRD counts with five digits. */
export const COUNTER_MAX = 99_999;

export function numberedStem(stem: string, count: number): string {
  return count === 0 ? stem : `${stem}-${String(count).padStart(5, "0")}`;
}
