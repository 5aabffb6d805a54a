/** The kinds of values that keys of a configuration take, each with the message that says what is needed. */
import * as v from "valibot";
import { isTimeZone } from "../time/zone.ts";
import { closest } from "../text/closest.ts";
import { faultOf, type NumberRange } from "./ranges.ts";
import { FolderNameError, splitRelativeFolder } from "./names/relative_folder.ts";
import { faultOfAddress } from "./names/tango_names.ts";

/** Longest waiting time that a person may mean; more is a slip of units (ms for s). */
export const DAY_S = 86_400;

export function wholeNumber(low: number, high: number, reason: string) {
  const message = `a whole number from ${low} to ${high} is needed, ${reason}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(low, message), v.maxValue(high, message));
}

export function numberWithin(low: number, high: number, reason: string) {
  const message = `a number from ${low} to ${high} is needed, ${reason}`;
  return v.pipe(v.number(message), v.finite(message), v.minValue(low, message), v.maxValue(high, message));
}

export function positive(what: string) {
  const message = `a number above 0 is needed, ${what}`;
  return v.exactOptional(v.pipe(v.number(message), v.finite(message), v.gtValue(0, message)));
}

export function atLeastZero(what: string) {
  const message = `a number of 0 or more is needed, ${what}`;
  return v.exactOptional(v.pipe(v.number(message), v.finite(message), v.minValue(0, message)));
}

/** A value of which a function says what is wrong, or null. */
function judged<T>(schema: v.GenericSchema<T>, faultOf: (value: T) => string | null) {
  return v.pipe(
    schema,
    v.rawCheck(({ dataset, addIssue }) => {
      const fault = dataset.typed ? faultOf(dataset.value) : null;
      if (fault !== null) addIssue({ message: fault });
    }),
  );
}

/** A number of a geometry, within what can be; the message says which unit was probably meant. */
export function within(range: NumberRange) {
  const number = v.number(`a number is needed, in ${range.unit}`);
  return v.exactOptional(judged(number, (value) => faultOf(value, range)));
}

export function someOf<const T extends readonly [string, ...string[]]>(...choices: T) {
  const message = `a list of ${choices.map((choice) => `"${choice}"`).join(" and ")} is needed, [] for none`;
  return v.pipe(
    v.array(v.picklist(choices, message), message),
    v.check((list) => new Set(list).size === list.length, "each may be listed once only"),
    v.readonly(),
  );
}

export function yesOrNo() {
  return v.boolean("true or false is needed, without quotes");
}

export function oneOf<const T extends readonly [string, ...string[]]>(...choices: T) {
  return v.picklist(choices, `one of ${choices.map((choice) => `"${choice}"`).join(", ")} is needed`);
}

/** A fact in words. Empty ones would end up as empty datasets in every NeXus file. */
export function words() {
  const message = "a text in quotes is needed; remove the key if there is nothing to say";
  return v.exactOptional(v.pipe(v.string(message), v.nonEmpty(message)));
}

/** Windows calls its zones by other names, and an offset knows nothing of summer time. */
export function timeZone() {
  const message = 'the IANA name of a time zone is needed, such as "Europe/Berlin" or "America/Chicago"';
  return v.exactOptional(judged(v.string(message), (zone) => {
    if (isTimeZone(zone)) return null;
    const meant = closest(zone, Intl.supportedValuesOf("timeZone"));
    return meant === null ? message : `there is no such time zone; did you mean "${meant}"?`;
  }));
}

export function pathOf(what: string) {
  const message = `the path of ${what} is needed, in single quotes: 'R:\\raw'`;
  return v.pipe(
    v.string(message),
    v.nonEmpty(message),
    // In double quotes TOML reads \r of "R:\raw" and \t of "R:\temp" as control characters, without any error.
    v.check(
      (text) => !hasControlCharacter(text),
      "it holds a control character: a backslash in double quotes is an escape; write single quotes ('R:\\raw') or forward slashes",
    ),
  );
}

function hasControlCharacter(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return /[\u0000-\u001f]/.test(text);
}

export function checkedText(faultOf: (name: string) => string | null) {
  return judged(v.string("a text in quotes is needed"), faultOf);
}

export function addressOrNone(options: { readonly anyPort: boolean }) {
  return checkedText((text) => text === "" ? null : faultOfAddress(text, options));
}

export function belowOutput() {
  return judged(v.string("the name of a folder below the output root is needed, in quotes"), (text) => {
    try {
      splitRelativeFolder(text);
      return null;
    } catch (error) {
      if (!(error instanceof FolderNameError)) throw error;
      return error.message;
    }
  });
}
