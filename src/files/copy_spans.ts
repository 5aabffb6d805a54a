/**
 * Copies pieces of files into new files block by block, and reads every block back while it is still in the
 * processor's cache. One pass over each source feeds all targets.
 */
import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import { syncFile, writeAll } from "./durable.ts";
import { createOwn, openPlain } from "./plain_file.ts";

/**
 * The best of 128 kB to 2 MB (docs/measurements.md): below, calls cost more, above, a block falls out of the
 * processor's second cache before it is compared.
 */
export const BLOCK_BYTES = 256 * 1024;

/**
 * What is copied and what is read back, one pair for all copies of a thread: a new pair for each frame costs a tenth
 * of the time, in pages that have to be mapped and cleared. copySpans() is synchronous, so nobody else is in them.
 */
const block = new Uint8Array(BLOCK_BYTES);
const back = Buffer.alloc(BLOCK_BYTES);

/** A piece of a source file, in bytes. */
export interface Span {
  readonly source: string;
  readonly offset: number;
  readonly length: number;
}

/** A file to be made of pieces, one after the other. */
export interface CopyTarget {
  readonly path: string;
  readonly spans: readonly Span[];
  /** Where the 64 hex digits of the SHA-256 of `hashed` go, or null. */
  readonly checksumSlot: number | null;
}

export interface CopyOptions {
  /** "compare" reads every block back and compares it; "size" only looks at the finished file's size. */
  readonly verify: "compare" | "size";
  readonly fsync: boolean;
  /** The source whose SHA-256 is wanted, read from its first byte to its last; null for none. */
  readonly hashed: string | null;
}

/** What was written is not what is read back: the target volume is not to be trusted. */
export class VerificationError extends Error {
  override readonly name = "VerificationError";
}

/** A piece of one source on its way to the targets that want it. */
interface Route {
  readonly start: number;
  readonly end: number;
  readonly target: number;
  /** Where the piece begins in the target. */
  readonly at: number;
}

/**
 * Makes every target of its spans. A target that is there (the remains of a copy that was cut off) is removed first.
 * @returns the SHA-256 of `options.hashed` in hex, or null
 * @throws VerificationError, or the system's error; targets may then be half made
 */
export function copySpans(targets: readonly CopyTarget[], options: CopyOptions): string | null {
  using writers = new Writers(targets, options);
  let sha256: string | null = null;
  for (const source of sourcesOf(targets, options)) {
    const digest = readSource(source, routesOf(source, targets), { writers, hash: source === options.hashed });
    sha256 ??= digest;
  }
  writers.finish(sha256);
  return sha256;
}

function sourcesOf(targets: readonly CopyTarget[], options: CopyOptions): Set<string> {
  const sources = new Set<string>();
  for (const target of targets) {
    for (const span of target.spans) if (span.length > 0) sources.add(span.source);
  }
  if (options.hashed !== null) sources.add(options.hashed);
  return sources;
}

function routesOf(source: string, targets: readonly CopyTarget[]): Route[] {
  const routes: Route[] = [];
  targets.forEach((target, index) => {
    let at = 0;
    for (const span of target.spans) {
      if (span.source === source && span.length > 0) {
        routes.push({ start: span.offset, end: span.offset + span.length, target: index, at });
      }
      at += span.length;
    }
  });
  return routes;
}

function readSource(
  source: string,
  routes: readonly Route[],
  options: { writers: Writers; hash: boolean },
): string | null {
  const hash = options.hash ? createHash("sha256") : null;
  const file = openPlain(source);
  try {
    const start = options.hash ? 0 : Math.min(...routes.map((route) => route.start));
    const end = options.hash ? Infinity : Math.max(...routes.map((route) => route.end));
    if (start > 0) file.seekSync(start, Deno.SeekMode.Start);
    let position = start;
    while (position < end) {
      const count = file.readSync(block.subarray(0, Math.min(block.length, end - position)));
      if (count === null) break;
      const bytes = block.subarray(0, count);
      hash?.update(bytes);
      for (const route of routes) {
        const from = Math.max(route.start, position);
        const to = Math.min(route.end, position + count);
        if (from >= to) continue;
        const piece = bytes.subarray(from - position, to - position);
        options.writers.write(route.target, { at: route.at + from - route.start, piece });
      }
      position += count;
    }
    const short = routes.find((route) => route.end > position);
    if (short) throw new Error(`${source} ends at byte ${position}, ${short.end} were expected`);
    return hash === null ? null : hash.digest("hex");
  } finally {
    file.close();
  }
}

/** The targets while they are written: one handle to write and one to read back, so that neither has to seek. */
class Writers implements Disposable {
  readonly #targets: readonly CopyTarget[];
  readonly #options: CopyOptions;
  readonly #out: Handle[] = [];
  readonly #in: Handle[] = [];

  constructor(targets: readonly CopyTarget[], options: CopyOptions) {
    this.#targets = targets;
    this.#options = options;
    try {
      for (const target of targets) {
        this.#out.push(new Handle(createOwn(target.path)));
        if (options.verify === "compare") this.#in.push(new Handle(openPlain(target.path)));
      }
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  write(target: number, data: { at: number; piece: Uint8Array }): void {
    const out = this.#out[target]!;
    out.seek(data.at);
    writeAll(out.file, data.piece);
    out.position += data.piece.length;
    if (this.#options.verify === "compare") this.#compare(target, data);
  }

  /** Puts the checksum in, looks at the sizes, flushes. */
  finish(sha256: string | null): void {
    this.#targets.forEach((target, index) => {
      if (target.checksumSlot !== null && sha256 !== null) {
        this.write(index, { at: target.checksumSlot, piece: new TextEncoder().encode(sha256) });
      }
      const file = this.#out[index]!.file;
      const wanted = target.spans.reduce((sum, span) => sum + span.length, 0);
      const size = file.statSync().size;
      if (size !== wanted) throw new VerificationError(`${target.path} has ${size} bytes, ${wanted} were written`);
      if (this.#options.fsync) syncFile(file, target.path);
    });
  }

  #compare(target: number, data: { at: number; piece: Uint8Array }): void {
    const handle = this.#in[target]!;
    handle.seek(data.at);
    let done = 0;
    while (done < data.piece.length) {
      const count = handle.file.readSync(back.subarray(done, data.piece.length));
      if (count === null) break;
      done += count;
    }
    handle.position += done;
    if (done !== data.piece.length || !back.subarray(0, done).equals(data.piece)) {
      const path = this.#targets[target]!.path;
      throw new VerificationError(
        `${path} reads back differently in bytes ${data.at} to ${data.at + data.piece.length}`,
      );
    }
  }

  [Symbol.dispose](): void {
    for (const handle of [...this.#out, ...this.#in]) handle.file.close();
  }
}

/** An open file that knows where it stands. */
class Handle {
  readonly file: Deno.FsFile;
  position = 0;

  constructor(file: Deno.FsFile) {
    this.file = file;
  }

  seek(position: number): void {
    if (position !== this.position) this.file.seekSync(position, Deno.SeekMode.Start);
    this.position = position;
  }
}
