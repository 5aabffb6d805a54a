/** Changes a TIFF where its structure is: entries, counts, offsets, the chain of directories. */
import type { Random } from "../faults/random.ts";
import { chance, EDGES, pick } from "./mutate.ts";

const TAGS = [
  254,
  256,
  257,
  258,
  259,
  262,
  269,
  270,
  273,
  277,
  278,
  279,
  284,
  306,
  320,
  322,
  324,
  325,
  330,
  339,
] as const;
const MORE_TAGS = [0, 273, 279, 33432, 65000, 65010, 65011, 65535] as const;
const TYPES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 255, 65535] as const;

export interface EntryValue {
  readonly type: number;
  readonly count: number;
  readonly offset: number;
}

/** One change in place. Where the file is no TIFF any more, none. @param given the entry to write, in place of chance */
export function changeDirectory(bytes: Uint8Array, random: Random, given?: EntryValue): void {
  const place = placeOf(bytes);
  if (place === null) return;
  const { view, little, big, ifd, count } = place;
  const put = (at: number, value: bigint) => {
    if (at + (big ? 8 : 4) > bytes.length) return;
    if (big) view.setBigUint64(at, BigInt.asUintN(64, value), little);
    else view.setUint32(at, Number(BigInt.asUintN(32, value)), little);
  };
  const entry = ifd + (big ? 8 : 2) + random.integer(count) * (big ? 20 : 12);
  const [countAt, valueAt] = [entry + 4, entry + (big ? 12 : 8)];
  if (valueAt + 8 > bytes.length) return;
  if (given !== undefined) {
    view.setUint16(entry + 2, given.type, little);
    put(countAt, BigInt(given.count));
    put(valueAt, BigInt(given.offset));
    return;
  }
  const number = () => edgeNumber(bytes.length, { ifd, big, random });
  switch (random.integer(10)) {
    case 0:
      return view.setUint16(entry, pick(random, chance(random, 0.7) ? TAGS : MORE_TAGS), little);
    case 1:
      return view.setUint16(entry + 2, pick(random, TYPES), little);
    case 2:
    case 3:
      return put(countAt, number());
    case 4:
    case 5:
      return put(valueAt, number());
    case 6: // the directory that follows: itself, the pixels, nowhere
      return put(ifd + (big ? 8 : 2) + count * (big ? 20 : 12), chance(random, 0.5) ? BigInt(ifd) : number());
    case 7: // the header's
      return put(big ? 8 : 4, chance(random, 0.5) ? BigInt(ifd + random.integer(40) - 20) : number());
    case 8:
      return big ? view.setBigUint64(ifd, number(), little) : view.setUint16(ifd, Number(number() & 0xffffn), little);
    default: { // numbers in the values behind the entries or before them: strip offsets, byte counts
      const at = 8 + random.integer(bytes.length - 8);
      return put(at, number());
    }
  }
}

function edgeNumber(size: number, of: { ifd: number; big: boolean; random: Random }): bigint {
  const { random, ifd, big } = of;
  if (big && chance(random, 0.3)) {
    return pick(random, [2n ** 32n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 8n]);
  }
  if (chance(random, 0.5)) return BigInt(pick(random, EDGES));
  return BigInt(Math.max(0, pick(random, [size, ifd, 8]) + random.integer(17) - 8));
}

interface DirectoryPlace {
  readonly view: DataView;
  readonly little: boolean;
  readonly big: boolean;
  readonly ifd: number;
  readonly count: number;
}

function placeOf(bytes: Uint8Array): DirectoryPlace | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 16) return null;
  const little = view.getUint8(0) === 0x49;
  const big = view.getUint16(2, little) === 43;
  const ifd = big ? Number(view.getBigUint64(8, little)) : view.getUint32(4, little);
  if (ifd + 8 > bytes.length) return null;
  const count = big ? Number(view.getBigUint64(ifd, little)) : view.getUint16(ifd, little);
  return count === 0 ? null : { view, little, big, ifd, count: Math.min(count, 100) };
}
