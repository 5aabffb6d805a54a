/** What a file is, by its first bytes: names can say anything. */

export type FileKind = "tiff" | "hdf5" | "sidecar" | "empty" | "other";

const HDF5_SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** "II" or "MM", then 42 (classic) or 43 (BigTIFF) in that byte order. */
const TIFF_SIGNATURES = [
  [0x49, 0x49, 42, 0],
  [0x49, 0x49, 43, 0],
  [0x4d, 0x4d, 0, 42],
  [0x4d, 0x4d, 0, 43],
];
/** Enough for a comment and a section before the first key of a sidecar. */
export const KIND_BYTES = 4096;

/** @param start the first KIND_BYTES of the file, or all of it where it is shorter */
export function kindOf(start: Uint8Array): FileKind {
  if (start.length === 0) return "empty";
  if (begins(start, HDF5_SIGNATURE)) return "hdf5";
  if (TIFF_SIGNATURES.some((signature) => begins(start, signature))) return "tiff";
  const text = new TextDecoder("latin1").decode(start);
  return isSidecarText(text) ? "sidecar" : "other";
}

/** QXRD's own sections, and keys of its first section for sidecars of old versions that have none. */
const OF_QXRD = [
  /^[\s\u00ef\u00bb\u00bf]*\[(?:metadata|centerfinder|ringsetfit)\]/im,
  /^(?:qxrdVersion|dataType|width|height|exposureTime|dateString|readoutMode)\s*=/m,
];

/** Many texts have the form of an INI file; a sidecar has QXRD's names in it, and no NUL. */
function isSidecarText(text: string): boolean {
  return !text.includes("\0") && OF_QXRD.some((pattern) => pattern.test(text));
}

function begins(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, index) => bytes[index] === byte);
}
