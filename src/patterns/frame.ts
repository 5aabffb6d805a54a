/** What is needed of a delivered frame besides its pixels: from its image's file and its sidecar. */
import { basename } from "node:path";
import type { Settings } from "../config/settings.ts";
import { sha256OfOpen } from "../files/copy/digest.ts";
import { exposedAt } from "../frames/exposure_time.ts";
import { seriesOf } from "../qxrd/frame_identity.ts";
import type { SidecarView } from "../qxrd/view.ts";
import { readFrameTags } from "../tiff/tags/read_tags.ts";
import type { PatternSource } from "./header.ts";

const PARAMETERS_KEY = "parameters";

/** In 64 hexadecimal digits. @throws the system's error */
function sha256Of(path: string): string {
  using file = Deno.openSync(path, { read: true });
  return sha256OfOpen(file);
}

/** @throws the system's error */
export function sourceOf(
  image: string,
  of: {
    readonly view: SidecarView | null;
    readonly settings: Settings;
    /** Of the image's file; read where it is not known. */
    readonly sha256: string | null;
    readonly writtenAt: Date;
  },
): PatternSource {
  const facts = { view: of.view, misfit: false, written_ms: of.writtenAt.getTime() };
  const time = new Date(exposedAt(facts, of.settings) ?? facts.written_ms);
  return {
    image: basename(image),
    series: seriesOf(basename(image), of.view),
    sha256: of.sha256 ?? sha256Of(image),
    time,
  };
}

/**
 * A number of the parameters that pewatch merged into a frame.
 * @param tags of the image's file; those of a file without tags are empty
 */
export function parameterIn(tags: ReadonlyMap<string, string>, name: string): number | null {
  const text = tags.get(PARAMETERS_KEY);
  if (text === undefined) return null;
  try {
    const parameters = JSON.parse(text) as Record<string, { value?: unknown } | undefined>;
    const value = Object.hasOwn(parameters, name) ? parameters[name]?.value : undefined;
    return typeof value === "number" ? value : null;
  } catch {
    return null; // the tags were rewritten by another program
  }
}

/** @throws TiffFormatError, or the system's error */
export function tagsOf(image: string): ReadonlyMap<string, string> {
  return new Map(readFrameTags(image).map(({ name, value }) => [name, value]));
}
