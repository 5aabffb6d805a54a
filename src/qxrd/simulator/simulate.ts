/** A simulated detector: frames with their sidecars, written as QXRD writes them, at a steady rate. */
import { setTimeout as delay } from "node:timers/promises";
import { basename, join } from "node:path";
import { frameEntries, type FrameMetadata, templateEntries } from "./metadata.ts";
import { makeFolder } from "../../files/listing.ts";
import { freePath, imageNameOf } from "./names.ts";
import { type PixelKind, PixelSource, type PixelType } from "./pixels.ts";
import { type Geometry, powderGeometry } from "./powder.ts";
import { mixSeed, Random } from "./random.ts";
import { saveSidecar } from "./sidecar_saver.ts";
import { writeQxrdTiff } from "./tiff_writer.ts";

export interface SimulateOptions {
  /** QXRD's output folder; made if it is missing, as is each sub-folder. */
  readonly folder: string;
  /** Below `folder`, for all files. */
  readonly subfolder?: string;
  /** The series' name, "CeO2". */
  readonly base?: string;
  /** Processed frames a second, 15; 0 is as fast as the disk takes them. */
  readonly rate_per_s?: number;
  /** How many processed frames; without it and without `duration_s` there is no end. */
  readonly count?: number;
  /** For how long new frames are begun. */
  readonly duration_s?: number;
  /** Pixels in a row, 2048, and rows (as many as pixels in a row). */
  readonly width?: number;
  readonly height?: number;
  /** Pixels of processed frames, "float32". Raw and dark are uint32, or uint16 with one exposure. */
  readonly type?: PixelType;
  /** Dark frames before the first other one, 0. */
  readonly darks?: number;
  /** A raw frame before each processed one. */
  readonly raw?: boolean;
  /** Phases of the measurement, 1; consecutive frames are its phases. */
  readonly phases?: number;
  /** Number of the first frame, 1. */
  readonly firstNumber?: number;
  readonly lineEnd?: "\n" | "\r\n";
  /** The same seed gives the same pixels, 1. */
  readonly seed?: number;
}

export interface SimulatedFrame {
  readonly imagePath: string;
  readonly sidecarPath: string;
  readonly kind: "processed" | "raw" | "dark";
  readonly number: number;
  readonly width: number;
  readonly height: number;
  readonly type: PixelType;
  readonly pixelBytes: number;
  /** When its sidecar stood under its final name. */
  readonly writtenAt: Date;
  /** Hex SHA-256 of the pixels as they lie in the file; made when it is asked for. */
  sha256OfPixels(): string;
}

/**
 * Writes frames until there are enough of them or `signal` is aborted, which is looked at between frames: each one that
 * is begun is written whole. Gives each frame when its last file is there.
 *
 * A writer that is too slow for the rate goes on without a pause; it does not leave frames out.
 */
export async function* simulate(options: SimulateOptions, signal?: AbortSignal): AsyncGenerator<SimulatedFrame> {
  const detector = new SimulatedDetector(options);
  const { rate_per_s = 15, count = Number.POSITIVE_INFINITY, duration_s = Number.POSITIVE_INFINITY } = options;
  const { darks = 0, raw = false, firstNumber = 1, phases = 1 } = options;
  for (let index = 0; index < darks && !signal?.aborted; index++) {
    yield await detector.expose({ kind: "dark", number: firstNumber + index, phase: 0 });
  }
  detector.prepare(raw ? ["processed", "raw"] : ["processed"]);
  const start_ms = performance.now();
  for (let index = 0; index < count; index++) {
    const due_ms = rate_per_s > 0 ? (index * 1000) / rate_per_s : 0;
    await pause(start_ms + due_ms - performance.now(), signal);
    const elapsed_s = Math.max(due_ms, performance.now() - start_ms) / 1000;
    if (signal?.aborted || elapsed_s >= duration_s) return;
    const shot = { number: firstNumber + Math.floor(index / phases), phase: index % phases };
    if (raw) yield await detector.expose({ ...shot, kind: "raw" });
    yield await detector.expose({ ...shot, kind: "processed" });
  }
}

interface Shot {
  readonly kind: "processed" | "raw" | "dark";
  readonly number: number;
  readonly phase: number;
}

/** Exposures that one image sums up; QXRD writes single exposures with 16 bit. */
const SUMMED_EXPOSURES = 10;

class SimulatedDetector {
  readonly #options: SimulateOptions;
  readonly #folder: string;
  readonly #width: number;
  readonly #height: number;
  readonly #type: PixelType;
  readonly #phases: number;
  readonly #pixels: PixelSource;
  readonly #geometry: Geometry;
  readonly #template: ReturnType<typeof templateEntries>;
  readonly #random: Random;
  #previousPath = "";

  constructor(options: SimulateOptions) {
    const { width = 2048, height = width, type = "float32", phases = 1, seed = 1 } = options;
    this.#options = options;
    this.#folder = join(options.folder, options.subfolder ?? "");
    makeFolder(this.#folder);
    this.#width = width;
    this.#height = height;
    this.#type = type;
    this.#phases = phases;
    this.#pixels = new PixelSource({ width, height, seed });
    this.#geometry = powderGeometry(width, height);
    this.#template = templateEntries();
    this.#random = new Random(mixSeed(seed, Date.now(), Deno.pid));
  }

  /** Before the clock starts, so that the first frames are not late. */
  prepare(kinds: readonly Shot["kind"][]): void {
    for (const kind of kinds) this.#pixels.prepare(this.#pixelsOf(kind));
  }

  async expose(shot: Shot): Promise<SimulatedFrame> {
    const what = this.#pixelsOf(shot.kind);
    const pixelNumber = shot.number * this.#phases + shot.phase;
    const name = imageNameOf({ base: this.#options.base ?? "CeO2", phases: this.#phases, ...shot });
    const imagePath = freePath(this.#folder, name);
    const time = new Date();
    const pixels = this.#pixels.frame(pixelNumber, what);
    const image = { width: this.#width, height: this.#height, type: what.type };
    const tags = { documentName: this.#previousPath, dateTime: tiffDateTime(time) };
    await writeQxrdTiff(imagePath, { ...image, ...tags }, pixels);
    this.#previousPath = imagePath.replaceAll("\\", "/");
    const sidecarPath = `${imagePath}.metadata`;
    await this.#saveSidecar(sidecarPath, { ...shot, ...image, time, imagePath });
    return {
      imagePath,
      sidecarPath,
      kind: shot.kind,
      number: shot.number,
      ...image,
      pixelBytes: pixels.byteCount,
      writtenAt: new Date(),
      sha256OfPixels: () => this.#pixels.sha256(pixelNumber, what),
    };
  }

  #pixelsOf(kind: Shot["kind"]): { type: PixelType; kind: PixelKind } {
    if (kind === "processed") return { type: this.#type, kind: "sample" };
    return { type: this.#type === "uint16" ? "uint16" : "uint32", kind: kind === "dark" ? "dark" : "sample" };
  }

  async #saveSidecar(
    path: string,
    frame: Pick<FrameMetadata, "kind" | "number" | "phase" | "width" | "height" | "type" | "time" | "imagePath">,
  ): Promise<void> {
    const entries = frameEntries(this.#template, {
      ...frame,
      phases: this.#phases,
      exposure_s: 1,
      summedExposures: frame.type === "uint8" ? 0 : frame.type === "uint16" ? 1 : SUMMED_EXPOSURES,
      imageName: basename(frame.imagePath),
      geometry: this.#geometry,
    });
    await saveSidecar(path, entries, { lineEnd: this.#options.lineEnd ?? "\n", random: this.#random });
  }
}

function tiffDateTime(time: Date): string {
  const parts = [time.getMonth() + 1, time.getDate(), time.getHours(), time.getMinutes(), time.getSeconds()];
  const [month, day, hour, minute, second] = parts.map((part) => String(part).padStart(2, "0"));
  return `${time.getFullYear()}:${month}:${day} ${hour}:${minute}:${second}`;
}

/** Ends early when `signal` is aborted. A pause of nothing still lets other work of the thread go on. */
async function pause(duration_ms: number, signal?: AbortSignal): Promise<void> {
  await delay(Math.max(0, duration_ms), undefined, signal && { signal }).catch(() => {});
}
