/** Frames for the end-to-end tests: images as QXRD writes them and broken ones, sidecars real and broken. */
import { makeTiff, type TiffPlan } from "../tiff/make_tiff.ts";
import { sha256 } from "../folders.ts";

export type PixelType = "float32" | "uint32" | "uint16" | "uint8";

export interface TestImage {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** As NumPy names it, little-endian: "<f4". */
  readonly dtype: string;
  /** Hex SHA-256 of the pixels in little-endian order. */
  readonly sha256: string;
}

export interface ImagePlan {
  readonly width?: number;
  readonly height?: number;
  readonly type?: PixelType;
  /** Makes the pixels differ from another image's. */
  readonly seed?: number;
  readonly byteOrder?: "little" | "big";
  /** DateTime (306); without it that of `makeSidecar`. */
  readonly dateTime?: string;
  readonly tiff?: TiffPlan;
}

const DTYPES = { float32: "<f4", uint32: "<u4", uint16: "<u2", uint8: "|u1" } as const;
const DATE_TIME = "2017:11:09 23:08:28";
const BITS = { float32: 32, uint32: 32, uint16: 16, uint8: 8 } as const;

/** An image with rings on a slope, so that a moved, turned or torn one shows. */
export function makeImage(plan: ImagePlan = {}): TestImage {
  const { width = 64, height = width, type = "float32", seed = 1, byteOrder = "little" } = plan;
  const pixels = pixelBytes({ width, height, type, seed });
  const stored = byteOrder === "big" ? swapped(pixels, BITS[type] / 8) : pixels;
  const bytes = makeTiff({
    width,
    height,
    bits: BITS[type],
    format: type === "float32" ? 3 : 1,
    byteOrder,
    pixels: stored,
    ...plan.tiff,
    extra: [{ tag: 306, type: 2, values: plan.dateTime ?? DATE_TIME }, ...plan.tiff?.extra ?? []],
  });
  return { bytes, width, height, dtype: DTYPES[type], sha256: sha256(pixels) };
}

function pixelBytes(image: { width: number; height: number; type: PixelType; seed: number }): Uint8Array {
  const { width, height, type, seed } = image;
  const makers = { float32: Float32Array, uint32: Uint32Array, uint16: Uint16Array, uint8: Uint8Array };
  const pixels = new makers[type](width * height);
  for (let y = 0, index = 0; y < height; y++) {
    for (let x = 0; x < width; x++, index++) {
      const radius = (x - width / 2) ** 2 + (y - height / 2) ** 2;
      pixels[index] = (radius * 37 + x * 3 + y * 7 + seed * 101) % 60_013 / (type === "uint8" ? 256 : 1) +
        (type === "float32" ? 0.25 : 0);
    }
  }
  return new Uint8Array(pixels.buffer);
}

function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += size) {
    for (let index = 0; index < size; index++) out[at + index] = bytes[at + size - 1 - index]!;
  }
  return out;
}

/** The header of a file that QXRD has not closed: it names no directory. */
export function unclosed(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(4, 0, true);
  return copy;
}

export interface SidecarPlan {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** More lines of `[metadata]`. */
  readonly more?: readonly string[];
  readonly lineEnd?: "\n" | "\r\n";
}

/** A sidecar with the keys that QXRD 0.11 writes of a frame. */
export function makeSidecar(plan: SidecarPlan = {}): string {
  const { width = 64, height = width, dark = false, more = [], lineEnd = "\n" } = plan;
  return [
    "[metadata]",
    "qxrdVersion=0.11.8",
    `width=${width}`,
    `height=${height}`,
    `dataType=${dark ? 2 : 5}`,
    "exposureTime=0.5",
    "summedExposures=4",
    `imageNumber=${dark ? -1 : 1}`,
    `phaseNumber=${dark ? -1 : 0}`,
    `nPhases=${dark ? 0 : 1}`,
    "dateString=2017.11.09 : 23:08:28.053",
    ...more,
    "",
  ].join(lineEnd);
}

const SAMPLES = new URL("../data/qxrd/", import.meta.url);
/** QXRD's data types of images that are not float32. */
const TYPES: Readonly<Record<string, PixelType>> = { "0": "uint8", "1": "uint16", "2": "uint32", "3": "uint32" };

export interface Sample {
  /** "CeO2_09_11_2017-00001.tif" */
  readonly name: string;
  readonly sidecar: Uint8Array;
  readonly image: TestImage;
}

/** Each real sidecar, byte for byte, with an image of the size and kind that it describes. */
export function realSamples(): Sample[] {
  const samples: Sample[] = [];
  for (const folder of Deno.readDirSync(SAMPLES)) {
    if (!folder.isDirectory) continue;
    for (const entry of Deno.readDirSync(new URL(`${folder.name}/`, SAMPLES))) {
      if (!entry.name.endsWith(".tif.metadata")) continue;
      const sidecar = Deno.readFileSync(new URL(`${folder.name}/${entry.name}`, SAMPLES));
      const text = new TextDecoder().decode(sidecar);
      const number = (key: string) => Number(new RegExp(`^${key}=(\\d+)`, "m").exec(text)![1]);
      const type = TYPES[String(number("dataType"))] ?? "float32";
      const size = { width: number("width"), height: number("height") };
      const found = /^dateString="?(\d{4})\.(\d\d)\.(\d\d) : (\d\d:\d\d:\d\d)/m.exec(text)!;
      const dateTime = `${found[1]}:${found[2]}:${found[3]} ${found[4]}`;
      const image = makeImage({ ...size, type, seed: samples.length, dateTime });
      samples.push({ name: entry.name.replace(/\.metadata$/, ""), sidecar, image });
    }
  }
  return samples;
}
