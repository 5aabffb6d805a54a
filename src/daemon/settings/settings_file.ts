/** The file that carries over a restart what clients have changed, and all folders that may have frames in progress. */
import { dirname, join } from "node:path";
import { encodeJson, type JsonFileKind, readJson } from "../../files/json_file.ts";
import { isNumber, isObject, isText, listOf, oneOf, orAbsent, orNull, shape } from "../../files/json_shape.ts";
import { makeFolder } from "../../files/listing.ts";
import { writeWholeBehind } from "../../files/whole_file.ts";
import { SETTINGS_FILE } from "../../files/service_names.ts";
import type { FolderKind } from "../../frames/stage.ts";
import type { KnownRoots } from "../../frames/stage.ts";
import { CLIENT_SETTINGS, type ClientSetting } from "./client_settings.ts";
import type { TimeLimit } from "../../time/time_limit.ts";

const VERSION = 1;
const ABOUT =
  "Settings that clients have changed; they override the configuration. To forget one: pewatch settings forget KEY. " +
  "The folders below work and left may have frames in progress.";
/** A handful of paths. */
const FILE_BYTES_MAX = 1024 * 1024;

/** A setting as a client has written it. */
export interface WrittenSetting {
  readonly value: string | number;
  /** What held before. */
  readonly instead_of: string | number;
  /** With offset. */
  readonly since: string;
}

export type WrittenSettings = { readonly [Key in ClientSetting]?: WrittenSetting };

export interface KeptFolder {
  readonly kind: FolderKind;
  readonly path: string;
  readonly until_ms: number | null;
}

export interface SettingsState {
  readonly settings: WrittenSettings;
  /** Where claims were last; null where there is no file. */
  readonly work: { readonly temp: string; readonly proc: string } | null;
  /** Folders that were left and not empty yet. */
  readonly left: readonly KeptFolder[];
  /** Raw folders and output roots that were in use at any time, the newest first: claims may still speak of them. */
  readonly roots: KnownRoots;
}

const NO_ROOTS: KnownRoots = { raw: [], output: [] };

export function settingsPath(stateDir: string): string {
  return join(stateDir, SETTINGS_FILE);
}

/**
 * Nothing where there is no file.
 * @throws an error that says what is wrong with it
 */
export function readSettingsFile(path: string): SettingsState {
  const read = readJson(path, SETTINGS_KIND);
  if (read === null) return { settings: {}, work: null, left: [], roots: NO_ROOTS };
  // Files of older versions have no roots.
  const { settings, work, left, roots = NO_ROOTS } = read;
  if (!isWork(work)) throw new SyntaxError("work holds no folders");
  if (!isObject(settings) || !Array.isArray(left)) throw new SyntaxError("settings or left is missing");
  for (const [key, setting] of Object.entries(settings)) {
    if (!isWritten(key, setting)) throw new SyntaxError(`settings.${key} is not a setting that clients can change`);
  }
  if (!areKept(left)) throw new SyntaxError("an entry of left is not a folder");
  if (!areRoots(roots)) throw new SyntaxError("an entry of roots is not a folder");
  return { settings: settings as WrittenSettings, work, left, roots };
}

const SETTINGS_KIND: JsonFileKind<Readonly<Record<string, unknown>>> = {
  bytesMax: FILE_BYTES_MAX,
  what: `a file of settings of version ${VERSION}`,
  isRight: (value): value is Readonly<Record<string, unknown>> => isObject(value) && value["version"] === VERSION,
};

/** Writes the file, one state after the other; none is waited for longer than its deadline. */
export class SettingsWriter {
  readonly path: string;
  readonly #limit: TimeLimit;
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string, limit: TimeLimit) {
    this.path = path;
    this.#limit = limit;
  }

  /**
   * @param options.before what holds on where this cannot be written in time: it is written behind
   * @throws {TimeLimitError} and the system's error
   */
  async write(
    state: SettingsState,
    { before, deadline_ms }: { readonly before: SettingsState; readonly deadline_ms: number },
  ): Promise<void> {
    const write = (what: SettingsState) => this.#writing.then(() => writeSettingsFile(this.path, what));
    const written = write(state);
    this.#writing = written.catch(() => {});
    try {
      await this.#limit.run(() => written, deadline_ms - performance.now());
    } catch (error) {
      this.#writing = write(before).catch(() => {});
      throw error;
    }
  }

  /** Comes when all is written, or cannot be. */
  get idle(): Promise<void> {
    return this.#writing;
  }
}

export function without(settings: WrittenSettings, key: ClientSetting): WrittenSettings {
  return Object.fromEntries(Object.entries(settings).filter(([other]) => other !== key));
}

/**
 * Forgets a setting of a client while no daemon works on the file.
 * @returns whether a client had set it
 * @throws what is wrong with the file
 */
export async function forgetInFile(path: string, key: ClientSetting): Promise<boolean> {
  const state = readSettingsFile(path);
  if (state.settings[key] === undefined) return false;
  await writeSettingsFile(path, { ...state, settings: without(state.settings, key) });
  return true;
}

/** Written whole beside the old one, flushed, then renamed over it: it holds also after a power cut. */
async function writeSettingsFile(path: string, state: SettingsState): Promise<void> {
  makeFolder(dirname(path));
  await writeWholeBehind(path, [encodeJson({ version: VERSION, about: ABOUT, ...state }, 2)], { fsync: true });
}

const isWork = shape<NonNullable<SettingsState["work"]>>({ temp: isText, proc: isText });

const areRoots = shape<KnownRoots>({
  raw: listOf(isText),
  output: listOf(isText),
  // Files of older versions have none.
  marked: orAbsent(listOf(isText)),
});

const isKept = shape<KeptFolder>({ kind: oneOf("raw", "temp", "proc"), path: isText, until_ms: orNull(isNumber) });

function areKept(value: readonly unknown[]): value is readonly KeptFolder[] {
  return value.every(isKept);
}

function isWritten(key: string, setting: unknown): boolean {
  if (!isObject(setting) || !Object.hasOwn(CLIENT_SETTINGS, key)) return false;
  const type = CLIENT_SETTINGS[key as ClientSetting].kind === "number" ? "number" : "string";
  const { value, instead_of, since } = setting;
  return typeof value === type && typeof instead_of === type && typeof since === "string";
}
