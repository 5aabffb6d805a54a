/** The folders that this process holds: those of frames in progress, draining ones, and others of its own. */
import { basename, dirname } from "node:path";
import { relate } from "../../config/folder_rules.ts";
import { messageOf } from "../../files/errors.ts";
import { folderExists } from "../../files/listing.ts";
import { makeOwnFolder } from "../../files/plain_file.ts";
import { removeProbes } from "../../files/probe.ts";
import { lackTexts, takeLacks } from "../../files/volume_services.ts";
import { drainingKey, drainingUnreadable } from "../../frames/claim/draining_folders.ts";
import type { Backlog, Condition } from "../../frames/events.ts";
import type { DrainingFolder } from "../../frames/stage.ts";
import { type Logger, Once } from "../../log/logger.ts";
import { outputFolder } from "../../config/settings.ts";
import { CHECK_MS_MAX, refusal } from "./check_change.ts";
import { type ClientSetting, clientSettings, keyOf, type SettingChange } from "./client_settings.ts";
import type { Left } from "./draining_list.ts";
import { type FolderKeeper, reasonNotTaken } from "./folder_keeper.ts";
import { FolderInUseError } from "./folder_lock.ts";
import { placeFaults } from "./folder_places.ts";
import { FolderError } from "./make_folders.ts";
import { type SettingsStore, WAY } from "./settings_store.ts";

/**
 * Frames that QXRD writes into the old raw folder are still taken for so long, and for the wait for a sidecar: nobody
 * changes both programs in the same second.
 */
const LEFT_RAW_S = 10;
/** An empty folder whose removal from the file fails stays on the list, and is retried after this. */
const KEEP_RETRY_MS = 10_000;

const CLAIMS = ["temp", "proc"] as const;
const WINDOWS = Deno.build.os === "windows";

export interface HeldFoldersOptions {
  readonly log: Logger;
  readonly store: SettingsStore;
  readonly keeper: FolderKeeper;
  onCondition(condition: Condition): void;
}

export class HeldFolders {
  readonly #options: HeldFoldersOptions;
  readonly #log: Logger;
  readonly #store: SettingsStore;
  readonly #keeper: FolderKeeper;
  /** Those that were reported: one for each service and folder. */
  readonly #lacks = new Once();
  /** Locked besides those of frames in progress. */
  #more: readonly string[] = [];
  #releaseAfter_ms = 0;

  constructor(options: HeldFoldersOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#store = options.store;
    this.#keeper = options.keeper;
  }

  /** Folders that the stages still empty: those that this process holds. */
  get left(): readonly DrainingFolder[] {
    return this.#store.draining.folders.filter(({ path }) => this.#keeper.holds(path));
  }

  holds(path: string): boolean {
    return this.#keeper.holds(path);
  }

  /**
   * Takes the locks of the folders of frames in progress and of `more`. One that a client has written is waited for
   * instead.
   * @throws {FolderInUseError} {@linkcode FolderError} and the system's error where one cannot be written
   */
  open(more: readonly string[]): void {
    const { settings, written } = this.#store;
    const configured = WAY.filter((kind) => written[kind] === undefined).map((kind) => settings.folders[kind]);
    // What people know first: the raw folder names whoever holds it, not a folder of the program's own.
    try {
      this.#keeper.take([...configured, ...more]);
    } catch (error) {
      // By two names for one folder, this process would stand in its own way.
      const fault = error instanceof FolderInUseError && error.holder?.pid === Deno.pid
        ? placeFaults(settings)[0]
        : undefined;
      throw fault === undefined ? error : new FolderError(fault.key, fault.message, { cause: error });
    }
    removeProbes(settings.daemon.state_dir);
    this.#more = more;
    this.#drainLastWork();
  }

  /** Tries to lock what cannot be used yet, and reports the result. Never rejects. */
  async lookAgain(): Promise<void> {
    this.#findLost();
    this.#reportLacks();
    for (const kind of WAY) {
      const path = this.#store.settings.folders[kind];
      if (this.#keeper.isLocked(path) && this.#store.written[kind] === undefined) continue;
      const reason = await this.#take(path);
      if (path !== this.#store.settings.folders[kind]) continue;
      // Of the configuration's that has gone its stage reports.
      const isReported = this.#store.written[kind] === undefined && this.#keeper.holds(path);
      this.reportUnavailable(kind, isReported ? null : reason);
    }
    for (const path of this.#more) {
      if (this.#keeper.isLocked(path)) continue;
      try {
        makeOwnFolder(dirname(path), basename(path));
      } catch {
        continue; // retried at the next look
      }
      await this.#keeper.tryToTake(path);
    }
    for (const { kind, path } of this.#store.draining.folders) {
      if (this.#keeper.holds(path)) continue;
      const reason = await this.#take(path);
      const message = reason === null ? null : drainingUnreadable(kind, path, reason);
      this.#options.onCondition({ key: drainingKey(path), message });
    }
  }

  /** Folders that were removed while they were held, perhaps made anew: those that are there now are to be held. */
  #findLost(): void {
    for (const path of this.#keeper.lost()) {
      this.#log.warn(`${path} was removed or made anew while it was in use; it is locked again as soon as it exists`);
    }
  }

  /** What this thread has missed on a volume; the stages report their own. */
  #reportLacks(): void {
    const { raw, temp, proc, output_root } = this.#store.settings.folders;
    const folders = [raw, temp, proc, output_root, this.#store.settings.daemon.state_dir];
    for (const [key, text] of lackTexts(takeLacks(), folders)) {
      if (this.#lacks.isFirst(key)) this.#log.warn(text);
    }
  }

  /** No stage works with older settings any more: nothing comes into the folders that were left by then. */
  closeDraining(ids?: readonly number[]): void {
    this.#store.draining.close(ids);
  }

  get drainingIds(): readonly number[] {
    return this.#store.draining.ids;
  }

  /** Of what the stages report: the folders that can be released now. */
  emptied(reported: NonNullable<Backlog["left"]>): readonly number[] {
    return performance.now() < this.#releaseAfter_ms ? [] : this.#store.draining.emptied(reported);
  }

  /** Off the list, in the file too; then others may have them. Never rejects. */
  async releaseDraining(ids: readonly number[]): Promise<void> {
    const { draining } = this.#store;
    const gone = draining.folders.filter(({ id }) => ids.includes(id));
    if (gone.length === 0) return;
    try {
      await this.#store.change(
        ({ left }) => ({ left: left.filter(({ id }) => !ids.includes(id)) }),
        performance.now() + CHECK_MS_MAX,
      );
    } catch (error) {
      this.#releaseAfter_ms = performance.now() + KEEP_RETRY_MS;
      this.#log.warn(`${this.#store.path} cannot be written: ${messageOf(error)}`);
      return;
    }
    for (const { kind, path } of gone) {
      if (!this.#store.isInUse(path)) this.#keeper.release(path);
      this.#options.onCondition({ key: drainingKey(path), message: null });
      this.#log.info(`${path}, the ${kind} folder before it was changed, is empty now and no longer used`);
    }
  }

  releaseAll(): void {
    this.#keeper.releaseAll();
  }

  /** Why it cannot be locked, or null. A change may have come meanwhile. */
  async #take(path: string): Promise<string | null> {
    const reason = await this.#keeper.tryToTake(path);
    if (!this.#store.isInUse(path)) this.#keeper.release(path);
    return reason;
  }

  /**
   * Locks the folder that a change names.
   * @returns what undoes it
   * @throws {SettingRefusedError}
   */
  lockFor(change: SettingChange): () => void {
    const { key, value } = change;
    if (key !== "raw" && key !== "temp" && key !== "proc") return () => {};
    if (this.#keeper.holds(value)) return () => {};
    try {
      this.#keeper.take([value]);
    } catch (error) {
      throw refusal(change, reasonNotTaken(error));
    }
    return () => this.#keeper.release(value);
  }

  /** The draining folders once the change applies: the folder that it replaces is one of them. */
  leftAfter(change: SettingChange): readonly Left[] {
    const { key: kind, value } = change;
    if (kind !== "raw" && kind !== "temp" && kind !== "proc") return this.#store.draining.folders;
    const { [kind]: path } = this.#store.settings.folders;
    const others = this.#store.draining.folders.filter((folder) => folder.path !== value);
    // One that was not there cannot be emptied; with it back, a client may set it again.
    if (!this.#keeper.holds(path)) return others;
    const { settle_s, sidecar_wait_s } = this.#store.settings.frames;
    const until_ms = kind === "raw" ? Date.now() + (settle_s + sidecar_wait_s + LEFT_RAW_S) * 1000 : null;
    return [...others, this.#store.draining.made({ kind, path, until_ms })];
  }

  reportUnavailable(key: ClientSetting, reason: string | null): void {
    const path = String(clientSettings(this.#store.settings)[key]);
    const message = reason === null
      ? null
      : `${keyOf(key)}${this.#store.written[key] === undefined ? "," : ", which a client has set to"} ${path}, ` +
        `cannot be used: ${reason}; frames wait until it is available`;
    this.#options.onCondition({ key: keyOf(key), message });
  }

  /** Where the last run worked, if the configuration has been changed since: frames in progress there are finished too. */
  #drainLastWork(): void {
    for (const kind of CLAIMS) {
      const path = this.#store.lastWork?.[kind];
      if (path === undefined || this.#store.isInUse(path)) continue;
      const others = [this.#store.settings.folders.raw, outputFolder(this.#store.settings)];
      if (others.some((other) => relate(path, other, { windows: WINDOWS }) !== null)) continue;
      try {
        if (!folderExists(path)) continue;
        this.#keeper.take([path]);
        this.#store.draining.set([
          ...this.#store.draining.folders,
          this.#store.draining.made({ kind, path, until_ms: null }),
        ]);
      } catch (error) {
        this.#log.warn(`${path}, the ${kind} folder of the last run, cannot be used: ${reasonNotTaken(error)}`);
      }
    }
    this.#store.draining.close();
  }
}
