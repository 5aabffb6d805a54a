/** Gives delivered files the times that the originals had: people and scripts sort by them. */
import { reasonOf } from "../../files/errors.ts";
import type { Logger } from "../events.ts";

export class FileTimes {
  log: Logger | null = null;
  /** Folders whose volume has refused a time. */
  readonly #refused = new Set<string>();

  /** Before the file has its name, so that a watcher sees one time only. Where a volume refuses it, one line says so. */
  keep(path: string, of: { readonly modified_ms: number; readonly folder: string }): void {
    if (of.modified_ms <= 0) return;
    const time = new Date(of.modified_ms);
    try {
      Deno.utimeSync(path, time, time);
    } catch (error) {
      if (this.#refused.has(of.folder)) return;
      if (this.#refused.size >= REMEMBERED_MAX) this.#refused.clear();
      this.#refused.add(of.folder);
      this.log?.warn(
        `${of.folder}: files there cannot keep their times, they get those of their delivery: ${reasonOf(error)}`,
      );
    }
  }
}

/** Forgetting costs one more line. */
const REMEMBERED_MAX = 1000;
