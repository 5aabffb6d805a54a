/**
 * Takes the types out of a TypeScript module.
 *
 * By swc's own package, since it puts a blank in place of each character of a type, so that whatever is thrown later
 * has the user's own line and column; and since it refuses what is no TypeScript, with the place. sucrase (1.7 MB and
 * 9 packages) starts 40 ms sooner, but shifts columns, lets broken text pass and drops namespaces without a word;
 * amaro is this package once more inside of a wrapper, 7.4 MB for 3.7 MB. What blanks cannot express (enums,
 * namespaces, parameter properties) is made anew with a source map.
 */
import { eraseUnusedImports } from "./erase_imports.ts";
import { messageOf } from "../../files/errors.ts";
import { decodeMappings } from "./source_map.ts";
import { ModuleTextError } from "./text_place.ts";

export interface StrippedModule {
  readonly code: string;
  /** See FilePlaces. */
  readonly map: number[][] | null;
}

type Swc = typeof import("@swc/wasm-typescript");

/** As swc throws it. */
interface SwcError {
  readonly code?: string;
  readonly message: string;
  readonly startLine?: number;
  readonly startColumn?: number;
}

/** Loaded when it is first needed: 3.7 MB that a folder of plain JavaScript can do without. */
let swc: Promise<Swc> | null = null;

/** @throws {ModuleTextError} with the place of what cannot be read; {CompilerEndError} */
export async function stripTypes(text: string): Promise<StrippedModule> {
  swc ??= import("@swc/wasm-typescript").then((module) => (module as { default?: Swc }).default ?? module);
  const { transformSync } = await swc;
  try {
    const { code } = transformSync(text, { mode: "strip-only", module: true });
    return { code: eraseUnusedImports(code), map: null };
  } catch (error) {
    if (!isSwcError(error)) throw new CompilerEndError(error);
    if (error.code !== "UnsupportedSyntax") throw faultOf(error, text, transformSync);
  }
  return transform(text, transformSync);
}

function transform(text: string, transformSync: Swc["transformSync"]): StrippedModule {
  try {
    const { code, map } = transformSync(text, {
      mode: "transform",
      module: true,
      sourceMap: true,
      // EsNext: CommonJS (`export =`, `import x = require()`) is refused, with its place. No worker could import it.
      transform: { nativeClassProperties: true, importExportAssignConfig: "EsNext" },
    });
    return { code, map: decodeMappings((JSON.parse(map ?? "{}") as { mappings?: string }).mappings ?? "") };
  } catch (error) {
    if (!isSwcError(error)) throw new CompilerEndError(error);
    throw faultOf(error, text, transformSync);
  }
}

/**
 * The compiler failed over a text (its stack has a fixed size), and cannot be relied on after that: its thread has to
 * end. The message is for the author of the text.
 */
export class CompilerEndError extends Error {
  override readonly name = "CompilerEndError";

  constructor(cause: unknown) {
    super(
      `the compiler failed (${messageOf(cause)}); is the code nested too deeply?`,
      { cause },
    );
  }
}

/** Its errors are plain objects; what else is thrown is a fault of the program inside. */
function isSwcError(error: unknown): error is SwcError {
  return typeof error === "object" && error !== null && !(error instanceof Error) && "message" in error;
}

function faultOf(error: SwcError, text: string, transformSync: Swc["transformSync"]): ModuleTextError {
  if (error.startLine === undefined || error.startColumn === undefined) return new ModuleTextError(error.message, null);
  const line = error.startLine - 1;
  return new ModuleTextError(error.message, { line, column: columnOf(error, text, transformSync) });
}

/**
 * swc counts the columns of its errors as a terminal shows them: a tab is four, 中 is two. The same text with one ASCII
 * character for each of them has the true column.
 */
function columnOf(error: SwcError, text: string, transformSync: Swc["transformSync"]): number {
  const line = text.split(/\r\n|[\n\r\u2028\u2029]/)[(error.startLine ?? 1) - 1] ?? "";
  const shown = error.startColumn ?? 0;
  if (!/[^\x20-\x7e]/.test(line)) return shown;
  const character = /^Unexpected character '(.+)'$/u.exec(error.message)?.[1];
  const found = character === undefined ? -1 : line.indexOf(character);
  if (found >= 0) return found;
  const plain = text.replaceAll(/[^\S\n\r\u2028\u2029]/g, " ")
    .replaceAll(/[^\p{ASCII}\u2028\u2029]/gu, (character) => "a".repeat(character.length));
  try {
    transformSync(plain, { mode: "strip-only", module: true });
  } catch (again) {
    if (isSwcError(again) && again.startLine === error.startLine) return again.startColumn ?? shown;
  }
  return Math.min(shown, line.length);
}
