/** Holds the locks of the folders that this process works on; one that cannot be locked yet is tried again. */
import { reasonOf } from "../../files/errors.ts";
import { FolderLock } from "./folder_lock.ts";
import type { TimeLimit } from "../../time/time_limit.ts";

/** A folder that does not answer for so long is asked again later. */
const LOOK_MS_MAX = 1000;

export class FolderKeeper {
  readonly #limit: TimeLimit;
  readonly #locks = new Map<string, FolderLock>();
  readonly #asked = new Set<string>();

  constructor(limit: TimeLimit) {
    this.#limit = limit;
  }

  holds(path: string): boolean {
    return this.#locks.has(path);
  }

  /**
   * Locks all of them, or none. The folders must have answered just now: this waits for the disk.
   * @throws {FolderInUseError} and the system's error where a folder cannot be written
   */
  take(paths: readonly string[]): void {
    const missing = paths.filter((path) => !this.holds(path));
    const taken: string[] = [];
    try {
      for (const path of new Set(missing)) {
        this.#locks.set(path, FolderLock.take([path]));
        taken.push(path);
      }
    } catch (error) {
      for (const path of taken) this.release(path);
      throw error;
    }
  }

  /** Why the folder cannot be locked, or null where it is; asks the disk in the background, one question a folder. */
  async tryToTake(path: string): Promise<string | null> {
    if (this.holds(path)) return null;
    const reason = await this.reasonNotThere(path);
    if (reason !== null) return reason;
    try {
      this.take([path]);
      return null;
    } catch (error) {
      return reasonOf(error);
    }
  }

  /** Why a folder cannot be listed, or null; each is asked once at a time. */
  async reasonNotThere(path: string): Promise<string | null> {
    if (this.#asked.has(path)) return "it does not answer";
    this.#asked.add(path);
    const look = async () => {
      try {
        for await (const _entry of Deno.readDir(path)) break;
      } finally {
        this.#asked.delete(path);
      }
    };
    try {
      await this.#limit.run(look, LOOK_MS_MAX);
      return null;
    } catch (error) {
      return reasonOf(error);
    }
  }

  release(path: string): void {
    this.#locks.get(path)?.release();
    this.#locks.delete(path);
  }

  releaseAll(): void {
    for (const path of [...this.#locks.keys()]) this.release(path);
  }
}
