/** Writes the targets of a copy block by block, and reads every block back while it is still in the processor's cache. */
import { fill, syncFile, writeAll } from "../durable.ts";
import { createOwn, openPlain } from "../plain_file.ts";
import { back, BLOCK_BYTES } from "./blocks.ts";
import type { FileDigest } from "./digest.ts";
import { hasBytes } from "./same_content.ts";

/**
 * A block is written and read back in pieces of so much: Linux marks a page that is read again as used, which is cheap
 * while the page still waits with some thirty others of this processor to be put on a list. Whole blocks take a tenth
 * more of a processor.
 */
const PIECE_BYTES = 128 * 1024;

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

/** What was written is not what is read back: the target volume is not to be trusted. */
export class VerificationError extends Error {
  override readonly name = "VerificationError";
}

/**
 * Makes a new file of these bytes, and reads it back.
 * @throws VerificationError, or the system's error
 */
export function writeVerified(path: string, bytes: Uint8Array, options: { readonly fsync: boolean }): void {
  {
    using file = createOwn(path);
    writeAll(file, bytes);
    if (options.fsync) syncFile(file, path);
  }
  if (!hasBytes(path, bytes)) throw new VerificationError(`${path} differs from what was written to it`);
}

/** The targets while they are written: one handle to write and one to read back, so that neither has to seek. */
export class TargetWriters implements Disposable {
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
    const read = back.subarray(0, data.piece.length);
    const count = fill(handle.file, read);
    handle.position += count;
    if (count !== read.length || !read.equals(data.piece)) {
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
