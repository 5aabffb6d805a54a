/** `pewatch plugins new`: writes the commented template under a name of its own. */
import { join } from "node:path";
import { argument, message, object, string } from "@optique/core";
import { loadSettings } from "../../config/load.ts";
import { shippedNames } from "../../plugins/host/shipped.ts";
import { command, CommandError, CONFIG_OPTION, EXIT } from "../console/arguments.ts";

const ARGUMENTS = object({
  name: argument(string({ metavar: "NAME" }), { description: message`What the plugin is to be called.` }),
  config: CONFIG_OPTION,
});

const TEMPLATE = new URL("../../../plugins/template.ts", import.meta.url);

export const runNew = command(ARGUMENTS, {
  command: "plugins new",
  brief: message`Writes a commented plugin, which runs as it is, into the plugins folder.`,
  footer: message`An existing file is never overwritten. Exit codes: 0 written, 1 not, 2 wrong usage or configuration.`,
}, async ({ name: wanted, config }) => {
  const name = validPluginName(wanted);
  if (name === null) throw new CommandError(`${JSON.stringify(wanted)} has no letter to make a name of`, EXIT.usage);
  const loaded = loadSettings({ config });
  const { dir } = loaded.settings.plugins;
  if (shippedNames().some((shipped) => shipped === name || shipped.replace(/^\d+_/, "") === name)) {
    throw new CommandError(
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
    throw new CommandError(`Cannot write ${path}: it already exists; choose another name`);
  }
  if (name !== wanted) console.log(`The name became ${name}: letters, digits and _ only`);
  console.log(`Wrote ${path}`);
  const option = config === undefined ? "" : ` --config "${config}"`;
  console.log("A running daemon takes it at its next tick, and again each time you save it. Next:");
  console.log(`  pewatch plugins types "${dir}"   completion and checking in your editor`);
  console.log(`  pewatch plugins check "${path}"${option}   whether it would be loaded`);
  console.log(`  pewatch plugins list${option}   its state`);
});

/** Longer ones fill no log line. */
const LENGTH_MAX = 40;
/** Windows keeps these for devices, whatever the ending. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)$/;

/** The nearest valid name, or null where nothing is left of it: "Ring Current!.ts" becomes ring_current. */
export function validPluginName(wanted: string): string | null {
  const plain = wanted
    .replace(/\.m?[tj]s$/i, "")
    .normalize("NFKD").replaceAll(/\p{Mn}/gu, "") // é is e and an accent by then
    .replaceAll("ß", "ss")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, LENGTH_MAX)
    .replace(/_+$/, "");
  if (!/[a-z]/.test(plain)) return null;
  // What ends in _test is taken for a test and not loaded.
  return DEVICES.test(plain) || /(^|_)test$/.test(plain) ? `${plain}_plugin` : plain;
}
