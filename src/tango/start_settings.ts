/** The settings that the daemon starts with: those of the configuration, and what the device's properties replace. */
import { join } from "node:path";
import type { TangoLibrary } from "../../ffi/tango/library.ts";
import type { Settings } from "../config/settings.ts";
import { writeWhole } from "../files/durable.ts";
import { messageOf } from "../files/errors.ts";
import { makeFolder } from "../files/listing.ts";
import type { Logger } from "../frames/events.ts";
import { inTime } from "./in_time.ts";
import { withProperties } from "./properties.ts";

/** Frames wait for that: a database that is there answers within some milliseconds. */
export const PROPERTIES_MS_MAX = 2000;
/** Longer than any device's properties. */
const FILE_BYTES_MAX = 1024 * 1024;

type Properties = ReadonlyMap<string, readonly string[]>;

export interface StartOptions {
  readonly library: Pick<TangoLibrary, "deviceProperties">;
  readonly log: Logger;
  readonly limit_ms?: number;
}

/**
 * Where the database does not answer, the properties that the last start read hold: else frames would go elsewhere than
 * ever before, for no reason that anybody sees.
 */
export async function startSettings(settings: Settings, options: StartOptions): Promise<Settings> {
  if (settings.tango.database === "") return settings;
  const { log } = options;
  const properties = await propertiesOf(settings, options);
  const { settings: changed, taken, refused } = withProperties(settings, properties);
  for (const one of taken) log.info(`Tango: ${one}, a property of ${settings.tango.device}`);
  for (const one of refused) log.error(`Tango: ${one}; what the configuration says holds`);
  return changed;
}

async function propertiesOf(settings: Settings, options: StartOptions): Promise<Properties> {
  const { library, log, limit_ms = PROPERTIES_MS_MAX } = options;
  const { database, device } = settings.tango;
  const file = propertyFile(settings);
  try {
    const asked = library.deviceProperties({ database, device });
    const properties = await inTime(asked, limit_ms);
    if (properties !== "late") {
      remember(file, settings, properties);
      return properties;
    }
    asked.catch(() => {}); // nobody waits for it any more
    throw new Error(`the database at ${database} did not answer within ${limit_ms / 1000} s`);
  } catch (error) {
    const remembered = recall(file, settings);
    const instead = remembered === null ? "what the configuration says holds" : "those that were read last hold";
    log.warn(`Tango: the properties of ${device} cannot be read (${messageOf(error)}): ${instead}`);
    return remembered ?? new Map();
  }
}

function propertyFile(settings: Settings): string {
  return join(settings.daemon.state_dir, "tango_properties.json");
}

function remember(file: string, { daemon, tango }: Settings, properties: Properties): void {
  const { database, device } = tango;
  const text = JSON.stringify({ database, device, properties: Object.fromEntries(properties) }, null, 2);
  try {
    makeFolder(daemon.state_dir);
    writeWhole(file, new TextEncoder().encode(`${text}\n`), { fsync: true });
  } catch {
    // Then a start without a database goes by the configuration; that the folder is not there others tell.
  }
}

/** Null where nothing is remembered of this device. */
function recall(file: string, { tango }: Settings): Properties | null {
  try {
    if (Deno.statSync(file).size > FILE_BYTES_MAX) return null;
    const { database, device, properties } = JSON.parse(Deno.readTextFileSync(file));
    if (database !== tango.database || device !== tango.device) return null;
    const entries = Object.entries<unknown>(properties ?? {});
    return new Map(entries.filter((entry): entry is [string, string[]] => isTexts(entry[1])));
  } catch {
    return null;
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
