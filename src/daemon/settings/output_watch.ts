/** Whether the output root is there, and is the one that frames were delivered to: it may be a share that comes and goes. */
import type { Settings } from "../../config/settings.ts";
import { messageOf } from "../../files/errors.ts";
import { folderExists } from "../../files/listing.ts";
import { doubtOf, hasMarker, makeMarker } from "../../files/output_marker.ts";
import type { KnownRoots } from "../../frames/stage.ts";
import type { Logger } from "../../log/logger.ts";
import type { TimeLimit } from "../../time/time_limit.ts";
import { CHECK_MS_MAX } from "./check_change.ts";
import type { FolderKeeper } from "./folder_keeper.ts";
import { placeFaults } from "./folder_places.ts";
import { FolderError } from "./make_folders.ts";
import { rootsMarked, type SettingsStore } from "./settings_store.ts";

/** A root that takes no marker is retried after this. */
const MARK_RETRY_MS = 10_000;

export interface OutputWatchOptions {
  readonly log: Logger;
  readonly limit: TimeLimit;
  readonly store: SettingsStore;
  readonly keeper: FolderKeeper;
}

export class OutputWatch {
  readonly #options: OutputWatchOptions;
  /** Whether the root was there since the start or its change; from then on the stage that delivers reports it. */
  #seen = false;
  #marking = false;
  #markAfter_ms = 0;

  constructor(options: OutputWatchOptions) {
    this.#options = options;
  }

  get seen(): boolean {
    return this.#seen;
  }

  /**
   * The first look. One that is not there is waited for.
   * @throws {FolderError} where the folders lead into each other
   */
  begin(): void {
    const { settings } = this.#options.store;
    try {
      this.#seen = folderExists(this.#root) && this.doubtOf(this.#root) === null;
    } catch {
      this.#seen = false;
    }
    const fault = this.#seen ? placeFaults(settings)[0] : undefined;
    if (fault !== undefined) throw new FolderError(fault.key, fault.message);
  }

  /** A change has checked it. */
  setSeen(): void {
    this.#seen = true;
  }

  /**
   * Looks for a root that is not there yet.
   * @returns why it cannot be used, or null; undefined where another one was chosen meanwhile
   */
  async look(): Promise<string | null | undefined> {
    const root = this.#root;
    const reason = await this.#options.keeper.reasonNotThere(root) ?? this.doubtOf(root) ??
      placeFaults(this.#options.store.settings)[0]?.message ?? null;
    if (root !== this.#root) return undefined;
    this.#seen = reason === null;
    return reason;
  }

  /** What speaks against a root that is there, or null. */
  doubtOf(root: string): string | null {
    return doubtOf(root, this.#options.store.roots.marked ?? []);
  }

  /** With a root that has its marker already. */
  withMark(roots: KnownRoots): KnownRoots {
    const root = this.#root;
    if (!this.#seen || roots.marked?.includes(root)) return roots;
    try {
      return hasMarker(root) ? rootsMarked(roots, root) : roots;
    } catch {
      return roots;
    }
  }

  /** A frame was delivered: from now on the output root is known by its marker. Never rejects. */
  async mark(): Promise<void> {
    const { store, limit, log } = this.#options;
    const root = this.#root;
    if (store.roots.marked?.includes(root) || this.#marking || performance.now() < this.#markAfter_ms) return;
    this.#marking = true;
    try {
      await limit.run(() => makeMarker(root), CHECK_MS_MAX);
      await store.useRoots((roots) => rootsMarked(roots, root), performance.now() + CHECK_MS_MAX);
    } catch (error) {
      this.#markAfter_ms = performance.now() + MARK_RETRY_MS;
      log.debug(`${root} gets no marker: ${messageOf(error)}`);
    } finally {
      this.#marking = false;
    }
  }

  get #root(): Settings["folders"]["output_root"] {
    return this.#options.store.settings.folders.output_root;
  }
}
