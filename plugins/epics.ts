/** Process variables of EPICS become parameters: docs/values.md. */
import type { PluginContext } from "pewatch";
import { EpicsValues, parseAddress, readingOf } from "pewatch/values";
import * as v from "valibot";
import { oneOf, table, wholeNumber, words, yesOrNo } from "./lib/config.ts";
import { removeUnlisted, VALUE_KEYS, valueList } from "./lib/values/value_keys.ts";
import { ValueParameters } from "./lib/values/value_parameters.ts";

export const TICKTACK = 1;

/** EPICS's records have names of 60 characters; fields, filters and gateways make them longer. */
const NAME_LENGTH_MAX = 200;

const pv = v.pipe(
  table({
    /** "BL:SAMPLE:X.RBV"; with "$" at its end a long text. */
    name: v.pipe(
      words("the name of a process variable"),
      v.regex(/^\S+$/, "a process variable has no blanks in its name"),
      v.maxLength(NAME_LENGTH_MAX, `a name of ${NAME_LENGTH_MAX} characters at most is needed`),
    ),
    ...VALUE_KEYS,
    /** An enumeration or an array of characters; default: the first as text, the second as numbers. */
    as: v.optional(oneOf(["text", "number"])),
  }),
  v.transform((one) => ({ ...one, parameter: one.parameter ?? one.name })),
);

export const CONFIG = v.pipe(
  table({
    /** "host", "host:port" of servers, gateways or broadcasts; "tcp://host:port" of servers of names. */
    addresses: v.optional(v.array(words("an address"), 'a list of addresses is needed: ["10.0.0.255"]'), []),
    /** Whether the networks of this computer are searched as well. */
    auto_addresses: yesOrNo(true),
    /** Of addresses without one. */
    port: v.optional(wholeNumber(1, 65_535, "5064 unless the IOCs have another"), 5064),
    pvs: valueList(pv, { key: "plugins.epics.pvs", noun: "variables" }),
  }),
  v.check(({ addresses, port }) => addresses.every((one) => parseAddress(one, port) !== null), (issue) => {
    const wrong = issue.input.addresses.find((one) => parseAddress(one, issue.input.port) === null);
    return `addresses: ${JSON.stringify(wrong)} is not an address; give "host", "host:port" or "tcp://host:port"`;
  }),
  v.check(
    ({ addresses, auto_addresses }) => auto_addresses || addresses.length > 0,
    "addresses are needed where auto_addresses is false",
  ),
);

type Context = PluginContext<v.InferOutput<typeof CONFIG>>;

/** A value that does not change is set again so often, and counts so long: its server has been heard since. */
const [REPEAT_MS, COUNTS_MS] = [5000, 20_000];
/** Ten values a second of one variable at most. */
const BETWEEN_MS = 100;
/** The severity. */
const INVALID = 3;
/** A variable that has not been found after a start by then has no value. */
const START_MS = 5000;

interface Kept {
  /** Until when it could not be read, once. */
  absent_ms: number | undefined;
  set_ms: number;
  /** A value that came too soon after the one before. */
  isWaiting: boolean;
}

const shown = new ValueParameters();
let values: EpicsValues | null = null;
/** The table that `values` was made for, as JSON. */
let madeFor = "";
let kept: Kept[] = [];
let started_ms = 0;

export async function setup(context: Context): Promise<void> {
  const { config } = context;
  await removeUnlisted(context, config.pvs);
  madeFor = JSON.stringify(config);
  shown.begin(config.pvs, (name) => `epics:${name}`);
  kept = config.pvs.map(() => ({ absent_ms: undefined, set_ms: 0, isWaiting: false }));
  started_ms = Date.now();
  values = new EpicsValues(config, (index) => {
    const one = kept[index]!;
    one.isWaiting = Date.now() - one.set_ms < BETWEEN_MS;
    // Of a variable that changes faster the newest value is taken at the next tick.
    if (!one.isWaiting || shown.absence(index) !== null || isInvalid(index)) take(context, index);
  });
  values.start();
}

/** Also where it is lost. */
function isInvalid(index: number): boolean {
  return (values?.state(index).value?.severity ?? INVALID) >= INVALID;
}

export async function work(context: Context): Promise<void> {
  if (JSON.stringify(context.config) !== madeFor) {
    values?.stop();
    await setup(context);
  }
  const now_ms = Date.now();
  for (const [index, { set_ms, isWaiting }] of kept.entries()) {
    const reason = values!.state(index).reason;
    const absence = shown.absence(index);
    if (reason === null) {
      // A value whose age has a bound may have come to it.
      if (isWaiting || now_ms - set_ms >= REPEAT_MS || absence !== null) take(context, index);
    } else if (absence !== undefined || now_ms - started_ms > START_MS) setAbsence(context, index, reason);
  }
  shown.count(context);
}

export function teardown(): void {
  values?.stop();
  values = null;
}

function take(context: Context, index: number): void {
  const of = context.config.pvs[index]!;
  const one = kept[index]!;
  const state = values!.state(index);
  const now_ms = Date.now();
  const reading = readingOf(state, of, { now_ms, absent_ms: one.absent_ms });
  if (reading === undefined) {
    if (state.reason !== null && shown.absence(index) === null) setAbsence(context, index, state.reason);
    return;
  }
  const until_ms = Math.min(now_ms + COUNTS_MS, reading.time.getTime() + 1000 * (of.max_age_s ?? Infinity));
  if (shown.set(context, index, { reading, until: new Date(until_ms) })) {
    context.counters.add("readings");
    Object.assign(one, { set_ms: now_ms, isWaiting: false });
  } else one.absent_ms = now_ms;
}

function setAbsence(context: Context, index: number, reason: string): void {
  kept[index]!.absent_ms = Date.now();
  shown.setAbsence(context, index, reason);
}
