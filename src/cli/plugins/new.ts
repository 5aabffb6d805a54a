/** `pewatch plugins new`: writes the commented template under a name of its own. */
import { join } from "node:path";
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { argument } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { loadSettings } from "../../config/load.ts";
import { shippedNames } from "../../plugins/host/shipped.ts";
import { EXIT, parseArguments } from "../console/arguments.ts";
import { CONFIG_OPTION } from "./options.ts";
import { validPluginName } from "./plugin_name.ts";

const ARGUMENTS = object({
  name: argument(string({ metavar: "NAME" }), { description: message`What the plugin is to be called.` }),
  config: CONFIG_OPTION,
});

const TEMPLATE = new URL("../../../plugins/template.ts", import.meta.url);

export async function runNew(args: string[]): Promise<number> {
  const parsed = parseArguments(ARGUMENTS, args, {
    command: "plugins new",
    brief: message`Writes a commented plugin, which runs as it is, into the plugins folder.`,
    footer:
      message`An existing file is never overwritten. Exit codes: 0 written, 1 not, 2 wrong usage or configuration.`,
  });
  if (parsed.exitCode !== undefined) return parsed.exitCode;
  const { name: wanted, config } = parsed.value;

  const name = validPluginName(wanted);
  if (name === null) {
    console.error(`pewatch plugins new: ${JSON.stringify(wanted)} has no letter to make a name of`);
    return EXIT.usage;
  }
  const loaded = loadSettings({ config });
  const { dir } = loaded.settings.plugins;
  if (shippedNames().some((shipped) => shipped === name || shipped.replace(/^\d+_/, "") === name)) {
    return fail(
      `${name} is a plugin that pewatch ships, and a file of this name would replace it; choose another name`,
    );
  }
  const path = join(dir, `${name}.ts`);
  const template = (await Deno.readTextFile(TEMPLATE)).replaceAll("\r\n", "\n");
  await Deno.mkdir(dir, { recursive: true });
  try {
    await Deno.writeTextFile(path, template, { createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    return fail(`Cannot write ${path}: it already exists; choose another name`);
  }
  if (name !== wanted) console.log(`The name became ${name}: letters, digits and _ only`);
  console.log(`Wrote ${path}`);
  const option = config === undefined ? "" : ` --config "${config}"`;
  console.log("A running daemon takes it at its next tick, and again each time you save it. Next:");
  console.log(`  pewatch plugins types "${dir}"   completion and checking in your editor`);
  console.log(`  pewatch plugins check "${path}"${option}   whether it would be loaded`);
  console.log(`  pewatch plugins list${option}   its state`);
  return EXIT.done;
}

function fail(text: string): number {
  console.error(`pewatch plugins new: ${text}`);
  return EXIT.failed;
}
