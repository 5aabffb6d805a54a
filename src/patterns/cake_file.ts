/** A cake as an NXazint2d file beside the pattern of its frame, never over another file. */
import { join } from "node:path";
import { publishMade } from "../files/copy/publish_made.ts";
import { publish } from "../files/durable.ts";
import { nameIsTaken } from "../files/listing.ts";
import { writeTree } from "../nexus/tree/write_tree.ts";
import { stemOf } from "../qxrd/frame_name.ts";
import { cakeTree } from "./azint_tree.ts";
import { seriesKey } from "./header.ts";
import type { MadeCake } from "./maker.ts";
import type { PatternOfFrame } from "./pattern_text.ts";
import type { SeriesFilesOptions } from "./series/series_files.ts";

/**
 * `NAME_cake.h5`; nothing where the name is taken: by the cake of an earlier run, or another's file.
 * @throws Hdf5Error, VerificationError or the system's error
 */
export async function writeCake(
  folder: string,
  { made: { setup, dark }, source, cake }: PatternOfFrame & { readonly cake: MadeCake },
  { hdf5, settings, workFolder, writer }: SeriesFilesOptions,
): Promise<void> {
  const title = stemOf(source.image), fileName = `${title}_cake.h5`, path = join(folder, fileName);
  if (nameIsTaken(path)) return;
  const tree = cakeTree({
    setup,
    dark,
    settings,
    title,
    fileName,
    key: seriesKey(setup, dark),
    now: new Date(),
    hdf5Version: hdf5.version,
    start: source.time,
  }, cake);
  try {
    await publishMade({
      workFolder,
      folder,
      writer,
      make: (made) => writeTree(hdf5, made, tree),
      giveName: (part) => publish(part, path),
    }, settings.frames);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}
