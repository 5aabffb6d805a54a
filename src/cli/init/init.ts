/** `pewatch init`: writes the documented configuration, with what the first implementation's said where one is given. */
import { Buffer } from "node:buffer";
import { join, resolve } from "node:path";
import { argument, message, object, option, optional, string } from "@optique/core";
import { ConfigurationError } from "../../config/error.ts";
import { CONFIGURATION_NAME, environment, parseSettings } from "../../config/load.ts";
import { messageOf } from "../../files/errors.ts";
import { makeFolder } from "../../files/listing.ts";
import { makeMarker } from "../../files/output_marker.ts";
import { OUTPUT_MARKER } from "../../files/service_names.ts";
import { command, CommandError } from "../console/arguments.ts";
import { fillIn } from "./fill_in.ts";
import { type FirstConfiguration, FirstConfigurationError, readFirstConfiguration } from "./first_ini.ts";
import { painterFor } from "../console/terminal.ts";

const ARGUMENTS = object({
  folder: optional(argument(string({ metavar: "DIR" }), {
    description:
      message`Where to write pewatch.toml; if not given, beside the executable, from source the working folder.`,
  })),
  from: optional(option("--from", string({ metavar: "CONFIG.INI" }), {
    description: message`Take over the settings of the first implementation (PerkinElmerWatchDaemon).`,
  })),
  output: optional(option("--output", string({ metavar: "DIR" }), {
    description: message`Make an output root with the file by which pewatch knows it, and nothing else: of a share, only
while it is mounted.`,
  })),
  force: option("--force", { description: message`Overwrite an existing file.` }),
});

export const runInit = command(ARGUMENTS, {
  command: "init",
  brief: message`Writes a configuration that documents every key.`,
}, async ({ folder = environment().executableFolder ?? ".", from, force, output }) => {
  if (output !== undefined) return await markOutput(resolve(output));

  let first: FirstConfiguration | null = null;
  try {
    first = from === undefined ? null : readFirstConfiguration(await Deno.readFile(from), resolve(from));
  } catch (error) {
    if (!(error instanceof FirstConfigurationError) && !(error instanceof Deno.errors.NotFound)) throw error;
    throw new CommandError(
      error instanceof FirstConfigurationError ? error.message : `Cannot read ${from}: the file does not exist`,
    );
  }
  const documented = await Deno.readTextFile(new URL("../../../config/pewatch.toml", import.meta.url));
  const token = { table: "http", key: "token", value: newToken() };
  const text = fillIn(documented.replaceAll("\r\n", "\n"), [...first?.taken ?? [], token]);
  const target = join(resolve(folder), CONFIGURATION_NAME);
  await Deno.mkdir(resolve(folder), { recursive: true });
  try {
    await Deno.writeTextFile(target, text, force ? {} : { createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    throw new CommandError(`Cannot write ${target}: it already exists; use --force to overwrite it`);
  }
  console.log(`Wrote ${target}`);
  if (first) reportTaken(first, { text, target });
  console.log(`Next: set the folders in it, then run pewatch doctor --config "${target}"`);
});

/** By which clients of HTTP may change something; nobody guesses it. */
function newToken(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("base64url");
}

async function markOutput(root: string): Promise<void> {
  try {
    makeFolder(root);
    await makeMarker(root);
  } catch (error) {
    throw new CommandError(`Cannot make ${join(root, OUTPUT_MARKER)}: ${messageOf(error)}`);
  }
  console.log(`${root} is an output root of pewatch: it has ${OUTPUT_MARKER}`);
}

function reportTaken(first: FirstConfiguration, written: { text: string; target: string }): void {
  const paint = painterFor(Deno.stdout);
  console.log("Taken over:");
  for (const { table, key, value, origin } of first.taken) {
    console.log(`  ${table}.${key} = ${typeof value === "string" ? `'${value}'` : value}  (${origin})`);
  }
  const attention = [...first.left, ...faultsOf(first, written)];
  if (attention.length === 0) return;
  console.log(paint("yellow", "Needs attention:"));
  for (const line of attention) console.log(`  ${line}`);
}

/** What pewatch would refuse in it, judged by the system whose paths it has. */
function faultsOf(first: FirstConfiguration, { text, target }: { text: string; target: string }): string[] {
  const windows = first.taken.some(({ value }) => typeof value === "string" && /^[a-zA-Z]:|^\\\\/.test(value));
  try {
    parseSettings(text, target, { ...environment(), windows: windows || Deno.build.os === "windows" });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map((problem) => `line ${problem.line}: ${problem.key}: ${problem.message}`);
  }
}
