/** Values that other programs put into a memcached become parameters, and so part of each frame's file. */
import type { PluginContext } from "pewatch";
import { Buffer } from "node:buffer";
import * as v from "valibot";
import { firstTwice, hasControlCharacter, numberWithin, oneOf, table, words } from "./lib/config.ts";
import { KEY_BYTES_MAX, MemcachedError, MemcachedReader, type MemcachedValue } from "./lib/memcached_reader.ts";
import { READ_AS, readValue } from "./lib/memcached_value.ts";

export const TICKTACK = 1;

/** All are read at each tick. */
const KEYS_MAX = 500;
/** The first implementation's. */
const SERVER_DEFAULT = "127.0.0.1:55211";

const keyName = v.pipe(
  words("a key"),
  v.check(
    (key) => !/\s/.test(key) && !hasControlCharacter(key),
    "a key of memcached has no spaces or control characters",
  ),
  v.check((key) => Buffer.byteLength(key) <= KEY_BYTES_MAX, `a key of memcached has ${KEY_BYTES_MAX} bytes at most`),
);
const keyTable = table({
  key: keyName,
  /** The key's own name by default. */
  parameter: v.exactOptional(words("the name of a parameter")),
  unit: v.exactOptional(words("a unit")),
  path: v.exactOptional(
    v.pipe(words("a path"), v.startsWith("/entry/", 'a path in the NeXus file is needed: "/entry/sample/temperature"')),
  ),
  as: v.optional(oneOf(READ_AS), "auto"),
});

export const CONFIG = table({
  server: v.optional(
    v.pipe(
      words("a server"),
      v.regex(/^(\[[0-9a-f:.]+\]|[^\s:[\]]+):[1-9]\d{0,4}$/i, `host:port is needed, as in "${SERVER_DEFAULT}"`),
      v.check((text) => portOf(text) < 65_536, "a port from 1 to 65535 is needed"),
    ),
    SERVER_DEFAULT,
  ),
  keys: v.pipe(
    v.array(
      v.union(
        [keyName, keyTable],
        ({ input }) => `a key cannot be read from ${JSON.stringify(input)}: ${whyNot(input)}`,
      ),
      'a list of keys is needed: ["name", { key = "T", parameter = "temperature", unit = "K" }]',
    ),
    v.minLength(1, "one key at least is needed"),
    v.maxLength(KEYS_MAX, `${KEYS_MAX} keys at most can be read`),
    v.transform((keys) => keys.map((key) => typeof key === "string" ? { key, as: "auto" as const } : key)),
    v.check(
      (keys) => firstTwice(keys.map(parameterOf)) === undefined,
      ({ input }) => `the parameter ${firstTwice(input.map(parameterOf))} is there twice`,
    ),
  ),
  /** "remove": a parameter whose key is gone stands in no later file; "keep": its last value does, with its time. */
  gone: v.optional(oneOf(["remove", "keep"]), "remove"),
  /** A firing waits so long for the server at most. */
  timeout_s: v.optional(numberWithin(0.01, 60, "in seconds"), 0.5),
  /** A server that is away for longer counts as having lost all keys. */
  away_s: v.optional(numberWithin(0, 86_400, "in seconds"), 10),
});

type Config = v.InferOutput<typeof CONFIG>;
type Context = PluginContext<Config>;
type Key = Config["keys"][number];

let reader: MemcachedReader | null = null;
let away = false;
/** Time of the server's last answer; undefined before the first. */
let heard_ms = 0;
/** Whether a parameter was set here: one whose key is gone is removed once, and those of others are left alone. */
const isSet = new Map<string, boolean>();
/** What was logged of a value that cannot be used; logged again when it changes. */
const logged = new Map<string, string>();

export function setup({ config }: Context): void {
  const { server } = config;
  reader = new MemcachedReader(server.slice(0, server.lastIndexOf(":")).replace(/^\[|\]$/g, ""), portOf(server));
  heard_ms = performance.now();
}

export async function work(context: Context): Promise<void> {
  const { config, counters, log, signal } = context;
  let values: ReadonlyMap<string, MemcachedValue>;
  const time = new Date();
  try {
    if (reader === null) return;
    values = await reader.read(config.keys.map(({ key }) => key), config.timeout_s * 1000);
  } catch (error) {
    if (!(error instanceof MemcachedError)) throw error;
    counters.add("away");
    if (!away && !signal.aborted) {
      log.warn(`memcached at ${config.server} is away: ${error.message}; frames go on without it`);
    }
    away = true;
    if (performance.now() - heard_ms > config.away_s * 1000) {
      for (const key of config.keys) await remove(key, context);
    }
    return;
  }
  heard_ms = performance.now();
  if (away) log.info(`memcached at ${config.server} is there again`);
  away = false;
  counters.add("readings");
  for (const key of config.keys) await take(key, values.get(key.key), { time, context });
}

export function teardown(): void {
  reader?.close();
  reader = null;
}

/** A value that is not there, empty or of no use is gone: an older one must not stand for it. */
async function take(
  key: Key,
  value: MemcachedValue | undefined,
  { time, context }: { time: Date; context: Context },
): Promise<void> {
  const parameter = parameterOf(key);
  try {
    const read = value === undefined ? null : readValue(value, key.as);
    if (read === null) return await remove(key, context);
    context.parameters.set(parameter, read, {
      time,
      origin: originOf(key, context.config),
      ...key.unit === undefined ? {} : { unit: key.unit },
      ...key.path === undefined ? {} : { path: key.path },
    });
    isSet.set(parameter, true);
    logged.delete(key.key);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    context.counters.add("unusable");
    if (logged.get(key.key) !== error.message) context.log.warn(`key ${key.key} cannot be used: ${error.message}`);
    logged.set(key.key, error.message);
    await remove(key, context);
  }
}

async function remove(key: Key, { config, parameters, log }: Context): Promise<void> {
  const parameter = parameterOf(key);
  if (config.gone === "keep" || isSet.get(parameter) === false) return;
  // Unknown at first: an earlier worker may have set it, or another plugin.
  const ours = isSet.get(parameter) ?? (await parameters.get(parameter))?.origin === originOf(key, config);
  isSet.set(parameter, false);
  if (!ours) return;
  parameters.remove(parameter);
  log.info(`key ${key.key} is no longer in memcached: frames go without ${parameter}`);
}

function parameterOf(key: { readonly key: string; readonly parameter?: string }): string {
  return key.parameter ?? key.key;
}

function originOf({ key }: Key, { server }: Config): string {
  return `memcached://${server}/${encodeURIComponent(key)}`;
}

function portOf(server: string): number {
  return Number(server.slice(server.lastIndexOf(":") + 1));
}

/** A union itself says only that no member fits. */
function whyNot(input: unknown): string {
  const { issues } = v.safeParse(typeof input === "string" ? keyName : keyTable, input);
  return issues?.map((issue) => [v.getDotPath(issue), issue.message].filter(Boolean).join(": ")).join(", ") ?? "";
}
