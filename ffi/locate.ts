/** Finds and opens a native library, or says in one sentence which is missing, where it was looked for and what to do. */
import { dirname, isAbsolute, join } from "node:path";
import { firstLine, thrownText } from "../src/text/thrown_text.ts";

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

/**
 * On Windows a library that is there can be held for a moment: `deno compile` writes an embedded one anew each time that it
 * is opened, so that programs and workers which start together meet, and virus scanners read what was just written.
 * What cannot be opened for longer is damaged.
 */
const PATIENCE_MS = Deno.build.os === "windows" ? 2000 : 0;
const PAUSE_MS = 20;

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
 * @param patience_ms for so long one that is there and cannot be opened is retried
 * @throws NativeLibraryError where none can be opened, or where one lacks a symbol of the table
 */
export function openLibrary<const S extends Deno.ForeignLibraryInterface>(
  need: LibraryNeed,
  symbols: S,
  patience_ms: number = PATIENCE_MS,
): OpenedLibrary<S> {
  const named = Deno.env.get(need.variable);
  const candidates = named ? [named] : need.candidates;
  const refusals: string[] = [];
  for (const path of candidates) {
    try {
      return { library: openPatiently(path, symbols, patience_ms), path };
    } catch (error) {
      refusals.push(`${path} (${firstLine(thrownText(error))})`);
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

function openPatiently<const S extends Deno.ForeignLibraryInterface>(
  path: string,
  symbols: S,
  patience_ms: number,
): Deno.DynamicLibrary<S> {
  const end_ms = performance.now() + patience_ms;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      return Deno.dlopen(path, symbols);
    } catch (error) {
      if (performance.now() >= end_ms || !isThere(path)) throw error;
      Atomics.wait(pause, 0, 0, PAUSE_MS);
    }
  }
}

/** Names for the system's loader are not: it alone knows where it looks. */
function isThere(path: string): boolean {
  try {
    return isAbsolute(path) && Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
