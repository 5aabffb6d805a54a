/** Attributes of other Tango devices become parameters: docs/values.md. */
import type { PluginContext } from "pewatch";
import { defaultParameter, faultOfAttribute, faultOfDatabase, originOf, TangoValues } from "pewatch/values";
import * as v from "valibot";
import { numberWithin, oneOf, table, words, yesOrNo } from "./lib/config.ts";
import { removeUnlisted, VALUE_KEYS, valueList } from "./lib/values/value_keys.ts";
import { ValueParameters } from "./lib/values/value_parameters.ts";

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

const shown = new ValueParameters();
let values: TangoValues | null = null;
/** The table that `values` was made for, as JSON. */
let madeFor = "";

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
    const reason = values?.absence(index, now_ms) ?? null;
    if (reason !== null) shown.setAbsence(context, index, reason);
  }
  shown.count(context);
}

export async function teardown(): Promise<void> {
  await values?.stop();
  values = null;
}

function start(context: Context): void {
  const { config, settings, log, counters } = context;
  madeFor = JSON.stringify(config);
  const database = config.database ?? settings.tango.database;
  shown.begin(config.attributes, (name) => originOf(name, { database }));
  values = new TangoValues(config, settings.tango, {
    onReading: (index, reading, read) => {
      counters.add("readings");
      shown.set(context, index, { reading, until: values!.until(index, read) });
    },
    onEnd: (reason, pause_ms) => {
      counters.add("client ended");
      log.warn(`${reason}; it is started again in ${pause_ms / 1000} s, frames go on`);
    },
  });
  values.start();
}
