/** The SHA-256 of a file, made by one thread while another copies it: a few bytes of memory that both have. */

import { digestOfFile, type FileDigest } from "../../files/copy/digest.ts";

/** By the paths of the files. */
export type SharedDigests = ReadonlyMap<string, SharedArrayBuffer>;

const PENDING = 0, DONE = 1, FAILED = 2;
/** The state (int32, 4 bytes unused), the size (float64), the hex digits. */
const SIZE_AT = 8, TEXT_AT = 16, TEXT_BYTES = 64;

export function newSharedDigest(): SharedArrayBuffer {
  return new SharedArrayBuffer(TEXT_AT + TEXT_BYTES);
}

/** Makes them; a file that cannot be read is for the thread that copies it to report. */
export function makeDigests(digests: SharedDigests): void {
  for (const [source, shared] of digests) {
    try {
      putDigest(shared, digestOfFile(source));
    } catch {
      failDigest(shared);
    }
  }
}

export function putDigest(shared: SharedArrayBuffer, { size, sha256 }: FileDigest): void {
  new Float64Array(shared, SIZE_AT, 1)[0] = size;
  // A TextEncoder cannot write into shared memory.
  new Uint8Array(shared, TEXT_AT, TEXT_BYTES).set(new TextEncoder().encode(sha256));
  end(shared, DONE);
}

/** There will be none, as its thread could not read the file or has ended; what has one stays as it is. */
export function failDigest(shared: SharedArrayBuffer): void {
  end(shared, FAILED);
}

function end(shared: SharedArrayBuffer, state: number): void {
  const states = new Int32Array(shared, 0, 1);
  Atomics.compareExchange(states, 0, PENDING, state);
  Atomics.notify(states, 0);
}

/**
 * Blocks this thread until the digest is there, and makes it where there will be none.
 * @throws the system's error
 */
export function awaitDigest(source: string, shared: SharedArrayBuffer): FileDigest {
  const states = new Int32Array(shared, 0, 1);
  while (Atomics.load(states, 0) === PENDING) Atomics.wait(states, 0, PENDING);
  if (Atomics.load(states, 0) !== DONE) return digestOfFile(source);
  const sha256 = new TextDecoder().decode(new Uint8Array(shared, TEXT_AT, TEXT_BYTES).slice());
  return { size: new Float64Array(shared, SIZE_AT, 1)[0]!, sha256 };
}
