/** Free space of the raw folder's volume and of the output's, asked for in the background. */
import { statfs } from "node:fs/promises";

export interface Space {
  /** Bytes; null where the system does not report it, or not in time. */
  readonly raw: number | null;
  readonly output: number | null;
}

/** A volume is asked no more often than this. */
const PERIOD_MS = 1000;
/** An answer that is older is no answer any more: the share does not answer. */
const AGE_MS_MAX = 10_000;

export class SpaceWatch {
  readonly #volumes = { raw: new Volume(), output: new Volume() };

  /** What is known; asks anew behind that, where it is time to. Never waits. */
  look(paths: { readonly raw: string; readonly output: string }): Space {
    return { raw: this.#volumes.raw.look(paths.raw), output: this.#volumes.output.look(paths.output) };
  }
}

class Volume {
  #path = "";
  #free: number | null = null;
  #asked_ms = -Infinity;
  #known_ms = -Infinity;
  /** One question at a time: each that hangs holds a thread of the runtime. */
  #asking = false;

  look(path: string): number | null {
    const now_ms = performance.now();
    if (path !== this.#path) {
      this.#path = path;
      this.#free = null;
      this.#asked_ms = -Infinity;
    }
    if (!this.#asking && now_ms - this.#asked_ms >= PERIOD_MS) void this.#ask(path, now_ms);
    return now_ms - this.#known_ms > AGE_MS_MAX ? null : this.#free;
  }

  async #ask(path: string, now_ms: number): Promise<void> {
    this.#asked_ms = now_ms;
    this.#asking = true;
    let free: number | null = null;
    try {
      const { bavail, bsize } = await statfs(path);
      free = bavail * bsize;
    } catch {
      // RAM disks made by ImDisk answer few questions about folders
    }
    this.#asking = false;
    if (path !== this.#path) return;
    this.#free = free;
    this.#known_ms = performance.now();
  }
}
