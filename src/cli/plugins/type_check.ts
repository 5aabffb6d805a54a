/** Checks the types of a plugin by `deno check`, where a Deno of the right version is at hand. */
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf } from "../../files/errors.ts";
import { firstLine } from "../../text/thrown_text.ts";
import {
  declarations,
  DECLARATIONS_NAME,
  DENO_CONFIG,
  SCHEMA_DECLARATIONS_NAME,
  schemaDeclarations,
} from "./editor_files.ts";

export type TypeCheck =
  | { readonly checked: false; /** Why not, and what would help: follows "not checked, ". */ readonly reason: string }
  | { readonly checked: true; readonly errors: readonly string[] };

/** The types of what plugins find at run time are those of the Deno inside of this program. */
const VERSION = Deno.version.deno;

/**
 * @param options.deno what `--deno` names
 * @throws {Error} where `--deno` names none that can be used
 */
export async function checkTypes(file: string, options: { readonly deno: string | undefined }): Promise<TypeCheck> {
  // A program made by `deno compile` is no Deno, and would take the arguments for its own.
  const deno = options.deno ?? (Deno.build.standalone ? "deno" : Deno.execPath());
  const version = await versionOf(deno);
  if (version !== VERSION) {
    const found = version === null ? "is not there" : `is Deno ${version}`;
    if (options.deno !== undefined) throw new Error(`${options.deno} ${found}; Deno ${VERSION} is needed`);
    const reason = `since that needs Deno ${VERSION}, and ${deno} ${found}; name one by --deno`;
    return { checked: false, reason };
  }
  const folder = await Deno.makeTempDir({ prefix: "pewatch-types-" });
  try {
    await Deno.writeTextFile(join(folder, DECLARATIONS_NAME), await declarations());
    await Deno.writeTextFile(join(folder, SCHEMA_DECLARATIONS_NAME), await schemaDeclarations());
    const config = join(folder, "deno.json");
    await Deno.writeTextFile(config, DENO_CONFIG);
    const args = ["check", "--quiet", "--no-lock", "--no-remote", "--config", config, resolve(file)];
    const output = await run(deno, args);
    if (output.code === 0) return { checked: true, errors: [] };
    const errors = readErrors(output.text);
    if (errors.length > 0) return { checked: true, errors };
    return {
      checked: false,
      reason: `since deno check failed: ${firstLine(output.text.trim()).replace(/^error: /, "")}`,
    };
  } catch (error) {
    return { checked: false, reason: `since deno check cannot be run: ${messageOf(error)}` };
  } finally {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}

/** Null where it is no Deno. */
async function versionOf(deno: string): Promise<string | null> {
  try {
    const { code, text } = await run(deno, ["--version"]);
    return code === 0 ? /^deno (\d+\.\d+\.\d+\S*)/m.exec(text)?.[1] ?? null : null;
  } catch {
    return null;
  }
}

async function run(deno: string, args: string[]): Promise<{ code: number; text: string }> {
  const env = { NO_COLOR: "1", RUST_BACKTRACE: "0", DENO_NO_UPDATE_CHECK: "1" };
  const { code, stdout, stderr } = await new Deno.Command(deno, { args, env, stdin: "null" }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** One line an error, "FILE:LINE:COLUMN: TS2322: text"; none where the trouble is not about types. */
export function readErrors(output: string): string[] {
  const text = output.replaceAll("\r\n", "\n");
  const errors: string[] = [];
  for (const block of text.split(/^(?=TS\d+ \[ERROR\]: )/m)) {
    const code = /^TS\d+/.exec(block)?.[0];
    if (code === undefined) continue; // what comes before the first
    const place = /^ {4}at (file:\S+):(\d+):(\d+)$/m.exec(block);
    const message = block.slice(code.length + " [ERROR]: ".length).split("\n")[0] ?? "";
    errors.push(
      place === null ? `${code}: ${message}` : `${pathOf(place[1]!)}:${place[2]}:${place[3]}: ${code}: ${message}`,
    );
  }
  return errors;
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}
