/** Puts a pattern as text into the output, by the rules of every delivered file: part, read back, name; never over another. */
import { join } from "node:path";
import { hasBytes } from "../files/copy/same_content.ts";
import { writeVerified } from "../files/copy/target_writers.ts";
import { publish, removeFile, syncFolder, whileHeldOpen } from "../files/durable.ts";
import { nameIsTaken } from "../files/listing.ts";
import { outputPartName } from "../files/service_names.ts";
import { xyeText } from "../integration/xye.ts";
import { stemOf } from "../qxrd/frame_name.ts";
import { NoPatternError } from "./error.ts";
import { headerOf, type PatternSource } from "./header.ts";
import type { MadePattern } from "./maker.ts";

/** Patterns of one frame by other settings; more is a mistake that makes a new file each time. */
const VERSIONS_MAX = 99;

export interface PatternOfFrame {
  readonly made: MadePattern;
  readonly source: PatternSource;
}

export interface PublishedPattern {
  readonly path: string;
  /** Whether it was there already, with this content. */
  readonly again: boolean;
}

/**
 * `NAME.xye`; where the name has another content (other settings), `NAME.v2.xye`, which no frame's pattern can be
 * called: their names end as those of images do.
 * @param options.writer who writes, so that two programs do not use one part
 * @throws NoPatternError where there are too many, VerificationError, or the system's error
 */
export async function publishPattern(
  folder: string,
  { made, source }: PatternOfFrame,
  options: { readonly writer: string; readonly fsync: boolean },
): Promise<PublishedPattern> {
  const stem = stemOf(source.image);
  const bytes = new TextEncoder().encode(patternText({ made, source }));
  const part = join(folder, outputPartName(options.writer, "pattern"));
  for (let version = 1; version <= VERSIONS_MAX;) {
    const path = join(folder, `${stem}${version === 1 ? "" : `.v${version}`}.xye`);
    if (nameIsTaken(path)) {
      if (!hasBytes(path, bytes)) {
        version++;
        continue;
      }
      // Of a kill between a part and its name.
      if (nameIsTaken(part)) removeFile(part);
      return { path, again: true };
    }
    writeVerified(part, bytes, options);
    try {
      await whileHeldOpen(() => publish(part, path));
    } catch (error) {
      // Another program was faster: its file may be the same.
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      removeFile(part);
      continue;
    }
    if (options.fsync) syncFolder(folder);
    return { path, again: false };
  }
  throw new NoPatternError(`there are ${VERSIONS_MAX} patterns of ${stem} with other settings in ${folder}`);
}

export function patternText({ made, source }: PatternOfFrame): string {
  const { pattern, setup } = made;
  return xyeText(pattern, { x: setup.x, unit: setup.options.unit, header: headerOf(made, source) });
}
