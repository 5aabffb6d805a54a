/** The device's properties in the database: they take the place of the configuration, below what clients write. */
import { type JsonFileKind, readJson, writeJson } from "../files/json_file.ts";
import { isObject, isText, shape } from "../files/json_shape.ts";
import { join } from "node:path";
import { TangoError } from "../../ffi/tango/error.ts";
import type { TangoLibrary } from "../../ffi/tango/library.ts";
import type { Settings } from "../config/settings.ts";
import { type ClientSetting, clientSettings, type SettingChange } from "../daemon/settings/client_settings.ts";
import type { Daemon } from "../daemon/daemon.ts";
import { messageOf } from "../files/errors.ts";
import { makeFolder } from "../files/listing.ts";
import { TANGO_PROPERTIES_FILE } from "../files/service_names.ts";
import type { Logger } from "../log/logger.ts";
import { TIMED_OUT, withTimeout } from "../time/time_limit.ts";
import { databaseCause } from "./database_fault.ts";
import { withProperties } from "./properties.ts";

/** Frames wait for that at the start: a database that is there answers within some milliseconds. */
const PROPERTIES_MS_MAX = 2000;
/** Longer than any device's properties. */
const FILE_BYTES_MAX = 1024 * 1024;

type Properties = ReadonlyMap<string, readonly string[]>;

export interface DevicePropertiesOptions {
  readonly library: Pick<TangoLibrary, "deviceProperties">;
  readonly log: Logger;
  readonly limit_ms?: number;
  /** Why the database at "host:port" does not answer; a seam for tests. */
  readonly databaseCause?: (database: string) => Promise<string>;
}

export class DeviceProperties {
  readonly #configured: Settings;
  readonly #options: DevicePropertiesOptions;
  #holding: Settings;
  #known = false;
  /** What there is to say of the start, until it can be said. */
  #notes: (() => unknown)[] | null = [];

  constructor(configured: Settings, options: DevicePropertiesOptions) {
    this.#configured = configured;
    this.#holding = configured;
    this.#options = options;
    this.#known = configured.tango.database === "";
  }

  /** Whether the database has reported them. */
  get known(): boolean {
    return this.#known;
  }

  /**
   * What the daemon starts with. Where the database does not answer, the properties that were read last hold: else
   * frames would go elsewhere than ever before, for no reason that anybody sees.
   */
  async settingsAtStart(): Promise<Settings> {
    if (this.#known) return this.#configured;
    let properties: Properties;
    try {
      properties = await this.#read();
    } catch (error) {
      const remembered = recall(this.#configured);
      const instead = remembered === null ? "the configuration's values apply" : "those that were read last apply";
      const { device } = this.#configured.tango;
      this.#say(async (log) => {
        const cause = error instanceof TangoError ? ` (${await this.#cause()})` : "";
        log.warn(`Tango: the properties of ${device} cannot be read: ${messageOf(error)}${cause}; ${instead}`);
      });
      properties = remembered ?? new Map();
    }
    this.#holding = this.#judge(properties);
    return this.#holding;
  }

  /**
   * Reads them again, and lets hold what is new of them; one that is refused holds up no other.
   * @throws {SettingRefusedError} and the database's error; to be retried then
   */
  async apply(daemon: Pick<Daemon, "changeDefault">): Promise<void> {
    if (this.#configured.tango.database === "") return;
    const wanted = this.#judge(await this.#read());
    let refused: unknown = null;
    for (const change of changesBetween(this.#holding, wanted)) {
      try {
        await daemon.changeDefault(change);
      } catch (error) {
        refused ??= error;
      }
    }
    if (refused !== null) throw refused;
    this.#holding = wanted;
  }

  #judge(properties: Properties): Settings {
    const { settings, taken, refused } = withProperties(this.#configured, properties);
    for (const one of taken) this.#say((log) => log.info(`Tango: ${one}, a property of ${settings.tango.device}`));
    for (const one of refused) this.#say((log) => log.error(`Tango: ${one}; the configuration's value applies`));
    return settings;
  }

  /**
   * Says what `settingsAtStart` found. Not before the daemon runs: what keeps it from that, as another pewatch on the same
   * folders, is to be read first.
   */
  report(): void {
    const notes = this.#notes ?? [];
    this.#notes = null;
    for (const note of notes) note();
  }

  #say(note: (log: Logger) => unknown): void {
    const { log } = this.#options;
    if (this.#notes === null) note(log);
    else this.#notes.push(() => note(log));
  }

  #cause(): Promise<string> {
    return (this.#options.databaseCause ?? databaseCause)(this.#configured.tango.database);
  }

  async #read(): Promise<Properties> {
    const { library, limit_ms = PROPERTIES_MS_MAX } = this.#options;
    const { database, device } = this.#configured.tango;
    const asked = library.deviceProperties({ database, device });
    const properties = await withTimeout(asked, limit_ms);
    if (properties === TIMED_OUT) {
      asked.catch(() => {}); // nobody waits for it any more
      throw new Error(`the database at ${database} did not answer within ${limit_ms / 1000} s`);
    }
    this.#known = true;
    remember(this.#configured, properties);
    return properties;
  }
}

function changesBetween(before: Settings, after: Settings): SettingChange[] {
  const old = clientSettings(before);
  return (Object.entries(clientSettings(after)) as [ClientSetting, string | number][])
    .filter(([key, value]) => old[key] !== value)
    .map(([key, value]) => ({ key, value }) as SettingChange);
}

function fileOf({ daemon }: Settings): string {
  return join(daemon.state_dir, TANGO_PROPERTIES_FILE);
}

function remember(settings: Settings, properties: Properties): void {
  const { database, device } = settings.tango;
  const remembered: Remembered = { database, device, properties: Object.fromEntries(properties) };
  try {
    makeFolder(settings.daemon.state_dir);
    writeJson(fileOf(settings), remembered, { fsync: true, indent: 2 });
  } catch {
    // Then a start without a database goes by the configuration; that the folder is not there is reported elsewhere.
  }
}

interface Remembered {
  readonly database: string;
  readonly device: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

const REMEMBERED: JsonFileKind<Remembered> = {
  bytesMax: FILE_BYTES_MAX,
  what: "a list of a device's properties",
  isRight: shape<Remembered>({ database: isText, device: isText, properties: isObject }),
};

/** Null where nothing is remembered of this device. */
function recall(settings: Settings): Properties | null {
  const { tango } = settings;
  try {
    const remembered = readJson(fileOf(settings), REMEMBERED);
    if (remembered?.database !== tango.database || remembered.device !== tango.device) return null;
    const entries = Object.entries(remembered.properties);
    return new Map(entries.filter((entry): entry is [string, string[]] => isTexts(entry[1])));
  } catch {
    return null;
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
