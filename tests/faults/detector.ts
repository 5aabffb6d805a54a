/**
 * A detector for the kill tests: writes small frames as QXRD does and keeps a ledger of what it wrote. It shares nothing
 * with the program under test, so that both cannot err alike.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { makeTiff } from "../tiff/make_tiff.ts";
import type { Random } from "./random.ts";

/** What the ledger knows of a frame; it is entered when its last file is there. */
export interface LedgerFrame {
  readonly number: number;
  /** Below raw, forward slashes, "" for raw itself. */
  readonly folder: string;
  readonly image: string;
  /** SHA-256 in hex. */
  readonly pixels: string;
  readonly sidecar: string;
  /** Of the `.overflow` file; null where it has none. */
  readonly overflow: string | null;
  readonly dark: boolean;
}

export interface DetectorOptions {
  readonly raw: string;
  readonly rate_per_s: number;
  readonly random: Random;
  /** Pixels in a row, and rows. */
  readonly side: number;
  /** Whether no frame is to be written for now. */
  readonly holds?: () => boolean;
}

const FOLDERS = ["", "series/a"] as const;
/** One in so many frames is a dark, has its sidecar late, takes a name that was used before, has an overflow file. */
const DARK_EVERY = 10, LATE_EVERY = 7, REUSED_EVERY = 11, OVERFLOW_EVERY = 13;
const LATE_S_MIN = 0.3, LATE_S_MAX = 1.5;
const HOLD_MS = 20;

export class Detector {
  readonly ledger: LedgerFrame[] = [];
  /** Times at which a name was free again and was taken for another frame. */
  reusedNames = 0;
  readonly #options: DetectorOptions;
  readonly #pixels: Uint8Array<ArrayBuffer>;
  readonly #pending = new Set<Promise<void>>();
  #number = 0;
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(options: DetectorOptions) {
    this.#options = options;
    this.#pixels = new Uint8Array(options.side * options.side * 4);
    for (let at = 0; at < this.#pixels.length; at++) {
      this.#pixels[at] = at % 4 === 3 ? 0x44 : options.random.integer(256);
    }
    for (const folder of FOLDERS) Deno.mkdirSync(join(options.raw, ...folder.split("/")), { recursive: true });
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Comes back when the last frame is whole. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await Promise.all(this.#pending);
  }

  async #run(): Promise<void> {
    const { rate_per_s, holds = () => false } = this.#options;
    const start = performance.now();
    let held_ms = 0;
    while (!this.#stopped) {
      this.#number++;
      await this.#expose(this.#number);
      const next = start + held_ms + this.#number * 1000 / rate_per_s;
      await pause(Math.max(0, next - performance.now()));
      const begin = performance.now();
      while (holds() && !this.#stopped) await pause(HOLD_MS);
      held_ms += performance.now() - begin;
    }
  }

  async #expose(number: number): Promise<void> {
    const { raw, random } = this.#options;
    const dark = number % DARK_EVERY === 0;
    const folder = FOLDERS[number % FOLDERS.length]!;
    const reused = !dark && number % REUSED_EVERY === 0;
    const wanted = reused ? "R-00001.tif" : `P-${String(number).padStart(5, "0")}${dark ? ".dark" : ""}.tif`;
    const image = freeName(join(raw, ...folder.split("/")), wanted);
    if (reused && image === wanted) this.reusedNames++;
    const path = join(raw, ...folder.split("/"), image);
    const bytes = this.#image(number);
    await writeImage(path, bytes);
    const overflow = !dark && number % OVERFLOW_EVERY === 0 ? `${number} pixels overflowed\n` : null;
    if (overflow !== null) Deno.writeTextFileSync(`${path}.overflow`, overflow);
    const sidecar = this.#sidecar(number, dark);
    const frame: LedgerFrame = {
      number,
      folder,
      image,
      pixels: sha256(bytes.subarray(8, 8 + this.#pixels.length)),
      sidecar: sha256(new TextEncoder().encode(sidecar)),
      overflow: overflow === null ? null : sha256(new TextEncoder().encode(overflow)),
      dark,
    };
    if (number % LATE_EVERY !== 0) return this.#finish(frame, { path, sidecar });
    const late = pause(1000 * (LATE_S_MIN + random.share() * (LATE_S_MAX - LATE_S_MIN)))
      .then(() => this.#finish(frame, { path, sidecar }))
      .finally(() => this.#pending.delete(late));
    this.#pending.add(late);
  }

  #finish(frame: LedgerFrame, files: { path: string; sidecar: string }): void {
    saveSidecar(files.path, files.sidecar);
    this.ledger.push(frame);
  }

  #image(number: number): Uint8Array<ArrayBuffer> {
    const { side } = this.#options;
    new DataView(this.#pixels.buffer).setFloat32(0, number, true);
    return makeTiff({ width: side, height: side, pixels: this.#pixels });
  }

  #sidecar(number: number, dark: boolean): string {
    const { side } = this.#options;
    const lines = [
      "[metadata]",
      "qxrdVersion=0.11.8",
      `dataType=${dark ? 2 : 5}`,
      `width=${side}`,
      `height=${side}`,
      "exposureTime=0.0666",
      "summedExposures=1",
      `imageNumber=${dark ? -1 : number}`,
      `phaseNumber=${dark ? -1 : 0}`,
      `nPhases=${dark ? 0 : 1}`,
      "dateString=2015.11.19 : 14:37:40.123",
      `userComment1=frame ${number}`,
      "notKnownToAnybody=@Variant(\\0\\0\\0\\x7f)",
      "",
    ];
    return lines.join("\r\n");
  }
}

/** QXRD 0.11.10 puts a counter before the first dot where the name exists. */
function freeName(folder: string, wanted: string): string {
  const dot = wanted.indexOf(".");
  for (let count = 0;; count++) {
    const counter = count === 0 ? "" : `-${String(count).padStart(5, "0")}`;
    const name = wanted.slice(0, dot) + counter + wanted.slice(dot);
    if (!exists(join(folder, name))) return name;
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Under its final name from the start, scan lines in several writes, the directory's place in the header last. */
async function writeImage(path: string, bytes: Uint8Array): Promise<void> {
  const directory = bytes.slice(4, 8);
  using file = Deno.openSync(path, { write: true, createNew: true });
  const unfinished = bytes.slice();
  unfinished.fill(0, 4, 8);
  const step = Math.ceil(unfinished.length / 4);
  for (let at = 0; at < unfinished.length; at += step) {
    writeAll(file, unfinished.subarray(at, at + step));
    await pause(1);
  }
  file.seekSync(4, Deno.SeekMode.Start);
  writeAll(file, directory);
}

/** Lock, text under another name, rename, lock gone: QSettings of Qt 5.15. */
function saveSidecar(image: string, text: string): void {
  const path = `${image}.metadata`;
  Deno.writeTextFileSync(`${path}.lock`, "");
  Deno.writeTextFileSync(`${path}.AbCdEf`, text);
  Deno.renameSync(`${path}.AbCdEf`, path);
  Deno.removeSync(`${path}.lock`);
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
