/** Properties of the device in the Tango database that go before the configuration. */
import { isAbsolute } from "node:path";
import { checkSettings } from "../config/check.ts";
import { ConfigurationError } from "../config/error.ts";
import type { Settings } from "../config/settings.ts";
import { CLIENT_SETTING_KEYS, CLIENT_SETTINGS, type ClientSetting } from "../daemon/settings/client_settings.ts";
import { TomlLines } from "../config/toml_lines.ts";

interface Wanted {
  readonly key: ClientSetting;
  readonly value: string;
}

export interface PropertyReading {
  /** Those of the configuration, with what was taken in their place. */
  readonly settings: Settings;
  /** "MaxProc = 7" */
  readonly taken: readonly string[];
  /** Each with the property's name and the reason; the configuration's value holds. */
  readonly refused: readonly string[];
}

/** Judged by the rules of the configuration, since they take its place. */
export function withProperties(
  settings: Settings,
  properties: ReadonlyMap<string, readonly string[]>,
): PropertyReading {
  const refused: string[] = [];
  const wanted: Wanted[] = [];
  for (const [given, values] of properties) {
    const key = keyOfProperty(given);
    if (key === null) continue;
    const fault = faultOf(key, values);
    if (fault === null) wanted.push({ key, value: values[0]! });
    else refused.push(`property ${CLIENT_SETTINGS[key].attribute}: ${fault}`);
  }
  // All at once: two folders that are exchanged would meet one after the other.
  const all = apply(settings, wanted);
  if (all.fault === null) return { settings: all.settings, taken: wanted.map(textOf), refused };
  const taken: string[] = [];
  let current = settings;
  for (const one of wanted) {
    const { settings: changed, fault } = apply(current, [one]);
    current = changed;
    if (fault === null) taken.push(textOf(one));
    else refused.push(`property ${CLIENT_SETTINGS[one.key].attribute}: ${fault}`);
  }
  return { settings: current, taken, refused };
}

/** Properties have the names of the attributes, without regard to case. Those of Tango itself and of others are left alone. */
function keyOfProperty(given: string): ClientSetting | null {
  const isIt = (key: ClientSetting) => CLIENT_SETTINGS[key].attribute.toLowerCase() === given.toLowerCase();
  return CLIENT_SETTING_KEYS.find(isIt) ?? null;
}

function faultOf(key: ClientSetting, values: readonly string[]): string | null {
  if (values.length !== 1) return `one value is needed, not ${values.length}`;
  const value = values[0]!;
  const { kind } = CLIENT_SETTINGS[key];
  if (kind === "folder" && !isAbsolute(value)) return `${JSON.stringify(value)} is not an absolute path`;
  return kind === "number" && !/^\s*\d+\s*$/.test(value) ? `${JSON.stringify(value)} is not a whole number` : null;
}

/** Unchanged where there is a fault. */
function apply(settings: Settings, wanted: readonly Wanted[]): { settings: Settings; fault: string | null } {
  const tables: Record<string, Record<string, unknown>> = {};
  for (const { key, value } of wanted) {
    const { table, kind } = CLIENT_SETTINGS[key];
    (tables[table] ??= {})[key] = kind === "number" ? Number(value) : value;
  }
  try {
    const windows = Deno.build.os === "windows";
    const around = { file: "Tango database", folder: Deno.cwd(), windows, lines: new TomlLines("") };
    return { settings: checkSettings(tables, { ...around, defaults: settings }), fault: null };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { settings, fault: error.problems.map(({ message }) => message).join("; ") };
  }
}

function textOf({ key, value }: Wanted): string {
  return `${CLIENT_SETTINGS[key].attribute} = ${value}`;
}
