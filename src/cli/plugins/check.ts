/** `pewatch plugins check`: says whether a file would be loaded as a plugin, or why not. */
import { resolve } from "node:path";
import { argument, message, object, option, optional, string } from "@optique/core";
import { loadSettings } from "../../config/load.ts";
import { messageOf } from "../../files/errors.ts";
import { folderExists, statOf } from "../../files/listing.ts";
import { command, CommandError, CONFIG_OPTION, EXIT, JSON_OPTION } from "../console/arguments.ts";
import { type Mark, markText, painterFor } from "../console/terminal.ts";
import { printable } from "../../log/terminal_text.ts";
import type { PluginExport } from "./check_worker.ts";
import { examineFile, type PluginExamination } from "./examine.ts";
import { checkTypes, type TypeCheck } from "./type_check.ts";
import { everyTicks } from "../../log/counted.ts";

const ARGUMENTS = object({
  file: argument(string({ metavar: "FILE" }), { description: message`A plugin, in the plugins folder or elsewhere.` }),
  config: CONFIG_OPTION,
  deno: optional(option("--deno", string({ metavar: "PATH" }), {
    description: message`The Deno by which types are checked; else the one that runs this, or one on the PATH.`,
  })),
  json: JSON_OPTION,
});

export const runCheck = command(ARGUMENTS, {
  command: "plugins check",
  brief:
    message`Says whether a file would be loaded as a plugin: it is read and imported, but neither setup nor work is called.`,
  footer:
    message`Its table of the configuration is checked by its CONFIG, and its types where a Deno of the right version is at
hand. Exit codes: 0 it would be loaded, 1 it would not or its types are wrong, 2 wrong usage or configuration.`,
}, async ({ file, config, deno, json }) => {
  const path = resolve(file);
  if (statOf(path) === null) {
    const what = folderExists(path) ? "this is a folder; name one of its files" : "there is no such file";
    throw new CommandError(`${file}: ${what}`, EXIT.usage);
  }
  const { settings } = loadSettings({ config });
  const plugin = await examineFile(path, settings);
  let types: TypeCheck = { checked: false, reason: "because of the problem below" };
  if (plugin.problems.length === 0 || deno !== undefined) {
    try {
      types = await checkTypes(path, { deno });
    } catch (error) {
      throw new CommandError(`--deno: ${messageOf(error)}`, EXIT.usage);
    }
  }
  const taken = plugin.problems.length === 0;
  const good = taken && !(types.checked && types.errors.length > 0);
  if (json) console.log(JSON.stringify({ taken, ...plugin, file: path, types }, null, 2));
  else print(file, plugin, types);
  return good ? EXIT.done : EXIT.failed;
});

function print(file: string, plugin: PluginExamination, types: TypeCheck): void {
  const paint = painterFor(Deno.stdout);
  function line(mark: Mark, text: string): void {
    console.log(`  ${markText(mark, paint)}${printable(text)}`);
  }
  console.log(paint("bold", `${file}: plugin ${plugin.name}`));
  if (plugin.helpers.length > 0) line("ok", `helpers: ${plugin.helpers.join(", ")}`);
  if (plugin.exports.length > 0) line("ok", `exports: ${plugin.exports.map(exportText).join(", ")}`);
  if (plugin.ticktack !== null) {
    line("ok", `fires ${everyTicks(plugin.ticktack)}, offset ${plugin.offset}`);
  }
  if (plugin.configured && plugin.problems.length === 0) line("ok", `configured by [plugins.${plugin.name}]`);
  if (plugin.replaces !== null) line("warning", `it would replace the shipped plugin ${plugin.replaces}`);
  for (const warning of plugin.warnings) line("warning", warning);
  if (!types.checked) line("ok", `types not checked, ${types.reason}`);
  else if (types.errors.length === 0) line("ok", "types are right");
  else for (const error of types.errors) line("problem", error);
  for (const problem of plugin.problems) line("problem", problem);
  const wrongTypes = types.checked && types.errors.length > 0;
  if (plugin.problems.length > 0) console.log("It would not be loaded");
  else console.log(wrongTypes ? "It would be loaded, but its types are wrong" : "It would be loaded");
}

function exportText({ name, type, value }: PluginExport): string {
  return value === null ? `${name} (${type})` : `${name} = ${JSON.stringify(value)}`;
}
