/**
 * Writes small frames as QXRD does. It shares nothing with the program under test, so that both cannot err alike; each
 * frame's number stands in its pixels and its sidecar, so that no two are equal.
 */
import { dirname, join } from "node:path";
import { makeTiff } from "../tiff/make_tiff.ts";
import { sidecarDate, tiffDate } from "./exposures.ts";
import type { Random } from "./random.ts";
import { exists, sha256 } from "../folders.ts";

/** What is known of a frame that was written. */
export interface LedgerFrame {
  readonly number: number;
  /** Below raw, forward slashes, "" for raw itself. */
  readonly folder: string;
  readonly image: string;
  /** SHA-256 in hex; of an image that cannot be read, of the file. */
  readonly pixels: string;
  readonly pixelBytes: number;
  /** Null where it has none. */
  readonly sidecar: string | null;
  /** Of the `.overflow` file; null where it has none. */
  readonly overflow: string | null;
  /** Its sidecar calls it so: it is removed. */
  readonly dark: boolean;
  /** Only its name calls it a dark: it belongs into the archive. */
  readonly darkByName: boolean;
  /** Its sidecar may come after the image was delivered. */
  readonly late: boolean;
  /** Its image is none, so it belongs into the quarantine. */
  readonly unreadable: boolean;
  /** Somebody has put the image right, and it was retried; the pixels are of that one. */
  readonly retried: boolean;
}

export interface Shot {
  readonly number: number;
  /** Below raw; made where it is missing. */
  readonly folder: string;
  /** The image's name; where it is taken, QXRD's counter is put into it. */
  readonly image: string;
  readonly dark?: boolean;
  /** A list of overflowed pixels, as QXRD writes it, without a pixel or with one. */
  readonly overflow?: "empty" | "one pixel";
  /** It has a name as of a dark, and no sidecar. */
  readonly darkByName?: boolean;
  /** The sidecar may come after the image was delivered. */
  readonly late?: boolean;
  /** It lies there in one piece, its sidecar before it: nothing of it is still to come when it is given up. */
  readonly unreadable?: boolean;
}

/** An image whose sidecar, and the overflow list after it, are still to come. */
export interface HalfWritten {
  readonly frame: LedgerFrame;
  readonly path: string;
  readonly sidecar: string | null;
  readonly overflow: string | null;
  readonly begun_ms: number;
}

/** Far less than the daemons of these tests wait for a sidecar; the image is written in some milliseconds. */
const STANDSTILL_MS = 500;

/** Where this process stood still, the sidecar comes when the daemon may have stopped waiting for it. */
function stoodStill(begun_ms: number): boolean {
  return performance.now() - begun_ms > STANDSTILL_MS;
}

export class FrameWriter {
  readonly #raw: string;
  readonly #side: number;
  readonly #pixels: Uint8Array<ArrayBuffer>;

  /** @param options.side pixels in a row, and rows */
  constructor(raw: string, options: { side: number; random: Random }) {
    const { side, random } = options;
    this.#raw = raw;
    this.#side = side;
    this.#pixels = new Uint8Array(side * side * 4);
    for (let at = 0; at < this.#pixels.length; at++) this.#pixels[at] = at % 4 === 3 ? 0x44 : random.integer(256);
  }

  /** The whole frame. */
  async write(shot: Shot): Promise<LedgerFrame> {
    return this.finish(await this.begin(shot));
  }

  /** The image alone. */
  async begin(shot: Shot): Promise<HalfWritten> {
    const { number, dark = false } = shot;
    const begun_ms = performance.now();
    const folder = join(this.#raw, ...shot.folder.split("/"));
    Deno.mkdirSync(folder, { recursive: true });
    const image = freeName(folder, shot.image);
    const path = join(folder, image);
    const unreadable = shot.unreadable === true;
    const bytes = unreadable ? new TextEncoder().encode(`no image ${number}\n`) : this.#image(number);
    const sidecar = shot.darkByName === true ? null : this.#sidecar(number, { dark, image });
    if (unreadable && sidecar !== null) {
      saveSidecar(path, sidecar);
      Deno.writeFileSync(path, bytes);
    } else await writeImage(path, bytes);
    const overflow = shot.overflow === undefined
      ? null
      : overflowList(number, shot.overflow === "empty" ? [] : [[1, 2]]);
    const frame: LedgerFrame = {
      number,
      folder: shot.folder,
      image,
      pixels: sha256(unreadable ? bytes : bytes.subarray(8, 8 + this.#pixels.length)),
      pixelBytes: this.#pixels.length,
      sidecar: sidecar === null ? null : sha256(new TextEncoder().encode(sidecar)),
      overflow: overflow === null ? null : sha256(new TextEncoder().encode(overflow)),
      dark,
      darkByName: shot.darkByName === true,
      late: shot.late === true || (stoodStill(begun_ms) && !dark),
      unreadable,
      retried: false,
    };
    return { frame, path, sidecar, overflow, begun_ms };
  }

  finish({ frame, path, sidecar, overflow, begun_ms }: HalfWritten): LedgerFrame {
    if (!frame.unreadable && sidecar !== null) saveSidecar(path, sidecar);
    if (overflow !== null) Deno.writeTextFileSync(`${path}.overflow`, overflow);
    return { ...frame, late: frame.late || (stoodStill(begun_ms) && !frame.dark) };
  }

  /**
   * Puts a whole image in the place of one that is none, as a person would who mends a frame of the quarantine.
   * @returns the frame as it is from now on
   */
  mend(frame: LedgerFrame, path: string): LedgerFrame {
    const bytes = this.#image(frame.number);
    const hidden = join(dirname(path), ".mended");
    Deno.writeFileSync(hidden, bytes);
    Deno.renameSync(hidden, path);
    const pixels = sha256(bytes.subarray(8, 8 + this.#pixels.length));
    return { ...frame, pixels, unreadable: false, retried: true };
  }

  #image(number: number): Uint8Array<ArrayBuffer> {
    new DataView(this.#pixels.buffer).setFloat32(0, number, true);
    const date = { tag: 306, type: 2, values: tiffDate(number) } as const;
    return makeTiff({ width: this.#side, height: this.#side, pixels: this.#pixels, extra: [date] });
  }

  #sidecar(number: number, { dark, image }: { dark: boolean; image: string }): string {
    const lines = [
      "[metadata]",
      "qxrdVersion=0.11.8",
      `dataType=${dark ? 2 : 5}`,
      `width=${this.#side}`,
      `height=${this.#side}`,
      "exposureTime=0.0666",
      "summedExposures=1",
      `imageNumber=${dark ? -1 : number}`,
      `phaseNumber=${dark ? -1 : 0}`,
      `nPhases=${dark ? 0 : 1}`,
      `fileBase=${image}`,
      `dateString=${sidecarDate(number)}`,
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

/** Under its final name from the start, scan lines in several writes, the directory's place in the header last. */
async function writeImage(path: string, bytes: Uint8Array): Promise<void> {
  using file = Deno.openSync(path, { write: true, createNew: true });
  const directory = bytes.slice(4, 8);
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

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** As QXRD's saveOverflowData writes it; the name of the image makes each list another. */
function overflowList(number: number, pixels: readonly (readonly [column: number, row: number])[]): string {
  const head = `#S ${pixels.length} overflow pixels for file C:/data/${number}.tif\n#N 3\n#L x  y  d\n`;
  return head + pixels.map(([column, row]) => `${column}\t${row}\t1\n`).join("");
}
