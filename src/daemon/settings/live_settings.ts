/**
 * The settings as they hold now: the configuration's, and in their place what clients have written. Keeps the locks of
 * the folders of the way, and the list of folders that were left and are not empty yet.
 */
import { basename, dirname } from "node:path";
import { relate } from "../../config/folder_rules.ts";
import type { Settings } from "../../config/settings.ts";
import { messageOf } from "../../files/errors.ts";
import { fileExists, folderExists } from "../../files/listing.ts";
import { doubtOf, hasMarker, makeMarker } from "../../files/output_marker.ts";
import { makeOwnFolder } from "../../files/plain_file.ts";
import { removeProbes } from "../../files/probe.ts";
import { lackTexts, takeLacks } from "../../files/volume_services.ts";
import { outputFolder } from "../../plugins/host/plugin_host.ts";
import type { Backlog, Condition, Logger } from "../../frames/events.ts";
import type { KnownRoots } from "../../frames/stage.ts";
import { drainingKey, drainingUnreadable } from "../../frames/claim/draining_folders.ts";
import type { DrainingFolder, FolderKind } from "../../frames/stage.ts";
import { checkChange, checkText, refusal } from "./check_change.ts";
import { type ClientSetting, clientSettings, keyOf, type SettingChange, withChange } from "./client_settings.ts";
import { FolderInUseError } from "./folder_lock.ts";
import { placeFaults } from "./folder_places.ts";
import { FolderError } from "./make_folders.ts";
import { DrainingList, type Left } from "./draining_list.ts";
import { FolderKeeper } from "./folder_keeper.ts";
import { localTime } from "../../log/log.ts";
import { putAside } from "../../parameters/file.ts";
import {
  readSettingsFile,
  settingsPath,
  type SettingsState,
  SettingsWriter,
  without,
  type WrittenSettings,
} from "./settings_file.ts";
import { TimeLimit } from "../../time/time_limit.ts";
import { inForce } from "./written_settings.ts";

/** A change is made or refused within this time: clients of Tango wait 3 s by default. */
export const CHECK_MS_MAX = 2000;
/**
 * Frames that QXRD writes into the old raw folder are still taken for so long, and for the wait for a sidecar: nobody
 * changes both programs in the same second.
 */
const LEFT_RAW_S = 10;
/** An empty folder whose removal from the file fails stays on the list, and is tried again after this. */
const KEEP_RETRY_MS = 10_000;
/** A file that was removed, in a state folder that takes none just now. */
const FILE_RETRY_MS = 2000;

export interface LiveSettingsOptions {
  readonly log: Logger;
  onCondition(condition: Condition): void;
}

const WAY = ["raw", "temp", "proc"] as const satisfies FolderKind[];
const CLAIMS = ["temp", "proc"] as const;
const WINDOWS = Deno.build.os === "windows";

export class LiveSettings {
  readonly #options: LiveSettingsOptions;
  readonly #log: Logger;
  readonly #limit = new TimeLimit();
  readonly #file: SettingsWriter;
  readonly #keeper = new FolderKeeper(this.#limit);
  readonly #configured: Settings;
  #settings: Settings;
  #written: WrittenSettings = {};
  readonly #left = new DrainingList();
  /** Where the last run had its claims. */
  #before: SettingsState["work"] = null;
  /** Of now and before, the newest first. */
  #roots: KnownRoots = { raw: [], output: [] };
  #keepAfter_ms = 0;
  /** Whether the output root was there since the start or its change; from then on its stage reports it. */
  #outputSeen = false;
  /** Those that were reported: one for each service and folder. */
  readonly #lacks = new Set<string>();
  #marking = false;
  /** Whether the file was written or read by this process. */
  #fileKept = false;
  /** On the monotonic clock: a file that cannot be written anew is not tried at each look. */
  #fileAfter_ms = 0;
  /** Held besides those of the way. */
  #more: readonly string[] = [];
  #markAfter_ms = 0;

  /** Reads what clients have written before. A file that cannot be read is reported and renamed. */
  constructor(configured: Settings, options: LiveSettingsOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#configured = configured;
    this.#settings = configured;
    this.#file = new SettingsWriter(settingsPath(configured.daemon.state_dir), this.#limit);
    this.#load();
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Where what clients write is kept. */
  get path(): string {
    return this.#file.path;
  }

  /** What clients have written, over this start and those before it. */
  get written(): WrittenSettings {
    return this.#written;
  }

  /** Folders that the stages still empty: those that this process holds. */
  get left(): readonly DrainingFolder[] {
    return this.#left.folders.filter(({ path }) => this.#keeper.holds(path));
  }

  /** Raw folders and output roots of now and before, which claims may speak of. */
  get roots(): KnownRoots {
    return this.#roots;
  }

  /** Whether the stages may work: all three folders of the way are there and held, and the output has been there. */
  get complete(): boolean {
    return this.#outputSeen && WAY.every((kind) => this.#keeper.holds(this.#settings.folders[kind]));
  }

  /**
   * Takes the locks of the folders of the way and of `more`. What a client has written is waited for instead. Like
   * all that writes the file, not to be called while another such call is in progress.
   * @throws {FolderInUseError} and the system's error where one of the configuration's cannot be written
   */
  async open(more: readonly string[]): Promise<void> {
    const { folders } = this.#settings;
    const configured = WAY.filter((kind) => this.#written[kind] === undefined).map((kind) => folders[kind]);
    // What people know first: the raw folder names whoever holds it, not a folder of the program's own.
    try {
      this.#keeper.take([...configured, ...more]);
    } catch (error) {
      // By two names for one folder, this process would stand in its own way.
      const fault = error instanceof FolderInUseError && error.holder?.pid === Deno.pid
        ? placeFaults(this.#settings)[0]
        : undefined;
      throw fault === undefined ? error : new FolderError(fault.key, fault.message, { cause: error });
    }
    removeProbes(this.#settings.daemon.state_dir);
    this.#more = more;
    this.#takeUp();
    this.#lookAtOutput();
    const { temp, proc } = folders;
    const roots = this.#withMark(rootsWith(this.#roots, this.#settings));
    const isKnown = this.#before?.temp === temp && this.#before.proc === proc;
    if (isKnown && JSON.stringify(roots) === JSON.stringify(this.#roots)) return;
    this.#before = { temp, proc };
    this.#roots = roots;
    try {
      await this.#keep(this.#state, performance.now() + CHECK_MS_MAX);
    } catch (error) {
      this.#log.warn(`${this.path} cannot be written: ${messageOf(error)}`);
    }
  }

  /** Tries what cannot be used yet, and reports the result. To be called now and then. Never rejects. */
  async lookAgain(): Promise<void> {
    this.#findLost();
    this.#reportLacks();
    for (const kind of WAY) {
      const path = this.#settings.folders[kind];
      if (this.#keeper.isLocked(path) && this.#written[kind] === undefined) continue;
      const reason = await this.#take(path);
      if (path !== this.#settings.folders[kind]) continue;
      // Of the configuration's that has gone its stage reports.
      const isReported = this.#written[kind] === undefined && this.#keeper.holds(path);
      this.#reportUnavailable(kind, isReported ? null : reason);
    }
    for (const path of this.#more) {
      if (this.#keeper.isLocked(path)) continue;
      try {
        makeOwnFolder(dirname(path), basename(path));
      } catch {
        continue; // tried again at the next look
      }
      await this.#keeper.tryToTake(path);
    }
    for (const { kind, path } of this.#left.folders) {
      if (this.#keeper.holds(path)) continue;
      const reason = await this.#take(path);
      const message = reason === null ? null : drainingUnreadable(kind, path, reason);
      this.#options.onCondition({ key: drainingKey(path), message });
    }
    await this.#keepFileThere();
    const { output_root } = this.#settings.folders;
    if (this.#outputSeen) return;
    const reason = await this.#keeper.reasonNotThere(output_root) ?? doubtOf(output_root, this.#roots.marked ?? []) ??
      this.#faultOfPlaces();
    if (output_root !== this.#settings.folders.output_root) return;
    this.#reportUnavailable("output_root", reason);
    this.#outputSeen = reason === null;
  }

  /** Whether there is something to look at again: a folder may have been made anew at any time. */
  get waits(): boolean {
    return true;
  }

  /** A frame was delivered: from now on the output root is known by its marker. Never rejects. */
  async markOutput(): Promise<void> {
    const { output_root } = this.#settings.folders;
    const marked = this.#roots.marked ?? [];
    if (marked.includes(output_root) || this.#marking || performance.now() < this.#markAfter_ms) return;
    this.#marking = true;
    try {
      await this.#limit.run(() => makeMarker(output_root), CHECK_MS_MAX);
      this.#roots = { ...this.#roots, marked: [output_root, ...marked].slice(0, ROOTS_MAX) };
      await this.#keep(this.#state, performance.now() + CHECK_MS_MAX);
    } catch (error) {
      this.#markAfter_ms = performance.now() + KEEP_RETRY_MS;
      this.#log.debug(`${output_root} gets no marker: ${messageOf(error)}`);
    } finally {
      this.#marking = false;
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
    const { raw, temp, proc, output_root } = this.#settings.folders;
    const folders = [raw, temp, proc, output_root, this.#settings.daemon.state_dir];
    for (const [key, text] of lackTexts(takeLacks(), folders)) {
      if (this.#lacks.has(key)) continue;
      this.#lacks.add(key);
      this.#log.warn(text);
    }
  }

  /** What clients have set is kept, also where somebody removes the state folder. */
  async #keepFileThere(): Promise<void> {
    if (!this.#fileKept || fileExists(this.path) || performance.now() < this.#fileAfter_ms) return;
    try {
      await this.#keep(this.#state, performance.now() + CHECK_MS_MAX);
      this.#log.warn(`${this.path} was removed while pewatch ran; it is written again`);
    } catch (error) {
      this.#fileAfter_ms = performance.now() + FILE_RETRY_MS;
      this.#log.warn(`${this.path} was removed while pewatch ran and cannot be written: ${messageOf(error)}; retrying`);
    }
  }

  #lookAtOutput(): void {
    const { output_root } = this.#settings.folders;
    try {
      this.#outputSeen = folderExists(output_root) && doubtOf(output_root, this.#roots.marked ?? []) === null;
    } catch {
      this.#outputSeen = false;
    }
    const fault = this.#outputSeen ? placeFaults(this.#settings)[0] : undefined;
    if (fault === undefined) return;
    this.#keeper.releaseAll();
    throw new FolderError(fault.key, fault.message);
  }

  /** By what links and mounts make of them, not by their text. */
  #faultOfPlaces(): string | null {
    return placeFaults(this.#settings)[0]?.message ?? null;
  }

  /** An output root that has its marker already. */
  #withMark(roots: KnownRoots): KnownRoots {
    const { output_root } = this.#settings.folders;
    const marked = roots.marked ?? [];
    if (!this.#outputSeen || marked.includes(output_root)) return roots;
    try {
      return hasMarker(output_root) ? { ...roots, marked: [output_root, ...marked].slice(0, ROOTS_MAX) } : roots;
    } catch {
      return roots;
    }
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
    const before = clientSettings(this.#settings)[change.key];
    const text = checkText(change);
    if (!ofClient && !forget && this.#written[change.key] !== undefined) return false;
    const same = text.value === before;
    if (same && !forget && (!ofClient || this.#written[change.key]?.value === before)) return false;
    const checked = same ? text : await checkChange(change, {
      settings: this.#settings,
      configured: this.#configured,
      left: this.#left.folders,
      limit: this.#limit,
      deadline_ms,
    });
    const next = withChange(this.#settings, checked);
    const release = same ? () => {} : this.#lockFor(checked);
    try {
      if (!same && next.folders !== this.#settings.folders) this.#refusePlaces(checked, next);
    } catch (error) {
      release();
      throw error;
    }
    const left = same ? this.#left.folders : this.#leftAfter(checked);
    const since = localTime(Date.now());
    const written = forget
      ? without(this.#written, change.key)
      : ofClient
      ? { ...this.#written, [checked.key]: { value: checked.value, instead_of: before, since } }
      : this.#written;
    const roots = rootsWith(this.#roots, next);
    try {
      await this.#keep(stateOf(next, written, left, roots), deadline_ms);
    } catch (error) {
      release();
      throw refusal(change, `it cannot be kept over a restart in ${this.path}: ${messageOf(error)}`);
    }
    this.#settings = next;
    this.#written = written;
    this.#roots = roots;
    this.#left.set(left);
    this.#reportUnavailable(checked.key, null);
    if (checked.key === "output_root") this.#outputSeen = true;
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
    if (this.#written[key] === undefined) return false;
    const change = { key, value: clientSettings(this.#configured)[key] } as SettingChange;
    await this.change(change, { ofClient: false, deadline_ms, forget: true });
    return true;
  }

  /** No stage works with older settings any more: nothing comes into the folders that were left by then. */
  closeDraining(ids?: readonly number[]): void {
    this.#left.close(ids);
  }

  get drainingIds(): readonly number[] {
    return this.#left.ids;
  }

  /** Of what the stages report: the folders that can be released now. */
  emptied(reported: NonNullable<Backlog["left"]>): readonly number[] {
    return performance.now() < this.#keepAfter_ms ? [] : this.#left.emptied(reported);
  }

  /** Off the list, in the file too; then others may have them. Never rejects. */
  async letGo(ids: readonly number[]): Promise<void> {
    const gone = this.#left.folders.filter(({ id }) => ids.includes(id));
    if (gone.length === 0) return;
    const left = this.#left.folders.filter(({ id }) => !ids.includes(id));
    try {
      await this.#keep(stateOf(this.#settings, this.#written, left, this.#roots), performance.now() + CHECK_MS_MAX);
    } catch (error) {
      this.#keepAfter_ms = performance.now() + KEEP_RETRY_MS;
      this.#log.warn(`${this.path} cannot be written: ${messageOf(error)}`);
      return;
    }
    this.#left.set(left);
    for (const { kind, path } of gone) {
      if (!this.#isInUse(path)) this.#keeper.release(path);
      this.#options.onCondition({ key: drainingKey(path), message: null });
      this.#log.info(`${path}, the ${kind} folder before it was changed, is empty now and no longer used`);
    }
  }

  /** Releases all folders. */
  async close(): Promise<void> {
    await this.#limit.run(() => this.#file.idle, CHECK_MS_MAX).catch(() => {});
    this.#keeper.releaseAll();
  }

  /** Why it cannot be locked, or null. A change may have come meanwhile. */
  async #take(path: string): Promise<string | null> {
    const reason = await this.#keeper.tryToTake(path);
    if (!this.#isInUse(path)) this.#keeper.release(path);
    return reason;
  }

  #isInUse(path: string): boolean {
    return this.#isOfTheWay(path) || this.#left.has(path);
  }

  /** Gives what takes it back. */
  #lockFor(change: SettingChange): () => void {
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

  /** @throws {SettingRefusedError} */
  #refusePlaces(change: SettingChange, next: Settings): void {
    const doubt = change.key === "output_root" ? doubtOf(change.value, this.#roots.marked ?? []) : null;
    const fault = doubt ?? placeFaults(next)[0]?.message;
    if (fault !== undefined) throw refusal(change, fault);
  }

  #leftAfter(change: SettingChange): readonly Left[] {
    const { key: kind, value } = change;
    if (kind !== "raw" && kind !== "temp" && kind !== "proc") return this.#left.folders;
    const { [kind]: path } = this.#settings.folders;
    const others = this.#left.folders.filter((folder) => folder.path !== value);
    // One that was not there cannot be emptied; with it back, a client may set it again.
    if (!this.#keeper.holds(path)) return others;
    const { settle_s, sidecar_wait_s } = this.#settings.frames;
    const until_ms = kind === "raw" ? Date.now() + (settle_s + sidecar_wait_s + LEFT_RAW_S) * 1000 : null;
    return [...others, this.#left.made({ kind, path, until_ms })];
  }

  get #state(): SettingsState {
    return stateOf(this.#settings, this.#written, this.#left.folders, this.#roots);
  }

  async #keep(state: SettingsState, deadline_ms: number): Promise<void> {
    await this.#file.write(state, { before: this.#state, deadline_ms });
    this.#fileKept = true;
  }

  #reportUnavailable(key: ClientSetting, reason: string | null): void {
    const path = String(clientSettings(this.#settings)[key]);
    const message = reason === null
      ? null
      : `${keyOf(key)}${this.#written[key] === undefined ? "," : ", which a client has set to"} ${path}, ` +
        `cannot be used: ${reason}; frames wait until it is available`;
    this.#options.onCondition({ key: keyOf(key), message });
  }

  #load(): void {
    let state: SettingsState;
    try {
      state = readSettingsFile(this.path);
    } catch (error) {
      const what = `what clients have set cannot be read from ${this.path}: ${messageOf(error)}`;
      try {
        this.#log.error(`${what}; the file is now ${putAside(this.path)}, and the configuration's settings apply`);
      } catch (second) {
        this.#log.error(`${what}; nor can the file be renamed: ${messageOf(second)}`);
      }
      return;
    }
    const { settings, written, leftOut } = inForce(this.#settings, state.settings);
    this.#settings = settings;
    this.#written = written;
    for (const why of leftOut) {
      this.#log.error(`${why}; a client had set this (${this.path}); the configuration's value applies`);
    }
    for (const [key, { value }] of Object.entries(written)) {
      const name = keyOf(key as ClientSetting);
      this.#log.info(`${name} = ${JSON.stringify(value)}, as a client has set it (${this.path})`);
    }
    const left = state.left.filter(({ path }) => !this.#isOfTheWay(path));
    this.#left.set(left.map((folder) => this.#left.made(folder)));
    this.#left.close();
    this.#before = state.work;
    this.#fileKept = state.work !== null;
    this.#roots = state.roots;
  }

  /** Where the last run worked, if the configuration has been changed since: frames in progress there are finished too. */
  #takeUp(): void {
    for (const kind of CLAIMS) {
      const path = this.#before?.[kind];
      if (path === undefined || this.#isInUse(path)) continue;
      const others = [this.#settings.folders.raw, outputFolder(this.#settings)];
      if (others.some((other) => relate(path, other, { windows: WINDOWS }) !== null)) continue;
      try {
        if (!folderExists(path)) continue;
        this.#keeper.take([path]);
        this.#left.set([...this.#left.folders, this.#left.made({ kind, path, until_ms: null })]);
      } catch (error) {
        this.#log.warn(`${path}, the ${kind} folder of the last run, cannot be used: ${reasonNotTaken(error)}`);
      }
    }
    this.#left.close();
  }

  #isOfTheWay(path: string): boolean {
    return WAY.some((kind) => this.#settings.folders[kind] === path);
  }
}

/** Frames of so many changes ago have long been delivered. */
const ROOTS_MAX = 32;

function rootsWith({ raw, output, marked = [] }: KnownRoots, { folders }: Settings): KnownRoots {
  const withFirst = (list: readonly string[], path: string) =>
    [path, ...list.filter((other) => other !== path)].slice(0, ROOTS_MAX);
  return { marked, raw: withFirst(raw, folders.raw), output: withFirst(output, folders.output_root) };
}

function stateOf(
  settings: Settings,
  written: WrittenSettings,
  left: readonly Left[],
  roots: KnownRoots,
): SettingsState {
  const { temp, proc } = settings.folders;
  const kept = left.map(({ kind, path, until_ms }) => ({ kind, path, until_ms }));
  return { settings: written, work: { temp, proc }, left: kept, roots };
}

function reasonNotTaken(error: unknown): string {
  if (!(error instanceof FolderInUseError)) return messageOf(error);
  const { holder } = error;
  // By a link, another drive's letter, another spelling.
  if (holder?.pid === Deno.pid) return "this pewatch uses the same folder already, under another name";
  return holder === null
    ? "another process works on it"
    : `process ${holder.pid} on ${holder.host} (${holder.program}) works on it since ${holder.since}`;
}
