/** Reads lines from the segments, in their order; remembers where it stopped, so that the next lines are found at once. */
import { isMissing } from "../files/errors.ts";
import { openPlain } from "../files/plain_file.ts";
import { headOfLine, type LedgerLine, parseLine } from "./line.ts";
import { listSegments } from "./segments.ts";

/** So much is read at once: a hundred lines or two. */
const CHUNK_BYTES = 256 * 1024;
const LINE_END = 10;

export interface ReadLines {
  /** Oldest first. */
  readonly lines: readonly LedgerLine[];
  /** Up to here everything was looked at; at least what was asked for. */
  readonly upTo: number;
  /** Lines that are gone, or that cannot be read. */
  readonly missing: number;
}

interface Place {
  readonly path: string;
  /** Of the line behind `sequence`. */
  readonly offset: number;
  readonly sequence: number;
}

export class LedgerReader {
  readonly #folder: string;
  #place: Place | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Lines behind `after`, some hundred at most. Where the first ones are gone, the first that are there.
   * @param upTo the last line that may be read: what follows may not be on the disk yet
   * @throws the system's error
   */
  async read(after: number, upTo: number): Promise<ReadLines> {
    let position = after;
    let missing = 0;
    for (let place = this.#find(after); place !== null; place = this.#behind(place)) {
      const found = await this.#readAt(place, { after: position, upTo });
      missing += found.missing;
      if (found.lines.length > 0 || found.upTo >= upTo) return { ...found, missing };
      position = found.upTo;
    }
    this.#place = null;
    return { lines: [], upTo, missing: missing + Math.max(0, upTo - position) };
  }

  /** Where to begin to look for the line behind `after`. */
  #find(after: number): Place | null {
    if (this.#place?.sequence === after) return this.#place;
    const segments = listSegments(this.#folder);
    const segment = segments.findLast(({ first }) => first <= after + 1) ?? segments[0];
    return segment === undefined ? null : { path: segment.path, offset: 0, sequence: segment.first - 1 };
  }

  #behind({ path }: Place): Place | null {
    const segments = listSegments(this.#folder);
    const next = segments[segments.findIndex((segment) => segment.path === path) + 1];
    return next === undefined ? null : { path: next.path, offset: 0, sequence: next.first - 1 };
  }

  async #readAt(place: Place, { after, upTo }: { after: number; upTo: number }): Promise<ReadLines> {
    const lines: LedgerLine[] = [];
    let { offset, sequence } = place;
    let missing = 0;
    let position = after;
    try {
      using file = openPlain(place.path);
      for (let bytes = CHUNK_BYTES; lines.length === 0;) {
        const chunk = await readChunk(file, offset, bytes);
        const end = chunk.lastIndexOf(LINE_END) + 1;
        if (end === 0) {
          if (chunk.length < bytes) break;
          bytes *= 2; // a longer line than usual
          continue;
        }
        for (const text of decoder.decode(chunk.subarray(0, end - 1)).split("\n")) {
          const length = encoder.encode(text).length + 1;
          const head = headOfLine(text);
          if (head !== null && head.sequence > upTo) {
            this.#place = { path: place.path, offset, sequence };
            return { lines, upTo: Math.max(position, sequence), missing };
          }
          offset += length;
          if (head === null) continue;
          sequence = head.sequence;
          if (sequence <= after) continue;
          missing += Math.max(0, sequence - position - 1);
          position = sequence;
          const line = parseLine(text);
          if (line === null) missing++;
          else lines.push(line);
        }
      }
    } catch (error) {
      // It was removed since it was listed: the next one goes on.
      if (!isMissing(error)) throw error;
    }
    this.#place = { path: place.path, offset, sequence };
    return { lines, upTo: position, missing };
  }
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

async function readChunk(file: Deno.FsFile, offset: number, length: number): Promise<Uint8Array> {
  await file.seek(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const count = await file.read(bytes.subarray(done));
    if (count === null) break;
    done += count;
  }
  return bytes.subarray(0, done);
}
