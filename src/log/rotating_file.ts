/**
 * A log file that is renamed when it has grown large. Written in the background, line by line in order.
 *
 * Where the file cannot be renamed (on Windows somebody may read it), it goes on in the same file. It flushes nothing to
 * the disk, which would hold up the delivery of frames there.
 */
import { dirname } from "node:path";
import { makeFolder } from "../files/listing.ts";
import { openPlain } from "../files/plain_file.ts";
import { counted } from "./counted.ts";

export interface RotatingFileOptions {
  readonly sizeMax: number;
  /** Files kept: `path`, `path.1`, … 1 keeps only `path`. */
  readonly filesMax: number;
}

/** Lines are collected so long before they are written, so that a burst is one write. */
const FLUSH_MS = 200;
/** Characters that wait at most when the disk does not answer; then lines are left out and counted. */
const PENDING_MAX = 4 * 1024 * 1024;

export class RotatingFile {
  readonly #path: string;
  readonly #options: RotatingFileOptions;
  #file: Deno.FsFile | null = null;
  #size = 0;
  #pending = "";
  #leftOut = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #writing: Promise<void> = Promise.resolve();

  /** @throws the system's error where the file cannot be opened, so that a wrong path is reported at the start */
  constructor(path: string, options: RotatingFileOptions) {
    this.#path = path;
    this.#options = options;
    makeFolder(dirname(path));
    this.#open();
  }

  /** Takes text that ends with a newline. Never throws and never waits. */
  write(text: string): void {
    if (this.#pending.length + text.length > PENDING_MAX) {
      this.#leftOut++;
      return;
    }
    this.#pending += text;
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS);
  }

  /** Comes back when all that was given before is written, or cannot be. */
  flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writing.then(() => this.#writePending());
    return this.#writing;
  }

  async close(): Promise<void> {
    await this.flush();
    this.#file?.close();
    this.#file = null;
  }

  async #writePending(): Promise<void> {
    if (this.#pending === "") return;
    const note = this.#leftOut > 0
      ? `${counted(this.#leftOut, "line is", "lines are")} missing here: the log file could not be written\n`
      : "";
    const bytes = new TextEncoder().encode(this.#pending + note);
    this.#pending = "";
    this.#leftOut = 0;
    try {
      if (this.#size > 0 && this.#size + bytes.length > this.#options.sizeMax) this.#rotate();
      const file = this.#file ?? this.#open();
      for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
      this.#size += bytes.length;
    } catch {
      this.#file?.close();
      this.#file = null; // opened anew by the next write
    }
  }

  #open(): Deno.FsFile {
    this.#file = openForAppending(this.#path);
    this.#size = this.#file.statSync().size;
    return this.#file;
  }

  /** Moves `path` to `path.1` and so on. A rename that fails leaves the file to grow on; the next write tries again. */
  #rotate(): void {
    const kept = this.#options.filesMax - 1;
    try {
      if (kept < 1) this.#file?.truncateSync();
      this.#file?.close();
      this.#file = null;
      for (let number = kept; number >= 1; number--) {
        const from = number === 1 ? this.#path : `${this.#path}.${number - 1}`;
        renameIfThere(from, `${this.#path}.${number}`);
      }
    } catch {
      // goes on in the same file
    }
  }
}

/**
 * Never what a link of this name leads to, and nothing that another name leads to as well.
 * @throws ForeignEntryError, or the system's error
 */
function openForAppending(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { append: true, createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    return openPlain(path, { append: true });
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
