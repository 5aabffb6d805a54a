/** Saves a sidecar as QSettings of Qt 5 does: lock, temporary name, rename, lock gone; one that is there is merged. */
import { basename } from "node:path";
import { parseSidecar } from "../sidecar.ts";
import { SidecarError } from "../sidecar_error.ts";
import { mergeEntries, type RawEntry, renderSidecar } from "../sidecar_writer.ts";
import type { Random } from "./random.ts";

export interface SaveOptions {
  readonly lineEnd: "\n" | "\r\n";
  /** Gives the letters of the temporary name. */
  readonly random: Random;
}

/** Writes `entries` to `path`; keys of a sidecar that is there already stay, as stale keys do with QXRD. */
export async function saveSidecar(path: string, entries: readonly RawEntry[], options: SaveOptions): Promise<void> {
  const lock = `${path}.lock`;
  // QLockFile writes its process, program and host.
  await Deno.writeTextFile(lock, `${Deno.pid}\nqxrd\nsimulator\n`);
  try {
    const present = await readEntries(path);
    const text = renderSidecar(mergeEntries(present, entries), options.lineEnd);
    const temporary = `${path}.${options.random.letters(6)}`;
    await Deno.writeTextFile(temporary, text);
    await Deno.rename(temporary, path);
  } finally {
    await Deno.remove(lock);
  }
}

async function readEntries(path: string): Promise<readonly RawEntry[]> {
  try {
    return parseSidecar(await Deno.readFile(path)).entries;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    if (!(error instanceof SidecarError)) throw error;
    throw new Error(`Cannot merge into ${basename(path)}: ${error.message}`, { cause: error });
  }
}
