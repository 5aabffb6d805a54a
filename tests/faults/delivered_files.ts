/** Looks at files as a user of the output would: is this image, this sidecar, this NeXus file whole? */
import { Buffer } from "node:buffer";
import { readLayoutOfFile } from "../../src/tiff/layout.ts";
import { sha256 } from "../folders.ts";

/** A name that begins with a dot is not for users. */
export function isVisible(path: string): boolean {
  return !path.split("/").some((part) => part.startsWith("."));
}

/** What cannot be understood lies there, below the same folders, each with a text that says why. */
export const QUARANTINE = "pewatch-quarantine";
export const REASON = ".reason.txt";
/** What cannot be had again: parameters, times, names. */
export const KEPT = ".pewatch.json";

/** What `[geometry]` puts beside frames. */
export const GEOMETRY_ENDINGS = ["poni", "imctrl"] as const;
/** Of a frame whose NeXus file cannot be made. */
export const PARAMETERS = ".parameters";

export function isGeometry(path: string): boolean {
  return GEOMETRY_ENDINGS.some((ending) => path.endsWith(`.${ending}`));
}

/** @throws where a file with a geometry lacks its beginning or its end */
export function checkGeometry(path: string): void {
  const text = Deno.readTextFileSync(path);
  if (!/distance/i.test(text) || !text.endsWith("\n")) throw new Error("it is not a whole geometry");
}

export function isInQuarantine(path: string): boolean {
  return path.startsWith(`${QUARANTINE}/`);
}

/**
 * The pixels of a whole image, plain and in one piece.
 * @throws where it is not whole
 */
export function imagePixels(path: string): Uint8Array {
  const { pixels } = readLayoutOfFile(path);
  if (pixels === null) throw new Error("its pixels are in pieces");
  return Deno.readFileSync(path).subarray(pixels.offset, pixels.offset + pixels.byteCount);
}

export function pixelsSha256(path: string): string {
  return sha256(imagePixels(path));
}

/** So many bytes say where one image's pixels begin. */
const MARK_BYTES = 4096;

/**
 * Sees, without HDF5, that a NeXus file is as long as its own superblock says and holds these pixels in one piece.
 * @throws where it does not
 */
export function checkNexus(path: string, pixels: Uint8Array): void {
  const bytes = readHdf5(path);
  const at = bytes.indexOf(pixels.subarray(0, MARK_BYTES));
  if (at < 0) throw new Error("the beginning of its image is not in it");
  if (!bytes.subarray(at, at + pixels.length).equals(pixels)) throw new Error("its image is not the TIFF's");
}

/**
 * The bytes of an HDF5 file that is as long as its superblock says.
 * @throws where it is not
 */
export function readHdf5(path: string): Buffer {
  const bytes = Buffer.from(Deno.readFileSync(path));
  if (bytes.length < 64 || bytes.subarray(0, 4).toString("latin1") !== "\x89HDF") {
    throw new Error("it is not an HDF5 file");
  }
  const version = bytes[8]!;
  // HDF5 file format, superblock: versions 0 and 1 have the end of file address at 40 (44 with version 1), 2 and 3 at 28.
  const end = Number(bytes.readBigUInt64LE(version >= 2 ? 28 : version === 1 ? 44 : 40));
  if (end !== bytes.length) throw new Error(`it has ${bytes.length} bytes, its superblock says ${end}`);
  return bytes;
}

/** The one file in the output that is replaced: the master of a series grows with it. */
export function isMaster(path: string): boolean {
  return path.endsWith("_master.h5");
}
