/**
 * The settings in force, and what outlives a restart with them: what clients have written, draining folders, known
 * roots. Read from its file at the start, written to it before a change applies.
 */
import type { Settings } from "../../config/settings.ts";
import { messageOf } from "../../files/errors.ts";
import { fileExists } from "../../files/listing.ts";
import type { KnownRoots } from "../../frames/stage.ts";
import type { Logger } from "../../log/logger.ts";
import { putAside } from "../../parameters/file.ts";
import { SerialQueue } from "../../time/serial_queue.ts";
import type { TimeLimit } from "../../time/time_limit.ts";
import { type ClientSetting, keyOf, type SettingChange, withChange } from "./client_settings.ts";
import { DrainingList, type Left } from "./draining_list.ts";
import {
  readSettingsFile,
  settingsPath,
  type SettingsState,
  SettingsWriter,
  type WrittenSettings,
} from "./settings_file.ts";
import { folderClashes } from "../../config/folder_rules.ts";
import { checkText } from "./check_change.ts";

/** A file that was removed, in a state folder that takes none just now, is written again after this. */
const FILE_RETRY_MS = 2000;
/** Frames of so many changes ago have long been delivered. */
const ROOTS_MAX = 32;

/** The folders of frames in progress. */
export const WAY = ["raw", "temp", "proc"] as const;

interface Kept {
  readonly settings: Settings;
  readonly written: WrittenSettings;
  readonly left: readonly Left[];
  readonly roots: KnownRoots;
}

export class SettingsStore {
  readonly #log: Logger;
  readonly #file: SettingsWriter;
  readonly #changes = new SerialQueue();
  readonly draining = new DrainingList();
  #settings: Settings;
  #written: WrittenSettings = {};
  /** Where the last run had its claims. */
  #lastWork: SettingsState["work"] = null;
  #roots: KnownRoots = { raw: [], output: [] };
  /** Whether the file was written or read by this process. */
  #fileKept = false;
  /** On the monotonic clock: a file that cannot be written anew is not tried at each look. */
  #fileAfter_ms = 0;

  /** A file that cannot be read is reported and renamed. */
  constructor(configured: Settings, { log, limit }: { readonly log: Logger; readonly limit: TimeLimit }) {
    this.#log = log;
    this.#settings = configured;
    this.#file = new SettingsWriter(settingsPath(configured.daemon.state_dir), limit);
    this.#load();
  }

  get settings(): Settings {
    return this.#settings;
  }

  get path(): string {
    return this.#file.path;
  }

  /** What clients have written, over this start and those before it. */
  get written(): WrittenSettings {
    return this.#written;
  }

  /** Raw folders and output roots of now and before, the newest first; claims may refer to any of them. */
  get roots(): KnownRoots {
    return this.#roots;
  }

  get lastWork(): SettingsState["work"] {
    return this.#lastWork;
  }

  /** Comes when all is written, or cannot be. */
  get idle(): Promise<void> {
    return this.#file.idle;
  }

  /**
   * Writes the change, then it applies. One after the other: a change begins with what the one before has left.
   * @throws the system's error or that of a time limit; then nothing has changed
   */
  change(update: (now: Kept) => Partial<Kept>, deadline_ms: number): Promise<void> {
    return this.#changes.take(async () => {
      const now = this.#kept;
      const change = update(now);
      const { settings, written, roots } = { ...now, ...change };
      await this.#write(stateOf({ ...now, ...change }), deadline_ms);
      this.#settings = settings;
      this.#written = written;
      this.#roots = roots;
      if (change.left !== undefined) this.draining.set(change.left);
    });
  }

  /**
   * These apply even where they cannot be written.
   * @throws the system's error or that of a time limit
   */
  useRoots(update: (roots: KnownRoots) => KnownRoots, deadline_ms: number): Promise<void> {
    return this.#changes.take(async () => {
      this.#roots = update(this.#roots);
      await this.#write(this.#state, deadline_ms);
    });
  }

  /** At the start: what is in use now, where the file does not say so already. */
  async begin(roots: KnownRoots, deadline_ms: number): Promise<void> {
    const { temp, proc } = this.#settings.folders;
    const isKnown = this.#lastWork?.temp === temp && this.#lastWork.proc === proc;
    if (isKnown && JSON.stringify(roots) === JSON.stringify(this.#roots)) return;
    this.#lastWork = { temp, proc };
    try {
      await this.useRoots(() => roots, deadline_ms);
    } catch (error) {
      this.#log.warn(`${this.path} cannot be written: ${messageOf(error)}`);
    }
  }

  /** What clients have set is kept, also where somebody removes the state folder. Never rejects. */
  async keepFileThere(deadline_ms: number): Promise<void> {
    if (!this.#fileKept || fileExists(this.path) || performance.now() < this.#fileAfter_ms) return;
    try {
      await this.#changes.take(() => this.#write(this.#state, deadline_ms));
      this.#log.warn(`${this.path} was removed while pewatch ran; it is written again`);
    } catch (error) {
      this.#fileAfter_ms = performance.now() + FILE_RETRY_MS;
      this.#log.warn(`${this.path} was removed while pewatch ran and cannot be written: ${messageOf(error)}; retrying`);
    }
  }

  isInUse(path: string): boolean {
    return this.#isOfTheWay(path) || this.draining.has(path);
  }

  #isOfTheWay(path: string): boolean {
    return WAY.some((kind) => this.#settings.folders[kind] === path);
  }

  get #kept(): Kept {
    return {
      settings: this.#settings,
      written: this.#written,
      left: this.draining.folders,
      roots: this.#roots,
    };
  }

  get #state(): SettingsState {
    return stateOf(this.#kept);
  }

  async #write(state: SettingsState, deadline_ms: number): Promise<void> {
    await this.#file.write(state, { before: this.#state, deadline_ms });
    this.#fileKept = true;
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
        this.#log.error(`${what}; the file cannot be renamed either: ${messageOf(second)}`);
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
    this.draining.set(left.map((folder) => this.draining.made(folder)));
    this.draining.close();
    this.#lastWork = state.work;
    this.#fileKept = state.work !== null;
    this.#roots = state.roots;
  }
}

function stateOf({ settings, written, left, roots }: Kept): SettingsState {
  const { temp, proc } = settings.folders;
  const kept = left.map(({ kind, path, until_ms }) => ({ kind, path, until_ms }));
  return { settings: written, work: { temp, proc }, left: kept, roots };
}

/** With the folders of these settings as the newest. */
export function rootsWith({ raw, output, marked = [] }: KnownRoots, { folders }: Settings): KnownRoots {
  return { marked, raw: withFirst(raw, folders.raw), output: withFirst(output, folders.output_root) };
}

export function rootsMarked(roots: KnownRoots, root: string): KnownRoots {
  return { ...roots, marked: withFirst(roots.marked ?? [], root) };
}

function withFirst(list: readonly string[], path: string): readonly string[] {
  return [path, ...list.filter((other) => other !== path)].slice(0, ROOTS_MAX);
}

/** Puts what clients have written in the place of the configuration's values, as far as both go together. */
interface SettingsInForce {
  readonly settings: Settings;
  /** What is in force of it. */
  readonly written: WrittenSettings;
  /** Of each value that cannot stand beside the configuration, which somebody has changed since: why. */
  readonly leftOut: readonly string[];
}

const WINDOWS = Deno.build.os === "windows";

export function inForce(configured: Settings, written: WrittenSettings): SettingsInForce {
  const good = new Map<ClientSetting, SettingChange>();
  const leftOut: string[] = [];
  for (const change of changesOf(written)) {
    try {
      good.set(change.key, checkText(change));
    } catch (error) {
      leftOut.push(messageOf(error));
    }
  }
  const applied = () => [...good.values()].reduce(withChange, configured);
  const firstClash = () => folderClashes(applied(), { windows: WINDOWS })[0];
  for (let clash = firstClash(); clash !== undefined && good.size > 0; clash = firstClash()) {
    leftOut.push(`${clash.key}: ${clash.message}`);
    const { key } = clash;
    good.delete([...good.keys()].find((one) => keyOf(one) === key) ?? [...good.keys()][0]!);
  }
  return {
    settings: applied(),
    written: Object.fromEntries([...good.keys()].map((key) => [key, written[key]!])),
    leftOut,
  };
}

/** The types were looked at when the file was read. */
function changesOf(written: WrittenSettings): SettingChange[] {
  return Object.entries(written).map(([key, { value }]) => ({ key, value }) as SettingChange);
}
