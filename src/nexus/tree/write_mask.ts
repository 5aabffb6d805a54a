/** Writes a mask: of a dataset in chunks only those that have a marked pixel take any space. */
import type { Hdf5Group } from "../../../ffi/hdf5/library.ts";
import type { NexusMask } from "./tree.ts";

/** Rows and columns: overflowed pixels are reflections and their neighbours, some tens of pixels wide. */
const CHUNK = 64;
const TYPE = { class: "integer", size: 4, signed: false, order: "little" } as const;
export const MASK_CHUNK_BYTES = CHUNK * CHUNK * TYPE.size;

/** Returns how many chunks a mask has. */
export function chunksOf(mask: NexusMask): number {
  return byChunk(mask).size;
}

/** @throws Hdf5Error */
export function writeMask(into: Hdf5Group, mask: NexusMask): void {
  const { shape: [height, width], bits, name } = mask;
  const size = [Math.min(CHUNK, height), Math.min(CHUNK, width)] as const;
  using dataset = into.createDataset(name, {
    type: TYPE,
    shape: mask.shape,
    storage: { kind: "chunked", chunk: size },
  });
  for (const [attribute, value] of Object.entries(mask.attributes)) dataset.setAttribute(attribute, value);
  for (const marked of byChunk(mask).values()) {
    const first = marked[0]!;
    const start = [Math.floor(first / width / CHUNK) * CHUNK, Math.floor(first % width / CHUNK) * CHUNK] as const;
    const count = [Math.min(CHUNK, height - start[0]), Math.min(CHUNK, width - start[1])] as const;
    const box = new Uint32Array(count[0] * count[1]);
    for (const pixel of marked) {
      box[(Math.floor(pixel / width) - start[0]) * count[1] + pixel % width - start[1]] = bits;
    }
    dataset.writeBox(new Uint8Array(box.buffer), { start, count });
  }
}

/** A mask's pixels, by the number of their chunk. */
function byChunk({ shape: [, width], pixels }: NexusMask): ReadonlyMap<number, number[]> {
  const columns = Math.ceil(width / CHUNK);
  const chunkOf = (pixel: number) => Math.floor(pixel / width / CHUNK) * columns + Math.floor(pixel % width / CHUNK);
  return Map.groupBy(pixels, chunkOf);
}
