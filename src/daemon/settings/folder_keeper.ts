/** Holds the locks of the folders that this process works on; one that cannot be locked yet is retried. */
import { access, constants } from "node:fs/promises";
import { messageOf, reasonOf } from "../../files/errors.ts";
import { removeProbes } from "../../files/probe.ts";
import { FolderInUseError, FolderLock } from "./folder_lock.ts";
import type { TimeLimit } from "../../time/time_limit.ts";

/** A folder that does not answer for so long is asked again later. */
const LOOK_MS_MAX = 1000;

/** The time of each lock's description. */
const RENEW_MS = 30_000;

export class FolderKeeper {
  readonly #limit: TimeLimit;
  readonly #locks = new Map<string, FolderLock>();
  readonly #asked = new Set<string>();
  /** Held until they were removed; whoever makes them anew comes before or after this process's next look. */
  readonly #vacant = new Set<string>();
  #renewAt_ms = 0;

  constructor(limit: TimeLimit) {
    this.#limit = limit;
  }

  /** Whether nobody else can work there: it is locked, or was and has gone. */
  holds(path: string): boolean {
    return this.#locks.has(path) || this.#vacant.has(path);
  }

  isLocked(path: string): boolean {
    return this.#locks.has(path);
  }

  /**
   * Locks all of them, or none. The folders must have answered just now: this waits for the disk.
   * @throws {FolderInUseError} and the system's error where a folder cannot be written
   */
  take(paths: readonly string[]): void {
    const missing = paths.filter((path) => !this.isLocked(path));
    const taken: string[] = [];
    try {
      for (const path of new Set(missing)) {
        this.#locks.set(path, FolderLock.take([path]));
        this.#vacant.delete(path);
        taken.push(path);
        removeProbes(path);
      }
    } catch (error) {
      for (const path of taken) this.release(path);
      throw error;
    }
  }

  /** Why the folder cannot be locked, or null where it is; asks the disk in the background, one question a folder. */
  async tryToTake(path: string): Promise<string | null> {
    if (this.isLocked(path)) return null;
    const reason = await this.reasonNotThere(path);
    if (reason !== null) return reason;
    try {
      this.take([path]);
      return null;
    } catch (error) {
      if (error instanceof FolderInUseError) this.#vacant.delete(path);
      return reasonOf(error);
    }
  }

  /** Why a folder cannot be listed, or null; each is asked once at a time. */
  async reasonNotThere(path: string): Promise<string | null> {
    if (this.#asked.has(path)) return "it does not answer";
    this.#asked.add(path);
    const look = async () => {
      try {
        // Deno lists all of a folder before the first entry comes.
        if (Deno.build.os === "windows") { for await (const _entry of Deno.readDir(path)) break; }
        else await access(`${path}/.`, constants.R_OK);
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

  /**
   * Releases each folder that is not the one which was locked: it was removed, and perhaps made anew. It is to be
   * taken again, so that the lock is on the folder that is there now.
   */
  lost(): readonly string[] {
    const now_ms = performance.now();
    const renews = now_ms >= this.#renewAt_ms;
    if (renews) this.#renewAt_ms = now_ms + RENEW_MS;
    const lost: string[] = [];
    for (const [path, lock] of this.#locks) {
      if (renews) lock.renew();
      if (!lock.isLost()) continue;
      lock.abandon();
      this.#locks.delete(path);
      this.#vacant.add(path);
      lost.push(path);
    }
    return lost;
  }

  release(path: string): void {
    this.#locks.get(path)?.release();
    this.#locks.delete(path);
    this.#vacant.delete(path);
  }

  /** At the end. A folder that was away, and is back since the last look, still has the files of its old lock. */
  releaseAll(): void {
    for (const path of this.#vacant) {
      try {
        FolderLock.take([path]).release();
      } catch {
        // it is away, or another process has it
      }
    }
    this.#vacant.clear();
    for (const path of [...this.#locks.keys()]) this.release(path);
  }
}

export function reasonNotTaken(error: unknown): string {
  if (!(error instanceof FolderInUseError)) return messageOf(error);
  const { holder } = error;
  // By a link, another drive's letter, another spelling.
  if (holder?.pid === Deno.pid) return "this pewatch uses the same folder already, under another name";
  return holder === null
    ? "another process works on it"
    : `process ${holder.pid} on ${holder.host} (${holder.program}) works on it since ${holder.since}`;
}
