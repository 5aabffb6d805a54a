/**
 * The checksum of HDF5's metadata (File Format Specification, "Checksum"): lookup3 of Bob Jenkins, `hashlittle` with an
 * initial value of 0 (http://burtleburtle.net/bob/c/lookup3.c, public domain).
 */

const BLOCK_BYTES = 12;
const START = 0xdeadbeef;

/** Of `length` bytes from `from` on; unsigned, 32 bits. */
export function lookup3(view: DataView, from: number, length: number): number {
  let a = (START + length) | 0;
  let b = a;
  let c = a;
  let at = from;
  let left = length;
  for (; left > BLOCK_BYTES; at += BLOCK_BYTES, left -= BLOCK_BYTES) {
    a = (a + view.getInt32(at, true)) | 0;
    b = (b + view.getInt32(at + 4, true)) | 0;
    c = (c + view.getInt32(at + 8, true)) | 0;
    a = ((a - c) | 0) ^ rotated(c, 4);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotated(a, 6);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotated(b, 8);
    b = (b + a) | 0;
    a = ((a - c) | 0) ^ rotated(c, 16);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotated(a, 19);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotated(b, 4);
    b = (b + a) | 0;
  }
  if (left === 0) return c >>> 0;
  a = (a + tail(view, at, left)) | 0;
  b = (b + tail(view, at + 4, left - 4)) | 0;
  c = (c + tail(view, at + 8, left - 8)) | 0;
  c = ((c ^ b) - rotated(b, 14)) | 0;
  a = ((a ^ c) - rotated(c, 11)) | 0;
  b = ((b ^ a) - rotated(a, 25)) | 0;
  c = ((c ^ b) - rotated(b, 16)) | 0;
  a = ((a ^ c) - rotated(c, 4)) | 0;
  b = ((b ^ a) - rotated(a, 14)) | 0;
  c = ((c ^ b) - rotated(b, 24)) | 0;
  return c >>> 0;
}

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** Four bytes, little-endian, those beyond the end as 0. */
function tail(view: DataView, at: number, length: number): number {
  if (length >= 4) return view.getInt32(at, true);
  let value = 0;
  for (let index = 0; index < length; index++) value |= view.getUint8(at + index) << (8 * index);
  return value;
}
