/** Values of other systems that a table of the configuration lists, read for a person by a client of the command's own. */
import type { Settings } from "../../config/settings.ts";
import type { ParameterValue } from "../../parameters/parameter.ts";
import { shippedUrl } from "../../plugins/host/shipped.ts";
import type { ValueReading } from "../../values/value_reading.ts";
import { checkConfig } from "../../plugins/worker/config_schema.ts";

/** What is shown of one value. */
export interface ListedValue {
  readonly name: string;
  readonly parameter: string;
  /** Null where it has none now: `reason` says why. */
  readonly value: ParameterValue | null;
  readonly unit: string | null;
  /** Tango's quality, or the severity of EPICS. */
  readonly quality: string | null;
  readonly time: Date | null;
  /** One word or two: "read", "timed out". */
  readonly status: string;
  readonly reason: string | null;
}

/** Of an entry of the table and its last reading, if there is one. */
export function listedValue(
  { name, parameter, unit }: {
    readonly name: string;
    readonly parameter: string;
    readonly unit?: string | undefined;
  },
  reading: ValueReading | null | undefined,
  { status, reason }: Pick<ListedValue, "status" | "reason">,
): ListedValue {
  const quality = reading?.attributes["quality"];
  return {
    name,
    parameter,
    value: reason === null ? reading?.value ?? null : null,
    unit: unit ?? reading?.unit ?? null,
    quality: quality === undefined ? null : String(quality),
    time: reading?.time ?? null,
    status,
    reason,
  };
}

/** They are read until they are disposed of. */
export interface ListedValues extends AsyncDisposable {
  /** Whether each has a value or a reason. */
  isTried(): boolean;
  /** Why none can be read; null where they can. */
  fault(): string | null;
  /** In the order of the table. */
  read(now_ms: number): ListedValue[];
}

/** A kind of values: a plugin's table, and how it is read. */
export interface ValueSource {
  /** "tango": also the plugin's name, and that of the group of commands. */
  readonly name: "tango" | "epics";
  /** One of them, for a heading: "ATTRIBUTE". */
  readonly noun: string;
  readonly counted: string;
  /** @returns null where the configuration lists none, or as a text what is wrong with its table */
  open(settings: Settings): Promise<ListedValues | string | null>;
}

/** The table of a shipped plugin by the plugin's own schema. @returns as `open` of a source */
export async function checkedTable({ plugins }: Settings, plugin: Parameters<typeof shippedUrl>[0]): Promise<unknown> {
  if (!Object.hasOwn(plugins.tables, plugin)) return null;
  const { CONFIG } = await import(shippedUrl(plugin)) as { readonly CONFIG: unknown };
  const check = await checkConfig(CONFIG, plugins.tables[plugin], plugin);
  return "refusal" in check ? check.refusal : check.config;
}

/** The start of a client's process, and some seconds for a database, a device, a search that are not answered. */
const TRIED_MS_MAX = 15_000;
const LOOK_MS = 50;

/** Waits until each has been tried, for 15 s at most. */
export async function untilTried(values: ListedValues): Promise<void> {
  const end_ms = performance.now() + TRIED_MS_MAX;
  while (!values.isTried() && values.fault() === null && performance.now() < end_ms) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
