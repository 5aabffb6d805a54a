/** Attributes of other Tango devices become parameters: docs/values.md. */
import type { ParameterValue, PluginContext } from "pewatch";
import {
  defaultParameter,
  faultOfAttribute,
  faultOfDatabase,
  originOf,
  TangoValues,
  type ValueReading,
} from "pewatch/values";
import * as v from "valibot";
import { numberWithin, oneOf, table, words, yesOrNo } from "./lib/config.ts";
import { removeUnlisted, VALUE_KEYS, valueList } from "./lib/values/value_keys.ts";

export const TICKTACK = 1;

const address = v.pipe(
  words('the address of the Tango database, as "host:10000",'),
  v.regex(/^[^:/\s]+:\d{1,5}$/, 'an address as "host:10000" is needed'),
);

const attribute = v.pipe(
  table({
    /** "domain/family/member/attribute", "alias/attribute", "tango://host:port/…", that with "#dbase=no". */
    name: v.pipe(
      words("the name of an attribute"),
      v.rawCheck(({ dataset, addIssue }) => {
        const fault = dataset.typed ? faultOfAttribute(dataset.value) : null;
        if (fault !== null) addIssue({ message: fault });
      }),
    ),
    ...VALUE_KEYS,
    /** Whether its change events are subscribed to. */
    events: yesOrNo(false),
    /** How a state or an enumeration is written. */
    as: v.optional(oneOf(["text", "number"]), "text"),
  }),
  v.transform((one) => ({ ...one, parameter: one.parameter ?? defaultParameter(one.name) })),
);

export const CONFIG = table({
  /** Of names without an address; default: that of [tango]. */
  database: v.optional(address),
  /** Each attribute is read so often. */
  period_s: v.optional(numberWithin(0.1, 3600, "in seconds"), 1),
  /** One call to a device waits so long at most. Frames never wait. */
  timeout_s: v.optional(numberWithin(0.1, 60, "in seconds"), 0.8),
  attributes: valueList(attribute, { key: "plugins.tango.attributes", noun: "attributes" }),
});

type Config = v.InferOutput<typeof CONFIG>;
type Context = PluginContext<Config>;

let values: TangoValues | null = null;
/** The table that `values` was made for, as JSON. */
let madeFor = "";
/** What was last set for an attribute without a value: its reason; null where it has one. */
let absences: (string | null | undefined)[] = [];
/** How many have no value, as the counter shows it. */
let absent = 0;

export async function setup(context: Context): Promise<void> {
  const { config, settings } = context;
  const fault = faultOfDatabase(config, settings.tango);
  if (fault !== null) throw new Error(fault);
  await removeUnlisted(context, config.attributes);
  start(context);
}

export async function work(context: Context): Promise<void> {
  if (JSON.stringify(context.config) !== madeFor) {
    await values?.stop();
    await setup(context);
  }
  const now_ms = Date.now();
  for (const index of context.config.attributes.keys()) {
    setAbsence(context, index, values?.absence(index, now_ms) ?? null);
  }
  const without = absences.filter((reason) => typeof reason === "string").length;
  if (without !== absent) context.counters.add("without value", without - absent);
  absent = without;
}

export async function teardown(): Promise<void> {
  await values?.stop();
  values = null;
}

function start(context: Context): void {
  const { config, settings, log, counters } = context;
  madeFor = JSON.stringify(config);
  absences = [];
  values = new TangoValues(config, settings.tango, {
    onReading: (index, reading, read) => take(context, { index, reading, read }),
    onEnd: (reason, pause_ms) => {
      counters.add("client ended");
      log.warn(`${reason}; it is started again in ${pause_ms / 1000} s, frames go on`);
    },
  });
  values.start();
}

function take(context: Context, { index, reading, read }: { index: number; reading: ValueReading; read: Date }): void {
  const { value, note, time, attributes } = reading;
  context.counters.add("readings");
  if (value === null) return setAbsence(context, index, note ?? "it has no value");
  const of = context.config.attributes[index]!;
  const unit = of.unit ?? reading.unit;
  try {
    context.parameters.set(of.parameter, value, {
      ...optionsOf(context, index),
      ...unit === undefined ? {} : { unit },
      time,
      attributes,
      ...of.log && isNumber(value) ? { over: "exposure" } : {},
      until: values!.until(index, read),
    });
    reportAbsence(context, index, null);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    setAbsence(context, index, error.message);
  }
}

function isNumber(value: ParameterValue): boolean {
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
}

/** Set once: it holds until there is a value, or another reason. */
function setAbsence(context: Context, index: number, reason: string | null): void {
  if (reason === null || absences[index] === reason) return;
  const { parameter } = context.config.attributes[index]!;
  context.parameters.set(parameter, null, { ...optionsOf(context, index), note: reason.slice(0, 900) });
  reportAbsence(context, index, reason);
}

/** A start's first second is no fault. */
function reportAbsence({ config, log }: Context, index: number, reason: string | null): void {
  const before = absences[index];
  absences[index] = reason;
  const { name, parameter } = config.attributes[index]!;
  if (reason === null) {
    if (typeof before === "string" && before !== NOT_YET) log.info(`${name} is there again`);
  } else if (reason !== NOT_YET) log.warn(`${name}: ${reason}; frames go without ${parameter}`);
}

const NOT_YET = "it has not been read yet";

function optionsOf({ config, settings }: Context, index: number) {
  const { name, path } = config.attributes[index]!;
  const origin = originOf(name, { database: config.database ?? settings.tango.database });
  return { origin, ...path === undefined ? {} : { path } };
}
