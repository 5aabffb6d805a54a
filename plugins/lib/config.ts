/** Parts of the shipped plugins' schemas, with messages that say what would be right. */
import { posix, win32 } from "node:path";
import * as v from "valibot";

/** A table with just these keys. */
export function table<const Entries extends v.ObjectEntries>(entries: Entries) {
  const names = Object.keys(entries).join(", ");
  return v.strictObject(entries, (issue) => {
    if (issue.expected === "never") return `there is no such key; there are ${names}`;
    return issue.expected === "Object" ? `a table with the keys ${names} is needed` : "this key is needed";
  });
}

export function wholeNumber(low: number, high: number, reason: string) {
  const message = `a whole number from ${low} to ${high} is needed, ${reason}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(low, message), v.maxValue(high, message));
}

export function numberWithin(low: number, high: number, reason: string) {
  const message = `a number from ${low} to ${high} is needed, ${reason}`;
  return v.pipe(v.number(message), v.minValue(low, message), v.maxValue(high, message));
}

export function yesOrNo(standard: boolean) {
  return v.optional(v.boolean("true or false is needed, without quotes"), standard);
}

export function oneOf<const Choices extends readonly [string, ...string[]]>(choices: Choices) {
  return v.picklist(choices, `one of ${choices.map((choice) => `"${choice}"`).join(", ")} is needed`);
}

/** One line of text that is not empty. */
export function words(what: string) {
  const message = `${what} is needed, in quotes`;
  return v.pipe(v.string(message), v.nonEmpty(message), v.check((text) => !hasControlCharacter(text), controlMessage));
}

/** The path of a file of either kind of system, so that a configuration can be checked on another computer. */
export function absolutePath(what: string) {
  const isAbsolute = (path: string) => posix.isAbsolute(path) || win32.isAbsolute(path);
  return v.pipe(words(`the path of ${what}`), v.check(isAbsolute, `an absolute path of ${what} is needed`));
}

const controlMessage =
  "it holds a control character: in double quotes a backslash begins an escape, write single quotes";

export function hasControlCharacter(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return /[\u0000-\u001f\u007f]/.test(text);
}

/** The first entry of a list that stands there twice. */
export function firstTwice(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}
