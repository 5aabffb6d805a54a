/**
 * One CSV file that is added to: whole lines only, one header, never two kinds of lines in one file. Two computers that
 * deliver into one folder may write to the same one: each has it locked while it adds a line.
 */
import { dirname, join, parse } from "node:path";
import { thrownText } from "./thrown_text.ts";

export interface CsvFileOptions {
  /** The first line, with its line end. */
  readonly header: string;
  /** Whether the file begins with the mark by which Excel knows UTF-8. */
  readonly bom: boolean;
  /** Reported to the plugin, which logs it. */
  readonly reports: { warn(message: string): void; info(message: string): void };
  /** Whether a line is on the disk before it counts: the cursor in the ledger is. */
  readonly fsync: boolean;
  /** Opens for reading and writing, making the file where it is not there. */
  readonly open?: (path: string) => Deno.FsFile;
}

/** Files of one name with other columns; more is a mistake that makes a new file each time. */
const NAMES_MAX = 99;
/** A longer line was not written here. */
const LINE_BYTES_MAX = 4 * 1024 * 1024;
/** Who writes a line has the lock for less than a millisecond. */
const LOCK_TRIES = 100;
const LOCK_PAUSE_MS = 5;
const BOM = "\uFEFF";
const NEW_LINE = 10;

export class CsvFile {
  readonly #asked: string;
  readonly #options: CsvFileOptions;
  /** Of the file that is written: above 1 where files with other columns are in the place of those before. */
  #number = 1;
  /** As it was left after the last line; null where the file has not been looked at. */
  #size: number | null = null;
  #inTrouble = false;

  constructor(path: string, options: CsvFileOptions) {
    this.#asked = path;
    this.#options = options;
  }

  /** `frames.csv`, `frames-2.csv`, … */
  get path(): string {
    if (this.#number === 1) return this.#asked;
    const { dir, name, ext } = parse(this.#asked);
    return join(dir, `${name}-${this.#number}${ext}`);
  }

  /**
   * Adds a line, with its line end, to the file.
   * @returns whether it stands there; where not, the same is to be retried
   */
  append(line: string): boolean {
    try {
      this.#write(line);
    } catch (error) {
      this.#size = null;
      if (!this.#inTrouble) {
        this.#options.reports.warn(
          `Cannot write ${this.path}: ${thrownText(error)}; frames wait in the ledger until it can be`,
        );
      }
      this.#inTrouble = true;
      return false;
    }
    if (this.#inTrouble) this.#options.reports.info(`${this.path} is written again`);
    this.#inTrouble = false;
    return true;
  }

  /** Whether the next line could be written, as far as the opening says. */
  get isWritable(): boolean {
    try {
      this.#open(this.path).close();
      return true;
    } catch {
      return false;
    }
  }

  #write(lines: string): void {
    for (let tries = 0; tries < NAMES_MAX; tries++) {
      using file = this.#open(this.path);
      const at = locked(file, () => this.#add(file, lines));
      if (at !== null) return this.#flush(file, at);
      this.#number++;
      this.#size = null;
    }
    throw new Error("there are too many files of this name with other columns");
  }

  /** Returns where the lines begin; null where the file has other columns. */
  #add(file: Deno.FsFile, lines: string): number | null {
    const size = file.seekSync(0, Deno.SeekMode.End);
    if (size > 0 && size === this.#size) return this.#put(file, size, lines);
    // Changed by somebody, or not yet looked at.
    const start = this.#columnsOf(file);
    if (start === "others") return null;
    return start === "torn"
      ? this.#put(file, 0, this.#start() + lines)
      : this.#put(file, this.#repair(file, size), lines);
  }

  /** All in one write: whoever reads meanwhile, or is killed, has whole lines but for a failing disk. */
  #put(file: Deno.FsFile, at: number, text: string): number {
    const bytes = new TextEncoder().encode(text);
    try {
      file.seekSync(at, Deno.SeekMode.Start);
      for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
    } catch (error) {
      tryTo(() => file.truncateSync(at)); // no half line on a full disk
      throw error;
    }
    this.#size = at + bytes.length;
    return at;
  }

  /** Without the lock, which on Windows keeps readers out and a flush would hold for long. */
  #flush(file: Deno.FsFile, at: number): void {
    if (!this.#options.fsync) return;
    try {
      sync(file);
      if (at > 0 || Deno.build.os === "windows") return;
      using folder = Deno.openSync(dirname(this.path), { read: true });
      sync(folder);
    } catch (error) {
      // The lines come again; another's that stand behind them meanwhile stay.
      const takeOut = () => file.seekSync(0, Deno.SeekMode.End) === this.#size && file.truncateSync(at);
      tryTo(() => locked(file, takeOut));
      throw error;
    }
  }

  #open(path: string): Deno.FsFile {
    const open = this.#options.open ?? openForAdding;
    try {
      return open(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      // One folder, not all above it: an output that is gone (a share) must not come up again on the wrong disk.
      Deno.mkdirSync(dirname(path));
      return open(path);
    }
  }

  #start(): string {
    return `${this.#options.bom ? BOM : ""}${this.#options.header}`;
  }

  /**
   * What the file begins with; "torn" is nothing, or a part of the header alone. Line ends and the mark of UTF-8 do not
   * count: a file that was saved by an editor goes on.
   */
  #columnsOf(file: Deno.FsFile): "ours" | "torn" | "others" {
    const header = this.#options.header.trimEnd();
    const bytes = readAt(file, 0, new TextEncoder().encode(BOM + header).length + 2);
    const text = new TextDecoder().decode(bytes); // takes the mark off
    const end = text.indexOf("\n");
    if (end < 0) return header.startsWith(text.trimEnd()) ? "torn" : "others";
    return text.slice(0, end).trimEnd() === header ? "ours" : "others";
  }

  /** Cuts off a last line without an end, which a power cut leaves; returns the size that is left. */
  #repair(file: Deno.FsFile, size: number): number {
    const tail = readAt(file, Math.max(0, size - LINE_BYTES_MAX), LINE_BYTES_MAX);
    const end = tail.lastIndexOf(NEW_LINE) + 1;
    const cut = tail.length - end;
    if (cut === 0) return size;
    file.truncateSync(size - cut);
    const text = new TextDecoder().decode(tail.subarray(end)).slice(0, 500);
    this.#options.reports.warn(`${this.path}: its last line had no end and was taken out: ${text}`);
    return size - cut;
  }
}

/** The output is everybody's: no link of this name is followed, no pipe waited for. */
function openForAdding(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { read: true, write: true, createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  const { isFile, nlink } = Deno.lstatSync(path);
  if (!isFile || (nlink ?? 1) > 1) throw new Error(`${path} is a link or not a file; remove it`);
  return Deno.openSync(path, { read: true, write: true });
}

/** @throws where another program keeps the lock */
function locked<Result>(file: Deno.FsFile, run: () => Result): Result {
  const isLocked = tryLock(file);
  try {
    return run();
  } finally {
    if (isLocked) tryTo(() => file.unlockSync());
  }
}

/** False on a volume without locks, where one daemon a file has to do. */
function tryLock(file: Deno.FsFile): boolean {
  for (let left = LOCK_TRIES;; left--) {
    try {
      if (file.tryLockSync(true)) return true;
    } catch {
      return false;
    }
    if (left <= 1) throw new Error("another program has it locked");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_PAUSE_MS);
  }
}

/** Some shares and FUSE volumes know no flush. */
function sync(file: Deno.FsFile): void {
  try {
    file.syncSync();
  } catch (error) {
    if (!["EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"].includes((error as { code?: string }).code ?? "")) throw error;
  }
}

function readAt(file: Deno.FsFile, at: number, length: number): Uint8Array {
  file.seekSync(at, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let filled = 0;
  for (let read; filled < length && (read = file.readSync(bytes.subarray(filled))) !== null;) filled += read;
  return bytes.subarray(0, filled);
}

function tryTo(run: () => void): void {
  try {
    run();
  } catch {
    // What went wrong before it counts.
  }
}
