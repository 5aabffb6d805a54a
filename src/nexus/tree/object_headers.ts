/**
 * Where an HDF5 file says how many elements a dataset has, so that a smaller number can be written over it. Object headers
 * of version 2, which HDF5 writes where 1.8 is the oldest version that shall read the file (HDF5 File Format
 * Specification 3.0, IV.A.1.b "Version 2 Data Object Header Prefix", IV.A.2.b "Dataspace", IV.A.2.i "Data Layout").
 */
import { Buffer } from "node:buffer";
import { lookup3 } from "./lookup3.ts";

/** Stands at `at`, behind the bytes from `from` on that it is of. */
export interface Checksum {
  readonly from: number;
  readonly at: number;
}

/** A number in a header. */
interface HeaderNumber {
  readonly at: number;
  readonly bytes: 2 | 8;
  readonly checksum: Checksum;
}

/** Of a dataset in one dimension whose elements lie in one run. */
export interface DatasetHeader {
  /** Its size, and the largest that it may have: the number of elements. */
  readonly counts: readonly HeaderNumber[];
  /** In bytes. */
  readonly size: HeaderNumber;
}

const SIGNATURE = { header: Buffer.from("OHDR", "latin1"), continuation: Buffer.from("OCHK", "latin1") } as const;
const CHECKSUM_BYTES = 4;
const HEADER_VERSION = 2;
const HAS_TIMES = 0x20, HAS_PHASES = 0x10, HAS_ORDER = 0x04, SIZE_OF_CHUNK = 0x03;
const DATASPACE = 1, LAYOUT = 8, CONTINUATION = 16;
const COMPACT = 0, CONTIGUOUS = 1;
/** More parts of one header are something else. */
const PARTS_MAX = 100;

interface Message {
  readonly type: number;
  readonly at: number;
  readonly checksum: Checksum;
}

/**
 * Of all datasets in one dimension, by where in `bytes` their elements begin.
 * @param offsetOf where in `bytes` an address of the file is; null where it is not there
 */
export function datasetHeaders(
  bytes: Buffer,
  offsetOf: (address: bigint) => number | null,
): Map<number, DatasetHeader> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headers = new Map<number, DatasetHeader>();
  for (let at = bytes.indexOf(SIGNATURE.header); at !== -1; at = bytes.indexOf(SIGNATURE.header, at + 1)) {
    const messages = messagesOf(view, at, offsetOf);
    const space = messages.find(({ type }) => type === DATASPACE);
    const layout = messages.find(({ type }) => type === LAYOUT);
    const counts = space === undefined ? null : countsOf(view, space);
    const data = layout === undefined ? null : dataOf(view, layout, offsetOf);
    if (counts !== null && data !== null) headers.set(data.at, { counts, size: data.size });
  }
  return headers;
}

/** None where what looks like a header is something else. */
function messagesOf(view: DataView, header: number, offsetOf: (address: bigint) => number | null): Message[] {
  if (header + 16 > view.byteLength || view.getUint8(header + 4) !== HEADER_VERSION) return [];
  const flags = view.getUint8(header + 5);
  const sizeAt = header + 6 + ((flags & HAS_TIMES) === 0 ? 0 : 16) + ((flags & HAS_PHASES) === 0 ? 0 : 4);
  const sizeBytes = 1 << (flags & SIZE_OF_CHUNK);
  if (sizeAt + sizeBytes > view.byteLength) return [];
  const size = Number(readUnsigned(view, sizeAt, sizeBytes));
  const begin = sizeAt + sizeBytes;
  const messages: Message[] = [];
  const parts: { from: number; begin: number; at: number }[] = [{ from: header, begin, at: begin + size }];
  for (let part = 0; part < parts.length && part < PARTS_MAX; part++) {
    const { from, begin, at: end } = parts[part]!;
    if (end + CHECKSUM_BYTES > view.byteLength) return [];
    if (lookup3(view, from, end - from) !== view.getUint32(end, true)) return [];
    const prefix = (flags & HAS_ORDER) === 0 ? 4 : 6;
    for (let at = begin; at + prefix <= end;) {
      const message = { type: view.getUint8(at), at: at + prefix, checksum: { from, at: end } };
      at += prefix + view.getUint16(at + 1, true);
      if (at > end) return [];
      messages.push(message);
      if (message.type !== CONTINUATION) continue;
      const next = offsetOf(view.getBigUint64(message.at, true));
      const length = Number(view.getBigUint64(message.at + 8, true));
      if (next === null || !isContinuation(view, next, length)) return [];
      parts.push({ from: next, begin: next + 4, at: next + length - CHECKSUM_BYTES });
    }
  }
  return messages;
}

function isContinuation(view: DataView, at: number, length: number): boolean {
  if (at + 4 > view.byteLength || length < 8) return false;
  return SIGNATURE.continuation.every((byte, index) => view.getUint8(at + index) === byte);
}

function countsOf(view: DataView, { at, checksum }: Message): HeaderNumber[] | null {
  const [version, rank, flags, kind] = [0, 1, 2, 3].map((byte) => view.getUint8(at + byte));
  if (version !== 2 || rank !== 1 || kind !== 1) return null;
  const count = view.getBigUint64(at + 4, true);
  if (flags === 0) return [{ at: at + 4, bytes: 8, checksum }];
  // One that may grow is not in one run.
  if (flags !== 1 || view.getBigUint64(at + 12, true) !== count) return null;
  return [{ at: at + 4, bytes: 8, checksum }, { at: at + 12, bytes: 8, checksum }];
}

function dataOf(
  view: DataView,
  { at, checksum }: Message,
  offsetOf: (address: bigint) => number | null,
): { at: number; size: HeaderNumber } | null {
  const [version, kind] = [view.getUint8(at), view.getUint8(at + 1)];
  if (version !== 3 && version !== 4) return null;
  if (kind === COMPACT) return { at: at + 4, size: { at: at + 2, bytes: 2, checksum } };
  if (kind !== CONTIGUOUS) return null;
  const begin = offsetOf(view.getBigUint64(at + 2, true));
  return begin === null ? null : { at: begin, size: { at: at + 10, bytes: 8, checksum } };
}

function readUnsigned(view: DataView, at: number, bytes: number): bigint {
  let value = 0n;
  for (let index = bytes - 1; index >= 0; index--) value = value << 8n | BigInt(view.getUint8(at + index));
  return value;
}
