/** A cake as an NXazint2d file beside the pattern of its frame, never over another file. */
import { join } from "node:path";
import type { Hdf5Library } from "../../ffi/hdf5/library.ts";
import type { Settings } from "../config/settings.ts";
import { copySpans } from "../files/copy/copy_spans.ts";
import { publish, removeFile, syncFolder, whileHeldOpen } from "../files/durable.ts";
import { nameIsTaken } from "../files/listing.ts";
import { madeMasterName, outputPartName } from "../files/service_names.ts";
import { writeTree } from "../nexus/tree/write_tree.ts";
import { cakeTree } from "./azint_tree.ts";
import { type PatternSource, seriesKey } from "./header.ts";
import type { MadeCake, MadePattern } from "./maker.ts";

/**
 * `NAME_cake.h5`.
 * @returns null where the name is taken: the cake of an earlier run, or another's file
 * @throws Hdf5Error, VerificationError or the system's error
 */
export async function writeCake(
  to: { readonly folder: string; readonly stem: string },
  of: { readonly made: MadePattern; readonly cake: MadeCake; readonly source: PatternSource },
  tools: {
    readonly hdf5: Hdf5Library;
    readonly settings: Settings;
    readonly workFolder: string;
    readonly writer: string;
  },
): Promise<string | null> {
  const fileName = `${to.stem}_cake.h5`, path = join(to.folder, fileName);
  if (nameIsTaken(path)) return null;
  const { hdf5, settings, workFolder, writer } = tools, { verify, fsync } = settings.frames;
  const work = join(workFolder, madeMasterName(writer)), part = join(to.folder, outputPartName(writer, "series"));
  const { setup, dark } = of.made;
  const tree = cakeTree({
    setup,
    dark,
    settings,
    title: to.stem,
    fileName,
    key: seriesKey(setup, dark),
    now: new Date(),
    hdf5Version: hdf5.version,
    start: of.source.time,
  }, of.cake);
  try {
    writeTree(hdf5, work, tree);
    const spans = [{ source: work, offset: 0, length: Deno.lstatSync(work).size }];
    copySpans([{ path: part, spans, checksumSlot: null }], { verify, fsync });
    await whileHeldOpen(() => publish(part, path));
    if (fsync) syncFolder(to.folder);
    return path;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return null;
    throw error;
  } finally {
    removeFile(part);
    removeFile(work);
  }
}
