/** The versions of all parts: pewatch's own, Deno's, and each native library's with where it was found. */
import { dirname, sep } from "node:path";
import { openHdf5Library } from "../../ffi/hdf5/mod.ts";
import { openTangoLibrary } from "../../ffi/tango/mod.ts";
import { openTiffLibrary } from "../../ffi/tiff/mod.ts";
import { thrownText } from "../text/thrown_text.ts";
import { type Embedded, readEmbedded } from "./embedded.ts";
import { PROGRAM_VERSION } from "../config/program.ts";

export interface LibraryFinding {
  /** "libtiff" or "HDF5". */
  readonly name: string;
  /** Null where it was not found; `problem` says why then. */
  readonly version: string | null;
  /** As it was given to the system's loader, or "inside the executable". */
  readonly path: string | null;
  readonly problem: string | null;
}

/** What of a library is needed to report its version. */
interface Versioned extends Disposable {
  readonly version: string;
  readonly path: string;
}

/** Opens each native library and closes it again. */
export function findLibraries(): LibraryFinding[] {
  return [findLibrary("libtiff", openTiffLibrary), findLibrary("HDF5", openHdf5Library)];
}

/** Never throws: what goes wrong is the finding. */
function findLibrary(name: string, open: () => Versioned): LibraryFinding {
  try {
    using library = open();
    return { name, version: library.version, path: placeOf(library.path), problem: null };
  } catch (error) {
    return { name, version: null, path: null, problem: thrownText(error) };
  }
}

/** What is embedded has a path that no person finds anything at. */
function placeOf(path: string): string {
  const here = import.meta.dirname;
  const embedded = Deno.build.standalone && here !== undefined && path.startsWith(dirname(dirname(here)) + sep);
  return embedded ? "inside the executable" : path;
}

/** What `--version` prints, pewatch's own line first. */
export function describeVersions(): string[] {
  const embedded = readEmbedded();
  return [
    `pewatch ${PROGRAM_VERSION} (${howBuilt(embedded)}, ${Deno.build.target})`,
    `Deno ${Deno.version.deno}`,
    ...findLibraries().map(({ name, version, path, problem }) =>
      version === null ? `${name} not found: ${problem}` : `${name} ${version} (${path})`
    ),
    describeTango(),
    ...embedded?.build === "development" ? [`base: ${embedded.base}`] : [],
  ];
}

/** "compiled" for a release; a base that is not Deno's own makes a development build. */
export function howBuilt(embedded: Embedded | null): string {
  if (embedded === null) return "from source";
  return embedded.build === "release" ? "compiled" : "compiled, development build";
}

/** Nothing is wrong where it is missing: only whoever switches Tango on needs it. */
function describeTango(): string {
  const { name, version, path } = findLibrary("cppTango", openTangoLibrary);
  return version === null ? `${name} not found; only [tango] needs it` : `${name} ${version} (${path})`;
}
