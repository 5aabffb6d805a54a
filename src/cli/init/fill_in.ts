/** Puts values into the documented configuration, whose comments stay. */

export interface NewValue {
  readonly table: string;
  readonly key: string;
  readonly value: string | number;
}

/**
 * Replaces the value of each key, which the text must have on a line of its own under its table.
 * @throws RangeError where a key is not there
 */
export function fillIn(documented: string, values: readonly NewValue[]): string {
  const lines = documented.split("\n");
  for (const { table, key, value } of values) {
    const start = lines.indexOf(`[${table}]`);
    const at = lines.findIndex((line, index) => index > start && line.startsWith(`${key} = `));
    if (start < 0 || at < 0) {
      throw new RangeError(`Cannot fill in ${table}.${key}: the documented file has no such line`);
    }
    lines[at] = `${key} = ${tomlValue(value)}`;
  }
  return lines.join("\n");
}

/** In single quotes where that is possible: paths of Windows stay readable there. */
export function tomlValue(value: string | number): string {
  if (typeof value === "number") return String(value);
  // deno-lint-ignore no-control-regex
  if (!/['\u0000-\u001f\u007f]/.test(value)) return `'${value}'`;
  // JSON's escapes are TOML's too, but it leaves DEL as it is.
  return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
}
