/** Which attributes of other Tango devices are read, and how. */
import type { TangoForm } from "./tango_reading.ts";
import { namesNoDatabase } from "./tango_attribute_name.ts";

/** One `[[plugins.tango.attributes]]`, checked. */
export interface TangoAttributeTable {
  readonly name: string;
  readonly parameter: string;
  readonly path?: string | undefined;
  readonly unit?: string | undefined;
  readonly events: boolean;
  readonly max_age_s?: number | undefined;
  readonly as: TangoForm;
}

/** `[plugins.tango]`, checked. */
export interface TangoTable {
  /** That of [tango] where it is left out. */
  readonly database?: string | undefined;
  readonly period_s: number;
  readonly timeout_s: number;
  readonly attributes: readonly TangoAttributeTable[];
}

/** What the client's process gets as the first line of its input. */
export interface TangoList {
  /** "host:port" of the database of names without one; "" where there are none. */
  readonly database: string;
  readonly period_s: number;
  readonly timeout_s: number;
  readonly attributes: readonly { readonly name: string; readonly events: boolean }[];
}

/** An attribute whose events come is read so often all the same: events are lost while a network is away. */
const REREAD_S = 10;

export function rereadSeconds({ period_s }: Pick<TangoList, "period_s">): number {
  return Math.max(REREAD_S, period_s);
}

/**
 * How long a value counts after it was read.
 * @param options.fails its last read failed: then it is not one that is read rarely because its events come
 */
export function maxAgeSeconds(
  table: TangoTable,
  { max_age_s, events }: TangoAttributeTable,
  { fails = false }: { readonly fails?: boolean } = {},
): number {
  return max_age_s ?? 2 * (events && !fails ? rereadSeconds(table) : table.period_s) + table.timeout_s;
}

/** What is wrong with the names in view of the database, or null. */
export function faultOfDatabase(table: TangoTable, tango: { readonly database: string }): string | null {
  const without = table.attributes.find(({ name }) => namesNoDatabase(name));
  if (without === undefined || databaseOf(table, tango) !== "") return null;
  return `${without.name} names no database: set database = "host:10000" in [plugins.tango] or [tango]`;
}

/**
 * Each attribute once, since servers hang or fail at a call that names one twice.
 * @returns the list, and for each of its attributes the indexes of those of the table
 */
export function tangoList(
  table: TangoTable,
  tango: { readonly database: string },
): { readonly list: TangoList; readonly indexes: readonly (readonly number[])[] } {
  const { period_s, timeout_s } = table;
  const database = databaseOf(table, tango);
  const listed = new Map<string, { name: string; events: boolean; indexes: number[] }>();
  for (const [index, { name, events }] of table.attributes.entries()) {
    const key = originOf(name, { database }).toLowerCase();
    const one = listed.get(key) ?? { name, events: false, indexes: [] };
    one.events ||= events;
    one.indexes.push(index);
    listed.set(key, one);
  }
  const attributes = [...listed.values()];
  return {
    list: { database, period_s, timeout_s, attributes: attributes.map(({ name, events }) => ({ name, events })) },
    indexes: attributes.map(({ indexes }) => indexes),
  };
}

/** Where a person finds the attribute: its name with the database. */
export function originOf(name: string, { database }: Pick<TangoList, "database">): string {
  return namesNoDatabase(name) ? `tango://${database}/${name}` : name;
}

function databaseOf({ database }: TangoTable, tango: { readonly database: string }): string {
  return database ?? tango.database;
}
