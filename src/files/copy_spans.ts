/**
 * Copies pieces of files into new files block by block, and reads every block back while it is still in the
 * processor's cache. One pass over each source feeds all targets. One file: reading, writing, comparing and hashing share
 * one pair of blocks, and their order is what is promised.
 */
import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import { syncFile, writeAll } from "./durable.ts";
import { createOwn, openPlain } from "./plain_file.ts";

/**
 * The best of 128 kB to 2 MB (docs/decisions/speed.md): below, calls cost more, above, a block falls out of the
 * processor's second cache before it is compared.
 */
export const BLOCK_BYTES = 256 * 1024;

/**
 * A block is written and read back in pieces of so much: Linux marks a page that is read again as used, which is cheap
 * while the page still waits with some thirty others of this processor to be put on a list. Whole blocks take a tenth
 * more of a processor.
 */
const PIECE_BYTES = 128 * 1024;

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
  /** Where the 64 hex digits of the SHA-256 of a whole source go, or null. */
  readonly checksumSlot: { readonly at: number; readonly source: string } | null;
  /** Whether more follows behind the spans: `extend` writes it. */
  readonly grows?: boolean;
  /** Whether the SHA-256 of the finished file is wanted. */
  readonly hashed?: boolean;
}

export interface CopyOptions {
  /** "compare" reads every block back and compares it; "size" only looks at the finished file's size. */
  readonly verify: "compare" | "size";
  readonly fsync: boolean;
}

/** What `extend` may do with a target whose spans are written; each byte is verified as `options` say. */
export interface GrowingTarget {
  /** @returns the offset where the bytes stand */
  append(bytes: Uint8Array): number;
  overwrite(at: number, bytes: Uint8Array): void;
}

/** Completes a target that grows. */
export type Extend = (path: string, target: GrowingTarget) => void;

/** SHA-256 of a whole file, in hex, and the bytes that it had. */
export interface FileDigest {
  readonly size: number;
  readonly sha256: string;
}

/** What others contribute to a copy. */
export interface CopyHelp {
  readonly extend?: Extend;
  /** Waits for the digests of these sources, which other threads make meanwhile. */
  readonly elsewhere?: ReadonlyMap<string, () => FileDigest>;
}

/** SHA-256 in hex of the targets for which it was wanted, by their paths. */
export type TargetHashes = ReadonlyMap<string, string>;

/** What was written is not what is read back: the target volume is not to be trusted. */
export class VerificationError extends Error {
  override readonly name = "VerificationError";
}

/** A piece of one source for the targets that want it. */
interface Route {
  readonly start: number;
  readonly end: number;
  readonly target: number;
  /** Where the piece begins in the target. */
  readonly at: number;
}

/**
 * Makes every target of its spans. A target that is there (the remains of a copy that was cut off) is removed first.
 * @throws VerificationError, or the system's error; targets may then be half made
 */
export function copySpans(
  targets: readonly CopyTarget[],
  options: CopyOptions,
  { extend, elsewhere = new Map() }: CopyHelp = {},
): TargetHashes {
  using writers = new Writers(targets, options);
  const digests = new Map<string, FileDigest>();
  const wanted = hashedSources(targets);
  for (const source of sourcesOf(targets)) {
    const hash = wanted.has(source) && !elsewhere.has(source);
    const digest = readSource(source, routesOf(source, targets), { writers, hash });
    if (digest !== null) digests.set(source, digest);
  }
  targets.forEach(({ path, grows }, index) => {
    if (grows === true) extend?.(path, writers.growing(index));
  });
  for (const [source, awaited] of elsewhere) digests.set(source, awaited());
  writers.finish(digests);
  return new Map(targets.flatMap((target) => {
    return target.hashed === true ? [[target.path, hashOf(target, digests)] as const] : [];
  }));
}

/** The sources that are hashed as a whole. */
export function hashedSources(targets: readonly CopyTarget[]): Set<string> {
  return new Set(
    [...sourcesOf(targets)].filter((source) =>
      targets.some((target) => target.checksumSlot?.source === source || isCopyOf(target, source))
    ),
  );
}

function isCopyOf({ hashed, spans, grows }: CopyTarget, source: string): boolean {
  return hashed === true && grows !== true && spans.length === 1 && spans[0]!.source === source &&
    spans[0]!.offset === 0;
}

/** A file that is put together has to be read for it: its pieces do not come in their order. */
function hashOf({ path, spans, checksumSlot, grows }: CopyTarget, digests: ReadonlyMap<string, FileDigest>): string {
  const [span] = spans;
  const digest = spans.length === 1 && span!.offset === 0 && checksumSlot === null && grows !== true
    ? digests.get(span!.source)
    : undefined;
  return digest?.size === span?.length ? digest!.sha256 : sha256OfFile(path);
}

/**
 * SHA-256 of a plain file, in hex.
 * @throws the system's error
 */
export function sha256OfFile(path: string): string {
  return digestOfFile(path).sha256;
}

/** The same with the file's size. */
export function digestOfFile(path: string): FileDigest {
  using file = openPlain(path);
  return digestOfOpen(file);
}

/** SHA-256 of an open file in hex, from where it is read up to its end. */
export function sha256OfOpen(file: Deno.FsFile): string {
  return digestOfOpen(file).sha256;
}

function digestOfOpen(file: Deno.FsFile): FileDigest {
  const hash = createHash("sha256");
  let size = 0;
  for (let count = file.readSync(block); count !== null; count = file.readSync(block)) {
    hash.update(block.subarray(0, count));
    size += count;
  }
  return { size, sha256: hash.digest("hex") };
}

function sourcesOf(targets: readonly CopyTarget[]): Set<string> {
  const sources = new Set<string>();
  for (const { spans, checksumSlot } of targets) {
    for (const span of spans) if (span.length > 0) sources.add(span.source);
    if (checksumSlot !== null) sources.add(checksumSlot.source);
  }
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
): FileDigest | null {
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
    return hash === null ? null : { size: position, sha256: hash.digest("hex") };
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
  /** Of each target, how many bytes follow its spans. */
  readonly #appended: number[];

  constructor(targets: readonly CopyTarget[], options: CopyOptions) {
    this.#targets = targets;
    this.#options = options;
    this.#appended = targets.map(() => 0);
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
    const { at, piece: all } = data;
    out.seek(at);
    const compares = this.#options.verify === "compare";
    const step = compares ? PIECE_BYTES : all.length;
    for (let from = 0; from < all.length; from += step) {
      const piece = all.subarray(from, from + step);
      writeAll(out.file, piece);
      out.position += piece.length;
      if (compares) this.#compare(target, { at: at + from, piece });
    }
  }

  growing(target: number): GrowingTarget {
    const overwrite = (at: number, bytes: Uint8Array) => {
      for (let done = 0; done < bytes.length; done += BLOCK_BYTES) {
        this.write(target, { at: at + done, piece: bytes.subarray(done, done + BLOCK_BYTES) });
      }
    };
    const spans = this.#targets[target]!.spans.reduce((sum, span) => sum + span.length, 0);
    const append = (bytes: Uint8Array) => {
      const at = spans + this.#appended[target]!;
      overwrite(at, bytes);
      this.#appended[target]! += bytes.length;
      return at;
    };
    return { append, overwrite };
  }

  /** Puts the checksums in, looks at the sizes, flushes. */
  finish(digests: ReadonlyMap<string, FileDigest>): void {
    this.#targets.forEach((target, index) => {
      const { checksumSlot: slot } = target;
      if (slot !== null) {
        this.write(index, { at: slot.at, piece: new TextEncoder().encode(digests.get(slot.source)!.sha256) });
      }
      const file = this.#out[index]!.file;
      const wanted = target.spans.reduce((sum, span) => sum + span.length, this.#appended[index]!);
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
