/** Writes the NeXus file of one frame: all but the pixels, which delivery takes straight from the TIFF. */
import { crc32 } from "node:zlib";
import { Hdf5Error } from "../../ffi/hdf5/error.ts";
import type { Hdf5Library } from "../../ffi/hdf5/library.ts";
import { nameIsFree } from "../../ffi/system/files.ts";
import { removeFile, syncFile, writeAll } from "../files/durable.ts";
import { openPlain } from "../files/plain_file.ts";
import { PART_ENDING } from "../files/service_names.ts";
import type { TiffLayout } from "../tiff/layout.ts";
import { type ChunkedPixels, layOutChunks } from "./chunks/chunk_layout.ts";
import { readInto } from "../tiff/random_access.ts";
import { buildTree } from "./frame/build.ts";
import type { FrameFacts, NexusReport, Splice, WrittenNexus } from "./frame/facts.ts";
import { planImage, planThroughLibrary } from "./frame/plan_image.ts";
import type { NexusTemplates } from "./tree/templates.ts";
import type { ImagePlan, NexusGroup } from "./tree/tree.ts";
import { writeTree, type WrittenTree } from "./tree/write_tree.ts";

/** A larger file (pixels that went through HDF5) is flushed: to read it for its checksum would cost more. */
const CHECKED_BYTES_MAX = 4 * 1024 * 1024;

type WrittenFile = WrittenTree & Pick<NexusReport, "crc32">;

/** What comes behind the image is metadata that found no room before it: kilobytes. */
const TAIL_BYTES_MAX = 64 * 1024 * 1024;

export interface WriteOptions {
  readonly fsync: boolean;
  readonly now?: Date;
  /** Without them HDF5 writes each file from nothing. */
  readonly templates?: NexusTemplates;
}

/**
 * Writes the NeXus file of one frame at `target`, an ASCII name (HDF5 on Windows cannot make others). It is written
 * under another name and renamed: whatever has the name `target` is complete, but for a power cut, which `crc32` shows. What had that name
 * before is gone, also when this throws.
 *
 * Usually the file on disk lacks the pixels: `assembleSpans` says how the delivered file is put together.
 *
 * @throws Hdf5Error where the library cannot write it, the system's error where a file cannot be read or written
 */
export function writeNexus(
  hdf5: Hdf5Library,
  target: string,
  tiffPath: string,
  facts: FrameFacts,
  options: WriteOptions,
): WrittenNexus {
  const { plan, unusual } = planImage(facts, tiffPath);
  const dark = planDark(facts);
  const notes = [unusual?.reason ?? null, dark.note].filter((note) => note !== null);
  const tree = buildTree(facts, {
    plan,
    darkPlan: dark.plan,
    notes,
    now: options.now ?? new Date(),
    hdf5Version: hdf5.version,
  });
  const part = target + PART_ENDING;
  // Nothing is there but after a kill, and a refused removal costs five times a look.
  if (!nameIsFree(target)) removeFile(target);
  try {
    const { splice, chunkIndexAt, ...more } = writeFromTemplate(part, tree, options) ??
      writeWhole(hdf5, part, { tree, options });
    Deno.renameSync(part, target);
    const chunks = plan?.way === "chunks" ? chunkedPixels(facts.layout!, { plan, indexAt: chunkIndexAt }) : null;
    const way = chunks !== null ? "chunks" : splice === null ? "whole" : "splice";
    return { way, splice, ...chunks === null ? {} : { chunks }, ...more, unusual };
  } catch (error) {
    removeFile(part);
    throw error;
  }
}

function chunkedPixels(
  { width, height }: TiffLayout,
  { plan, indexAt }: { readonly plan: ImagePlan & { way: "chunks" }; readonly indexAt: number | null },
): ChunkedPixels {
  if (indexAt === null) throw new Hdf5Error("Cannot find the index of a compressed image");
  const { elementBytes, rows, byteCount, count } = layOutChunks([1, height, width], plan.type);
  const { compression, runs } = plan;
  return { compression, indexAt, elementBytes, rows, chunkBytes: byteCount, count, runs };
}

/**
 * Null where there is none for this tree, or where HDF5 failed at it: a file made from nothing then says why it cannot be.
 * @throws the system's error
 */
function writeFromTemplate(path: string, tree: NexusGroup, { templates }: WriteOptions): WrittenFile | null {
  try {
    return templates?.write(tree, path) ?? null;
  } catch (error) {
    if (error instanceof Hdf5Error) return null;
    throw error;
  }
}

function writeWhole(
  hdf5: Hdf5Library,
  path: string,
  { tree, options }: { tree: NexusGroup; options: WriteOptions },
): WrittenFile {
  const written = writeTree(hdf5, path, tree);
  if (written.splice !== null) cutPixelsOut(path, written.splice, written.checksumSlot);
  using file = openPlain(path, { write: true });
  const { size } = file.statSync();
  if (size <= CHECKED_BYTES_MAX) return { ...written, crc32: crc32(readAll(file, size)) };
  if (options.fsync) syncFile(file, path);
  return written;
}

function readAll(file: Deno.FsFile, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  return bytes.subarray(0, readInto(file, 0, bytes));
}

function planDark(facts: FrameFacts): { plan: ImagePlan | null; note: string | null } {
  if (facts.referenceDark === null) return { plan: null, note: null };
  const { layout, path, imageName } = facts.referenceDark;
  const plan = planThroughLibrary(layout, path);
  if (typeof plan === "string") {
    return { plan: null, note: `no reference dark ${imageName} in the NeXus file: ${plan}` };
  }
  const { compression } = facts.settings.nexus;
  return { plan: compression === "none" ? plan : { ...plan, compression }, note: null };
}

/** Moves what stands behind the image up to where the image belongs, and cuts the file there. */
function cutPixelsOut(path: string, splice: Splice, checksumSlot: number | null): void {
  using file = openPlain(path, { write: true });
  const { size } = file.statSync();
  const tailAt = splice.at + splice.byteCount;
  if (size < tailAt || size - tailAt > TAIL_BYTES_MAX || (checksumSlot !== null && checksumSlot >= splice.at)) {
    throw new Hdf5Error(`Cannot leave the image out of ${path}: ${size} bytes, image at ${splice.at}`);
  }
  const tail = new Uint8Array(size - tailAt);
  if (readInto(file, tailAt, tail) < tail.length) throw new Hdf5Error(`Cannot read the end of ${path}`);
  file.truncateSync(splice.at);
  file.seekSync(splice.at, Deno.SeekMode.Start);
  writeAll(file, tail);
}
