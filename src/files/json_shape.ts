/**
 * What the program's own JSON should look like, as tables of its members. `shape` wants a check of every key of the
 * type, so that a key that is added cannot be forgotten here.
 */

export type Check = (value: unknown) => boolean;

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isFlag(value: unknown): value is boolean {
  return typeof value === "boolean";
}

export function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

/** Bytes, or a place in a file. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** What Date takes, so that it can be written as a text. */
export function isTime(value: unknown): value is number {
  return typeof value === "number" && !Number.isNaN(new Date(value).getTime());
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function oneOf(...values: readonly unknown[]): Check {
  return (value) => values.includes(value);
}

export function orNull(check: Check): Check {
  return (value) => value === null || check(value);
}

/** The key may be missing, as in files of older versions. */
export function orAbsent(check: Check): Check {
  return (value) => value === undefined || check(value);
}

export function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

/** Keys that are not named may have any value. */
export function shape<T>(members: { readonly [Key in keyof T]-?: Check }): (value: unknown) => value is T {
  const checks = Object.entries<Check>(members);
  return (value): value is T => isObject(value) && checks.every(([key, check]) => check(value[key]));
}
