/** What a line that TOML refuses was probably meant to be. */

/** The usual slips, each with what to write instead; null where the line is none of them. */
export function tomlHint(line: string): string | null {
  if (/[\u201c\u201d\u201e\u2018\u2019\u201a]/.test(line)) return "use straight quotes: 'R:/raw'";
  // "D:\data", where \d is an escape that TOML does not know.
  if (/"[^"]*\\/.test(line)) return "a path with backslashes needs single quotes: 'D:\\data'";
  const value = /^[^=]*=\s*(.*?)\s*(?:#.*)?$/.exec(line)?.[1];
  if (value === undefined) return /^\s*[\w.]+\s*:/.test(line) ? "write = between key and value" : null;
  if (value === "") return "the value is missing; remove the key or put # before it to leave it unset";
  if (/^(?:true|false)$/i.test(value)) return `true and false are lower case: ${value.toLowerCase()}`;
  if (/^(?:yes|on)$/i.test(value)) return "write true";
  if (/^(?:no|off)$/i.test(value)) return "write false";
  if (/^(?:none|null|nil)$/i.test(value)) return "remove the key or put # before it to leave it unset";
  if (/^[+-]?\d+,\d+$/.test(value)) return `use a decimal point: ${value.replace(",", ".")}`;
  if (/^[+-]?\.\d+$/.test(value)) return `a digit is needed before the point: ${value.replace(".", "0.")}`;
  if (/^[+-]?\d+\.$/.test(value)) return `a digit is needed after the point: ${value}0`;
  if (/^[+-]?[\d.]+ *[A-Za-z\u00b0\u00b5%]+$/.test(value)) return "write the number alone; the key's name has its unit";
  if (/^[A-Za-z/\\.~]/.test(value) && !value.includes("'")) return `a text needs quotes: '${value}'`;
  return null;
}
