/** The mask, dark and flat that the settings name, read once. */
import { basename, extname } from "node:path";
import { isMissing, messageOf } from "../files/errors.ts";
import { ARRAY_ENDINGS, ArrayFileError, type ImageArray, readArray } from "../integration/array_file.ts";
import { ImageError, readImage } from "../plugins/read_image.ts";
import { type PatternOptions, PatternOptionsError } from "./options.ts";

type FileKey = "mask" | "dark" | "flat";

/** What is the same for all frames of one size. */
export interface ReferenceFiles {
  /** Not 0: left out. [pixels] */
  readonly mask: { readonly name: string; readonly data: Uint8Array } | null;
  readonly dark: ReferenceImage | null;
  readonly flat: ReferenceImage | null;
  /** Of all of them; null where there is none. */
  readonly shape: { readonly width: number; readonly height: number } | null;
}

export interface ReferenceImage {
  readonly name: string;
  readonly data: Float32Array;
}

const TIFF_ENDINGS = [".tif", ".tiff"];
/** A larger file is no image of a detector. */
const BYTES_MAX = 1024 ** 3;

/** @throws PatternOptionsError naming the key, the file and what is wrong with it */
export function readReferenceFiles(options: PatternOptions): ReferenceFiles {
  const read = (key: FileKey) => {
    const path = key === "dark" && ["last", "none"].includes(options.dark) ? undefined : options[key];
    return path === undefined ? null : { key, name: basename(path), ...readOne(key, path) };
  };
  const [mask, dark, flat] = [read("mask"), read("dark"), read("flat")];
  const found = [mask, dark, flat].filter((one) => one !== null);
  const [first, ...others] = found;
  for (const { key, name, width, height } of others) {
    if (width === first!.width && height === first!.height) continue;
    const size = `${name} has ${width} x ${height} pixels, ${first!.name} has ${first!.width} x ${first!.height}`;
    throw new PatternOptionsError(key, `${size}: both have to be of one detector`);
  }
  const upright = (image: ImageArray) => options.flip ? flipped(image) : image.data;
  return {
    mask: mask === null ? null : { name: mask.name, data: maskOf(upright(mask), options.mask_kept) },
    dark,
    flat: flat === null ? null : { name: flat.name, data: upright(flat) },
    shape: first === undefined ? null : { width: first.width, height: first.height },
  };
}

function maskOf(data: Float32Array, isKept: boolean): Uint8Array {
  const mask = Uint8Array.from(data, (value) => (value !== 0) === isKept ? 0 : 1);
  if (mask.every((value) => value !== 0)) {
    const other = isKept ? "false" : "true";
    throw new PatternOptionsError("mask", `it leaves no pixel; is mask_kept = ${other} meant?`);
  }
  return mask;
}

function flipped({ data, width, height }: ImageArray): Float32Array {
  const turned = new Float32Array(data.length);
  for (let row = 0; row < height; row++) {
    turned.set(data.subarray((height - 1 - row) * width, (height - row) * width), row * width);
  }
  return turned;
}

function readOne(key: FileKey, path: string): ImageArray {
  const ending = extname(path).toLowerCase();
  if (TIFF_ENDINGS.includes(ending)) return readTiff(key, path);
  const known = ARRAY_ENDINGS.find((one) => one === ending && (key === "mask" || one !== ".msk"));
  if (known === undefined) {
    const endings = [...ARRAY_ENDINGS.filter((one) => key === "mask" || one !== ".msk"), ".tif"].join(", ");
    throw new PatternOptionsError(key, `${path} is of a kind that is not read; there are ${endings}`);
  }
  try {
    const { size } = Deno.statSync(path);
    if (size > BYTES_MAX) throw new ArrayFileError(`it has ${size} bytes, which is too many`);
    return readArray(known, Deno.readFileSync(path));
  } catch (error) {
    if (isMissing(error)) throw new PatternOptionsError(key, `there is no file ${path}`);
    throw new PatternOptionsError(key, `cannot read ${path}: ${messageOf(error)}`);
  }
}

function readTiff(key: FileKey, path: string): ImageArray {
  try {
    const { width, height, data } = readImage(path);
    return { width, height, data: Float32Array.from(data) };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new PatternOptionsError(key, error.message);
  }
}
