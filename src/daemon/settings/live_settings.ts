/** Changes of settings while the daemon runs: by clients, and by what stands between them and the configuration. */
import type { Settings } from "../../config/settings.ts";
import { messageOf } from "../../files/errors.ts";
import type { KnownRoots } from "../../frames/stage.ts";
import { localTime } from "../../log/log.ts";
import type { Logger } from "../../log/logger.ts";
import { TimeLimit } from "../../time/time_limit.ts";
import { CHECK_MS_MAX, checkChange, checkText, refusal } from "./check_change.ts";
import { type ClientSetting, clientSettings, keyOf, type SettingChange, withChange } from "./client_settings.ts";
import { FolderKeeper } from "./folder_keeper.ts";
import { placeFaults } from "./folder_places.ts";
import { HeldFolders, type HeldFoldersOptions } from "./held_folders.ts";
import { OutputWatch } from "./output_watch.ts";
import { without, type WrittenSettings } from "./settings_file.ts";
import { rootsWith, SettingsStore, WAY } from "./settings_store.ts";

export type LiveSettingsOptions = Pick<HeldFoldersOptions, "log" | "onCondition">;

export class LiveSettings {
  readonly #log: Logger;
  readonly #limit = new TimeLimit();
  readonly #configured: Settings;
  readonly #store: SettingsStore;
  /** Which of the folders this process holds. */
  readonly folders: HeldFolders;
  readonly #output: OutputWatch;

  constructor(configured: Settings, options: LiveSettingsOptions) {
    const { log } = options;
    this.#log = log;
    this.#configured = configured;
    this.#store = new SettingsStore(configured, { log, limit: this.#limit });
    const keeper = new FolderKeeper(this.#limit);
    this.folders = new HeldFolders({ ...options, store: this.#store, keeper });
    this.#output = new OutputWatch({ log, limit: this.#limit, store: this.#store, keeper });
  }

  get settings(): Settings {
    return this.#store.settings;
  }

  /** Where what clients write is kept. */
  get path(): string {
    return this.#store.path;
  }

  /** What clients have written, over this start and those before it. */
  get written(): WrittenSettings {
    return this.#store.written;
  }

  /** Raw folders and output roots of now and before, which claims may refer to. */
  get roots(): KnownRoots {
    return this.#store.roots;
  }

  /** Whether the stages may work: all three folders of frames in progress are there and held, and the output has been there. */
  get complete(): boolean {
    return this.#output.seen && WAY.every((kind) => this.folders.holds(this.settings.folders[kind]));
  }

  /**
   * Takes the locks of the folders of frames in progress and of `more`. What a client has written is waited for instead. Like
   * all that writes the file, not to be called while another such call is in progress.
   * @throws {FolderInUseError} and the system's error where one of the configuration's cannot be written
   */
  async open(more: readonly string[]): Promise<void> {
    this.folders.open(more);
    try {
      this.#output.begin();
    } catch (error) {
      this.folders.releaseAll();
      throw error;
    }
    const roots = this.#output.withMark(rootsWith(this.#store.roots, this.settings));
    await this.#store.begin(roots, performance.now() + CHECK_MS_MAX);
  }

  /** Tries what cannot be used yet, and reports the result. To be called now and then. Never rejects. */
  async lookAgain(): Promise<void> {
    await this.folders.lookAgain();
    await this.#store.keepFileThere(performance.now() + CHECK_MS_MAX);
    if (this.#output.seen) return;
    const reason = await this.#output.look();
    if (reason !== undefined) this.folders.reportUnavailable("output_root", reason);
  }

  /** A frame was delivered: from now on the output root is known by its marker. Never rejects. */
  markOutput(): Promise<void> {
    return this.#output.mark();
  }

  /**
   * Checks, locks, writes down; then it is in force. Not to be called twice at once.
   * @param options.ofClient false: it is not written down, and changes nothing that a client has written
   * @param options.forget with it, what a client has written is taken off the list
   * @returns whether anything has changed
   * @throws {SettingRefusedError}
   */
  async change(
    change: SettingChange,
    options: { readonly ofClient: boolean; readonly deadline_ms: number; readonly forget?: boolean },
  ): Promise<boolean> {
    const { ofClient, deadline_ms, forget = false } = options;
    const before = clientSettings(this.settings)[change.key];
    const text = checkText(change);
    if (!ofClient && !forget && this.written[change.key] !== undefined) return false;
    const same = text.value === before;
    if (same && !forget && (!ofClient || this.written[change.key]?.value === before)) return false;
    const checked = same ? text : await checkChange(change, {
      settings: this.settings,
      configured: this.#configured,
      left: this.#store.draining.folders,
      limit: this.#limit,
      deadline_ms,
    });
    const next = withChange(this.settings, checked);
    const release = same ? () => {} : this.folders.lockFor(checked);
    try {
      if (!same && next.folders !== this.settings.folders) this.#refusePlaces(checked, next);
    } catch (error) {
      release();
      throw error;
    }
    const since = localTime(Date.now());
    const written = forget
      ? without(this.written, change.key)
      : ofClient
      ? { ...this.written, [checked.key]: { value: checked.value, instead_of: before, since } }
      : this.written;
    try {
      await this.#store.change(({ left, roots }) => ({
        settings: next,
        written,
        left: same ? left : this.folders.leftAfter(checked),
        roots: rootsWith(roots, next),
      }), deadline_ms);
    } catch (error) {
      release();
      throw refusal(change, `it cannot be kept over a restart in ${this.path}: ${messageOf(error)}`);
    }
    this.folders.reportUnavailable(checked.key, null);
    if (checked.key === "output_root") this.#output.setSeen();
    const why = forget ? ", as configured: what a client had set is forgotten" : "";
    this.#log.info(
      `${keyOf(checked.key)} is now ${JSON.stringify(checked.value)}, before ${JSON.stringify(before)}${why}`,
    );
    return !same;
  }

  /**
   * Puts the configuration's value in the place of a client's, and no longer keeps that. Not to be called twice at once.
   * @returns whether a client had set it
   * @throws {SettingRefusedError} where the configuration's value cannot be used now
   */
  async forget(key: ClientSetting, deadline_ms: number): Promise<boolean> {
    if (this.written[key] === undefined) return false;
    const change = { key, value: clientSettings(this.#configured)[key] } as SettingChange;
    await this.change(change, { ofClient: false, deadline_ms, forget: true });
    return true;
  }

  /** Releases all folders. */
  async close(): Promise<void> {
    await this.#limit.run(() => this.#store.idle, CHECK_MS_MAX).catch(() => {});
    this.folders.releaseAll();
  }

  /** @throws {SettingRefusedError} */
  #refusePlaces(change: SettingChange, next: Settings): void {
    const doubt = change.key === "output_root" ? this.#output.doubtOf(change.value) : null;
    const fault = doubt ?? placeFaults(next)[0]?.message;
    if (fault !== undefined) throw refusal(change, fault);
  }
}
