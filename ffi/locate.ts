/** Finds and opens a native library, or says in one sentence which is missing, where it was looked for and what to do. */
import { dirname, join } from "node:path";

/** A library that pewatch needs, and how a person gets it. */
export interface LibraryNeed {
  /** The field's name for it: "libtiff". */
  readonly name: string;
  /** The environment variable that names it elsewhere. */
  readonly variable: string;
  /** Tried in this order: absolute paths, or names for the system's loader. */
  readonly candidates: readonly string[];
  /** One sentence: how to get it. */
  readonly remedy: string;
}

/** A library that is missing, too old, or not what it should be. */
export class NativeLibraryError extends Error {
  override readonly name = "NativeLibraryError";
}

export interface OpenedLibrary<S extends Deno.ForeignLibraryInterface> {
  readonly library: Deno.DynamicLibrary<S>;
  /** As it was given to the loader. */
  readonly path: string;
}

/**
 * Opens the first candidate that loads; a library named by the environment variable is the only candidate then.
 * @throws NativeLibraryError where none can be opened, or where one lacks a symbol of the table
 */
export function openLibrary<const S extends Deno.ForeignLibraryInterface>(
  need: LibraryNeed,
  symbols: S,
): OpenedLibrary<S> {
  const named = Deno.env.get(need.variable);
  const candidates = named ? [named] : need.candidates;
  const refusals: string[] = [];
  for (const path of candidates) {
    try {
      return { library: Deno.dlopen(path, symbols), path };
    } catch (error) {
      refusals.push(`${path} (${firstLine(error)})`);
    }
  }
  const where = named ? `${need.variable} names it` : "looked for";
  throw new NativeLibraryError(
    `${need.name} cannot be opened; ${where}: ${
      refusals.join(", ")
    }. ${need.remedy} ${need.variable} names a copy elsewhere.`,
  );
}

/**
 * Where a DLL is looked for on Windows: inside the executable, beside it, and where the system looks.
 * @param module `import.meta.dirname` of the module beside which `deno compile` embeds the DLL: a folder in the executable
 */
export function dllCandidates(file: string, module: string | undefined): string[] {
  return [...module === undefined ? [] : [join(module, file)], join(dirname(Deno.execPath()), file), file];
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n")[0] ?? text;
}
