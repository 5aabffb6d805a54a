/** Decides how an image's pixels come into the NeXus file, from where they lie in the TIFF. */
import type { Hdf5Type } from "../../../ffi/hdf5/library.ts";
import type { TiffLayout } from "../../tiff/layout.ts";
import type { FrameFacts, UnusualImage } from "./facts.ts";
import type { Compression, PixelRun } from "../chunks/chunk_layout.ts";
import type { ImagePlan, StripPlan } from "../tree/tree.ts";

/** A larger image is no detector's: 16,384 x 16,384 pixels of 8 bytes. */
const IMAGE_BYTES_MAX = 2 * 1024 ** 3;

export interface PlannedImage {
  /** Null: the file has no image. */
  readonly plan: ImagePlan | null;
  /** Null where it comes the usual way, or where no image is wanted. */
  readonly unusual: UnusualImage | null;
}

/** The plan of the frame's own image. `tiffPath` is read only where the plain way has to be taken. */
export function planImage(facts: FrameFacts, tiffPath: string): PlannedImage {
  const { image: wanted, compression } = facts.settings.nexus;
  if (wanted === "none") return { plan: null, unusual: null };
  if (facts.layout === null) return without("unreadable_tiff", "the layout of the TIFF cannot be read");
  const { layout } = facts;
  const readable = readableType(layout);
  if (typeof readable === "string") return without("no_image", readable);
  if (wanted === "embed" && compression !== "none") return planChunks(layout, { type: readable, compression });
  if (layout.pixels !== null) {
    const { offset, byteCount } = layout.pixels;
    const place = { type: readable, offset, byteCount };
    const plan: ImagePlan = wanted === "external"
      ? { way: "external", file: facts.imageName, ...place }
      : { way: "splice", ...place };
    return { plan, unusual: null };
  }
  const strips = planStrips(layout, readable);
  if (typeof strips === "string") return without("no_image", strips);
  const how = wanted === "external" ? "image embedded, not external" : "image written through HDF5";
  const plan: ImagePlan = { way: "strips", type: readable, path: tiffPath, strips };
  return { plan, unusual: { code: "other_way", reason: `${how}: its strips do not lie one after the other` } };
}

function planChunks(
  layout: TiffLayout,
  of: { readonly type: Hdf5Type; readonly compression: Compression },
): PlannedImage {
  const strips = layout.pixels === null ? planStrips(layout, of.type) : [layout.pixels];
  if (typeof strips === "string") return without("no_image", strips);
  return { plan: { way: "chunks", ...of, runs: joined(strips) }, unusual: null };
}

/** The same bytes in as few runs as they are. */
function joined(strips: readonly PixelRun[]): PixelRun[] {
  const runs: { offset: number; byteCount: number }[] = [];
  for (const { offset, byteCount } of strips) {
    const last = runs.at(-1);
    if (last !== undefined && last.offset + last.byteCount === offset) last.byteCount += byteCount;
    else runs.push({ offset, byteCount });
  }
  return runs;
}

function without(code: UnusualImage["code"], why: string): PlannedImage {
  return { plan: null, unusual: { code, reason: `no image in the NeXus file: ${why}` } };
}

/** The plan of an image that is always written through the library, or in words why it cannot be. */
export function planThroughLibrary(layout: TiffLayout, tiffPath: string): (ImagePlan & { way: "strips" }) | string {
  const readable = readableType(layout);
  if (typeof readable === "string") return readable;
  const strips = planStrips(layout, readable);
  return typeof strips === "string" ? strips : { way: "strips", type: readable, path: tiffPath, strips };
}

/** The pixels' type in the TIFF's own byte order, or in words why they are not read. */
function readableType(layout: TiffLayout): Hdf5Type | string {
  const { bitsPerSample, sampleFormat, byteOrder } = layout;
  if (layout.compression !== 1) return `the TIFF is compressed (${layout.compression})`;
  if (layout.tiled) return "the TIFF is tiled";
  if (layout.samplesPerPixel !== 1) return `the TIFF has ${layout.samplesPerPixel} samples a pixel`;
  const type = typeOf(bitsPerSample, { sampleFormat, byteOrder });
  if (type === null) return `the TIFF has pixels of ${bitsPerSample} bits (${sampleFormat})`;
  const byteCount = layout.width * layout.height * bitsPerSample / 8;
  if (byteCount > IMAGE_BYTES_MAX) return `the image has ${byteCount} bytes, more than ${IMAGE_BYTES_MAX}`;
  return type;
}

function typeOf(
  bits: number,
  of: { sampleFormat: TiffLayout["sampleFormat"]; byteOrder: TiffLayout["byteOrder"] },
): Hdf5Type | null {
  const order = of.byteOrder;
  const size = bits / 8;
  if (of.sampleFormat === "float") return size === 4 || size === 8 ? { class: "float", size, order } : null;
  if (of.sampleFormat === "undefined" || !(size === 1 || size === 2 || size === 4 || size === 8)) return null;
  return { class: "integer", size, signed: of.sampleFormat === "int", order };
}

/** Which rows each strip holds; each strip but the last must hold whole rows. */
function planStrips(layout: TiffLayout, type: Hdf5Type): StripPlan[] | string {
  const rowBytes = layout.width * Number(type.size);
  const strips: StripPlan[] = [];
  let firstRow = 0;
  for (const { offset, byteCount } of layout.strips) {
    const rowsLeft = layout.height - firstRow;
    if (rowsLeft === 0) break;
    const rows = Math.min(Math.floor(byteCount / rowBytes), rowsLeft);
    if (rows === 0 || (rows < rowsLeft && byteCount % rowBytes !== 0)) return "its strips do not hold whole rows";
    strips.push({ offset, byteCount: rows * rowBytes, firstRow, rows });
    firstRow += rows;
  }
  return firstRow === layout.height ? strips : `its strips hold ${firstRow} of ${layout.height} rows`;
}
