/** Free space of the raw folder's volume and of the output's, asked for in the background. */
import { statfs } from "node:fs/promises";

export interface Space {
  /** Bytes; null where the system does not report it, or not in time. */
  readonly raw: number | null;
  readonly output: number | null;
  /** Sizes of the whole volumes. */
  readonly rawTotal: number | null;
  readonly outputTotal: number | null;
}

/** A volume is asked no more often than this. */
const PERIOD_MS = 2000;
/** An answer that is older is no answer any more: the share does not answer. */
const AGE_MS_MAX = 10_000;

export class SpaceWatch {
  readonly #volumes = { raw: new Volume(), output: new Volume() };

  /** What is known; asks anew behind that, where it is time to. Never waits. */
  look(paths: { readonly raw: string; readonly output: string }): Space {
    const raw = this.#volumes.raw.look(paths.raw);
    const output = this.#volumes.output.look(paths.output);
    return { raw: raw.free, output: output.free, rawTotal: raw.total, outputTotal: output.total };
  }
}

interface VolumeSize {
  readonly free: number | null;
  readonly total: number | null;
}

const UNKNOWN: VolumeSize = { free: null, total: null };

class Volume {
  #path = "";
  #size = UNKNOWN;
  #asked_ms = -Infinity;
  #known_ms = -Infinity;
  /** One question at a time: each that hangs holds a thread of the runtime. */
  #asking = false;

  look(path: string): VolumeSize {
    const now_ms = performance.now();
    if (path !== this.#path) {
      this.#path = path;
      this.#size = UNKNOWN;
      this.#asked_ms = -Infinity;
    }
    if (!this.#asking && now_ms - this.#asked_ms >= PERIOD_MS) void this.#ask(path, now_ms);
    return now_ms - this.#known_ms > AGE_MS_MAX ? UNKNOWN : this.#size;
  }

  async #ask(path: string, now_ms: number): Promise<void> {
    this.#asked_ms = now_ms;
    this.#asking = true;
    let size = UNKNOWN;
    try {
      const { bavail, blocks, bsize } = await statfs(path);
      size = { free: bavail * bsize, total: blocks * bsize };
    } catch {
      // RAM disks made by ImDisk answer few questions about folders
    }
    this.#asking = false;
    if (path !== this.#path) return;
    this.#size = size;
    this.#known_ms = performance.now();
  }
}
