/** `pewatch plugins types`: writes what editors need for plugins, those with Deno and those with TypeScript alone. */
import { join, resolve } from "node:path";
import { argument, message, object, option, optional, string } from "@optique/core";
import { loadSettings } from "../../config/load.ts";
import { isMissing } from "../../files/errors.ts";
import { command, CONFIG_OPTION, EXIT } from "../console/arguments.ts";
import {
  declarations,
  DECLARATIONS_NAME,
  DENO_CONFIG,
  SCHEMA_DECLARATIONS_NAME,
  schemaDeclarations,
  TYPESCRIPT_CONFIG,
  UNTYPED,
  UNTYPED_NAME,
} from "./editor_files.ts";

const ARGUMENTS = object({
  folder: optional(argument(string({ metavar: "DIR" }), {
    description: message`Where to write; the plugins folder if not given.`,
  })),
  config: CONFIG_OPTION,
  force: option("--force", { description: message`Overwrite existing files that differ.` }),
});

export const runTypes = command(ARGUMENTS, {
  command: "plugins types",
  brief: message`Writes declarations, deno.json and tsconfig.json, by which an editor completes and checks plugins.`,
  footer:
    message`For Visual Studio Code with Deno's extension or without, and for whatever else reads one of these files. Exit
codes: 0 all are there, 1 some were left as they were, 2 wrong usage or configuration.`,
}, async ({ folder, config, force }) => {
  const target = folder === undefined ? loadSettings({ config }).settings.plugins.dir : resolve(folder);
  const files: EditorFile[] = [
    // pewatch's own file, which says so in its first lines: a new version replaces it.
    { name: DECLARATIONS_NAME, text: await declarations(), own: true },
    { name: SCHEMA_DECLARATIONS_NAME, text: await schemaDeclarations(), own: true },
    { name: UNTYPED_NAME, text: UNTYPED, own: true },
    { name: "deno.json", text: DENO_CONFIG, own: false },
    { name: "tsconfig.json", text: TYPESCRIPT_CONFIG, own: false },
  ];
  await Deno.mkdir(target, { recursive: true });
  let left = 0;
  for (const file of files) {
    const outcome = await write(join(target, file.name), file, { force });
    console.log(`${OUTCOMES[outcome]} ${join(target, file.name)}`);
    if (outcome === "left") left++;
  }
  if (left === 0) return EXIT.done;
  console.error("pewatch plugins types: What was left is not pewatch's: put these lines into it, or use --force:");
  console.error(
    `  deno.json:     "compilerOptions": { "types": ["./${DECLARATIONS_NAME}", "./${SCHEMA_DECLARATIONS_NAME}"] }`,
  );
  console.error(`  tsconfig.json: "include": ["*.ts", "**/*.ts"]`);
  return EXIT.failed;
});

interface EditorFile {
  readonly name: string;
  readonly text: string;
  /** Whether nobody but pewatch writes it. */
  readonly own: boolean;
}

const OUTCOMES = {
  wrote: "Wrote        ",
  replaced: "Wrote anew   ",
  same: "Is there     ",
  left: "LEFT AS IT IS",
} as const;

async function write(path: string, file: EditorFile, options: { force: boolean }): Promise<keyof typeof OUTCOMES> {
  const before = await textOf(path);
  if (before?.replaceAll("\r\n", "\n") === file.text) return "same";
  if (before !== null && !options.force && !(file.own && isOurs(before))) return "left";
  await Deno.writeTextFile(path, file.text);
  return before === null ? "wrote" : "replaced";
}

function isOurs(text: string): boolean {
  return /pewatch/.test(text.split("\n", 3).join("\n"));
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
