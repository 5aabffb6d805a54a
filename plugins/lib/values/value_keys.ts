/** What the tables of values of other systems have in common, of whatever system: docs/values.md, "Keys of every value". */
import type { PluginContext } from "pewatch";
import { parsePlace } from "pewatch/values";
import * as v from "valibot";
import { firstTwice, numberWithin, words, yesOrNo } from "../config.ts";

export const VALUE_KEYS = {
  /** The name of the parameter; default: made from the value's name. */
  parameter: v.optional(words("the name of the parameter")),
  /** Its place in the NeXus file; default: /entry/instrument/parameters/NAME. */
  path: v.optional(v.pipe(
    words("a place in the NeXus file"),
    v.rawCheck(({ dataset, addIssue }) => {
      const place = dataset.typed ? parsePlace(dataset.value) : null;
      if (typeof place === "string") addIssue({ message: place });
    }),
  )),
  /** In place of the source's own. */
  unit: v.optional(v.string("a unit is needed, in quotes")),
  /** Of a number: an NXlog of what it was during each exposure; false: the last value alone. */
  log: yesOrNo(true),
  /** How old a value may be; what holds without it depends on the source. */
  max_age_s: v.optional(numberWithin(0.1, 86_400, "in seconds")),
};

/** Each is a dataset in every frame's file. */
const VALUES_MAX = 1000;

/**
 * The list of these tables.
 * @param key where it stands: "plugins.tango.attributes"
 * @param noun what it lists: "attributes"
 */
export function valueList<Input, Output extends { readonly parameter: string }>(
  table: v.GenericSchema<Input, Output>,
  { key, noun }: { readonly key: string; readonly noun: string },
) {
  return v.pipe(
    v.array(table, `a list of tables is needed, each [[${key}]]`),
    v.minLength(1, `at least one [[${key}]] is needed`),
    v.maxLength(VALUES_MAX, `at most ${VALUES_MAX} ${noun} are read`),
    v.check(
      (all) => firstTwice(all.map(({ parameter }) => parameter)) === undefined,
      (issue) =>
        `two ${noun} would be the parameter ${firstTwice(issue.input.map(({ parameter }) => parameter))}: ` +
        'give one of them another "parameter"',
    ),
  );
}

/** Removes the parameters that entries of an earlier table have left. */
export async function removeUnlisted(
  { parameters, name }: Pick<PluginContext, "parameters" | "name">,
  list: readonly { readonly parameter: string }[],
): Promise<void> {
  const listed = new Set(list.map(({ parameter }) => parameter));
  for (const { name: parameter, plugin } of await parameters.at(new Date())) {
    if (plugin === name && !listed.has(parameter)) parameters.remove(parameter);
  }
}
