/** Writes a tree through HDF5. Everything but the frame's image comes first, so that its pixels can come last. */
import { Hdf5Error } from "../../../ffi/hdf5/error.ts";
import type {
  Hdf5Dataset,
  Hdf5File,
  Hdf5Group,
  Hdf5Library,
  Hdf5Object,
  Hdf5Value,
} from "../../../ffi/hdf5/library.ts";
import { freeName } from "../../files/plain_file.ts";
import { readInto } from "../../tiff/random_access.ts";
import { findChunkIndex, PLACEHOLDER_BYTES } from "../chunks/chunk_index.ts";
import { type ChunkLayout, type Compression, filtersOf, layOutChunks, startOf } from "../chunks/chunk_layout.ts";
import { packImage } from "../chunks/pack_image.ts";
import { chunksOf, MASK_CHUNK_BYTES, writeMask } from "./write_mask.ts";
import type { ImagePlan, NexusChecksum, NexusGroup, NexusImage, NexusLink, NexusStack } from "./tree.ts";

/** Hexadecimal digits of a SHA-256. */
const CHECKSUM_LENGTH = 64;
export const CHECKSUM_TYPE = { class: "text", size: CHECKSUM_LENGTH } as const;
/** The plain way copies so many bytes at once, or one row where that is more. */
const COPY_BYTES = 4 * 1024 * 1024;

export interface WrittenTree {
  /** Where the frame's left-out pixels belong in the file; null where none are left out. */
  readonly splice: { readonly at: number; readonly tiffOffset: number; readonly byteCount: number } | null;
  readonly checksumSlot: number | null;
  /** Where the index of a compressed image's chunks stands; null where there is none. */
  readonly chunkIndexAt: number | null;
}

/** What has to wait until all else stands in the file. */
interface Deferred {
  readonly parent: Hdf5Group;
  readonly node: NexusImage | NexusLink;
}

interface Writing {
  readonly deferred: Deferred[];
  readonly open: DisposableStack;
  splice: WrittenTree["splice"];
  checksumSlot: number | null;
  chunks: ChunkLayout | null;
}

/**
 * Makes the file and closes it. What a run that was cut off left under its name is gone. Two files of one tree are the
 * same bytes.
 * @throws Hdf5Error, or the system's error where a TIFF cannot be read
 */
export function writeTree(hdf5: Hdf5Library, path: string, tree: NexusGroup): WrittenTree {
  freeName(path);
  using file = hdf5.createFile(path, { reserveBytes: sizeBound(tree) });
  const { chunks, ...written } = fillFile(file, tree);
  file.close();
  return { ...written, chunkIndexAt: chunks === null ? null : findChunkIndex(path, chunks) };
}

/** Puts all of the tree into an empty file. */
function fillFile(file: Hdf5File, tree: NexusGroup): Pick<Writing, "splice" | "checksumSlot" | "chunks"> {
  using open = new DisposableStack();
  const writing: Writing = { deferred: [], open, splice: null, checksumSlot: null, chunks: null };
  writeMembers(file.root, tree, writing);
  const images = writing.deferred.filter(({ node }) => node.kind === "image");
  const isLast = ({ node }: Deferred) => node.kind === "image" && node.plan.way === "splice";
  for (const one of [...images.filter((image) => !isLast(image)), ...images.filter(isLast)]) {
    writeImage(one.parent, one.node as NexusImage, writing);
  }
  for (const { parent, node } of writing.deferred) if (node.kind === "link") parent.linkHard(node.name, node.target);
  const { splice, checksumSlot, chunks } = writing;
  return { splice, checksumSlot, chunks };
}

function writeMembers(into: Hdf5Group, from: NexusGroup, writing: Writing): void {
  setAttributes(into, from);
  for (const node of from.children) {
    if (node.kind === "group") {
      // Open to the end: what is deferred needs its parent.
      writeMembers(writing.open.use(into.createGroup(node.name, { links: node.children.length })), node, writing);
    } else if (node.kind === "field") {
      using dataset = into.createValue(node.name, node.value, node.shape);
      setAttributes(dataset, node);
    } else if (node.kind === "checksum") {
      writing.checksumSlot = reserveChecksum(into, node);
    } else if (node.kind === "mask") {
      writeMask(into, node);
    } else if (node.kind === "external") {
      into.linkExternal(node.name, node);
    } else if (node.kind === "stack") {
      using dataset = into.createVirtual(node.name, node.stack);
      setAttributes(dataset, node);
    } else {
      writing.deferred.push({ parent: into, node });
    }
  }
}

function setAttributes(object: Hdf5Object, node: Pick<NexusGroup, "attributes">): void {
  for (const [name, value] of Object.entries(node.attributes)) object.setAttribute(name, value);
}

/** Zero bytes until the checksum is known: an empty text. */
function reserveChecksum(into: Hdf5Group, node: NexusChecksum): number {
  using dataset = into.createDataset(node.name, {
    type: CHECKSUM_TYPE,
    shape: [],
    storage: { kind: "contiguous", early: true },
  });
  dataset.write(new Uint8Array(CHECKSUM_LENGTH));
  return placeOf(dataset, node.name);
}

function writeImage(into: Hdf5Group, image: NexusImage, writing: Writing): void {
  const { plan, shape, name } = image;
  if (plan.way === "chunks") {
    writing.chunks = writeChunks(into, image, { compression: plan.compression, chunks: placeholders });
    return;
  }
  if (plan.way === "strips" && plan.compression !== undefined) {
    const { compression, path, strips } = plan;
    const packed = (layout: ChunkLayout) => packImage(path, { runs: strips, compression, layout });
    writeChunks(into, image, { compression, chunks: packed });
    return;
  }
  const storage = plan.way === "external"
    ? { kind: "external", file: plan.file, offset: plan.offset, byteCount: plan.byteCount } as const
    : { kind: "contiguous", early: true } as const;
  using dataset = into.createDataset(name, { type: plan.type, shape, storage });
  setAttributes(dataset, image);
  if (plan.way === "splice") {
    const { offset, byteCount } = plan;
    writing.splice = { at: placeOf(dataset, name), tiffOffset: offset, byteCount };
  } else if (plan.way === "strips") copyStrips(dataset, plan, shape);
}

/** Each is of one byte, so that the index has an entry for it. */
function placeholders({ count }: ChunkLayout): readonly Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: count }, () => new Uint8Array(PLACEHOLDER_BYTES));
}

/** @param of.chunks makes what is stored of each */
function writeChunks(
  into: Hdf5Group,
  image: NexusImage,
  of: {
    readonly compression: Compression;
    readonly chunks: (layout: ChunkLayout) => Iterable<Uint8Array<ArrayBuffer>>;
  },
): ChunkLayout {
  const { plan: { type }, shape, name } = image;
  const layout = layOutChunks(shape, type);
  const filters = filtersOf(of.compression, layout);
  using dataset = into.createDataset(name, { type, shape, storage: { kind: "chunked", chunk: layout.shape, filters } });
  setAttributes(dataset, image);
  let index = 0;
  for (const chunk of of.chunks(layout)) dataset.writeChunk(chunk, startOf(layout, index++));
  return layout;
}

function placeOf(dataset: Hdf5Dataset, name: string): number {
  const offset = dataset.fileOffset;
  if (offset === null) throw new Hdf5Error(`Cannot find the place of dataset ${name} in its file`);
  return offset;
}

/** Reads the TIFF's strips in pieces of whole rows and writes each to its rows of the dataset. */
function copyStrips(dataset: Hdf5Dataset, plan: ImagePlan & { way: "strips" }, shape: readonly number[]): void {
  using tiff = Deno.openSync(plan.path, { read: true });
  const width = shape.at(-1)!;
  const leading = shape.length - 2;
  for (const strip of plan.strips) {
    const rowBytes = strip.byteCount / strip.rows;
    const rowsAtOnce = Math.max(1, Math.floor(COPY_BYTES / rowBytes));
    for (let row = 0; row < strip.rows; row += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, strip.rows - row);
      const bytes = new Uint8Array(rows * rowBytes);
      const from = strip.offset + row * rowBytes;
      if (readInto(tiff, from, bytes) < bytes.length) {
        throw new RangeError(`Cannot read image: ${plan.path} ends before byte ${from + bytes.length}`);
      }
      dataset.writeBox(bytes, {
        start: [...Array<number>(leading).fill(0), strip.firstRow + row, 0],
        count: [...Array<number>(leading).fill(1), rows, width],
      });
    }
  }
}

/** More than HDF5 was seen to need for each, in bytes (tests/nexus/write_test.ts compares). */
/** HDF5's blocks of metadata (2 kB) and of texts (4 kB), the last of which are not full. */
const FILE_BYTES = 16_384;
const GROUP_BYTES = 1200;
const NODE_BYTES = 500;
const ATTRIBUTE_BYTES = 150;
/** Two selections of three dimensions. */
const SOURCE_BYTES = 250;
/** One node, however many of its entries are used, and the placeholders. */
const CHUNK_INDEX_BYTES = 4096;
/** A heap of texts may be left half empty by the next text, which is up to as large again. */
const VALUE_FACTOR = 2;

/** An upper bound of what a tree needs in the file, the pixels of its images left out. */
export function sizeBound(tree: NexusGroup): number {
  return FILE_BYTES + groupBound(tree);
}

function groupBound(group: NexusGroup): number {
  let bytes = GROUP_BYTES + attributesBound(group.attributes);
  for (const child of group.children) {
    bytes += 3 * child.name.length;
    if (child.kind === "group") bytes += groupBound(child);
    else bytes += NODE_BYTES;
    if (child.kind === "field") bytes += VALUE_FACTOR * valueBytes(child.value);
    // Each chunk has an entry in an index.
    if (child.kind === "mask") {
      bytes += chunksOf(child) * (MASK_CHUNK_BYTES + NODE_BYTES) + attributesBound(child.attributes);
    }
    if (child.kind === "image") bytes += CHUNK_INDEX_BYTES;
    if (child.kind === "stack") bytes += stackBound(child.stack);
    if (child.kind === "field" || child.kind === "image" || child.kind === "stack") {
      bytes += attributesBound(child.attributes);
    }
  }
  return bytes;
}

/** The list of sources is one piece in a heap; of each there is its name, the dataset's, and two selections. */
function stackBound({ sources, sourcePath }: NexusStack["stack"]): number {
  return VALUE_FACTOR * sources.reduce((sum, { file }) => sum + SOURCE_BYTES + 3 * file.length + sourcePath.length, 0);
}

function attributesBound(attributes: NexusGroup["attributes"]): number {
  return Object.values(attributes).reduce<number>(
    (sum, value) => sum + ATTRIBUTE_BYTES + VALUE_FACTOR * valueBytes(value),
    0,
  );
}

/** A UTF-16 unit takes at most three bytes in UTF-8; nearly all take one. */
function valueBytes(value: Hdf5Value): number {
  if (typeof value === "string") return /^[\0-\x7f]*$/.test(value) ? value.length : 3 * value.length;
  if (typeof value === "number" || "integer" in value) return 8;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  return value.reduce((sum, text) => sum + 32 + valueBytes(text), 0);
}
