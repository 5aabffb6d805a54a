/** The private tags that pewatch writes: which number holds what. */
import type { AsciiField } from "../../../ffi/tiff/library.ts";
import { TiffError } from "../../../ffi/tiff/error.ts";
import { fromAscii, toAscii } from "./ascii_text.ts";
import { MAIN_KEYS } from "./main_keys.ts";

/** What goes into the TIFF of one frame. Any text will do: it is made ASCII here. */
export interface FrameTags {
  /** One tag each, `key=value`. */
  readonly keys: readonly (readonly [key: string, value: string])[];
  readonly sidecarText: string | null;
  readonly parametersJson: string | null;
  /** Null leaves tag 270 out, as GSAS-II needs it. */
  readonly imageDescription: string | null;
}

export interface TextTag extends AsciiField {
  /** Made ASCII. */
  readonly text: string;
}

/** areaDetector, too, keeps its private texts from here up; 65535 is the last number there is. */
export const PRIVATE_FIRST = 65010;
const PRIVATE_LAST = 65535;
/** Says that pewatch was here, and how the tags are to be read: `pewatch_tags=1`. */
export const MARKER_TAG = 65010;
export const MARKER_NAME = "pewatch_tags";
const MARKER_VERSION = "1";
/** `sidecar=` and the whole text. */
export const SIDECAR_TAG = 65011;
const SIDECAR_NAME = "sidecar";
/** `parameters=` and the JSON. */
export const PARAMETERS_TAG = 65012;
const PARAMETERS_NAME = "parameters";
/** The first of the main keys; keys that are not in that list come behind it in the order given. */
export const KEYS_FIRST = 65020;

/** A sidecar of 2.5 MB in nothing but umlauts is 15 MB. More is not a sidecar. */
export const TEXT_BYTES_MAX = 33_554_432;

/** The private tags of a frame in ascending order of number. @throws TiffError where they are too many or too long */
export function privateTags(tags: FrameTags): TextTag[] {
  const table: TextTag[] = [textTag(MARKER_TAG, MARKER_NAME, MARKER_VERSION)];
  if (tags.sidecarText !== null) table.push(textTag(SIDECAR_TAG, SIDECAR_NAME, tags.sidecarText));
  if (tags.parametersJson !== null) table.push(textTag(PARAMETERS_TAG, PARAMETERS_NAME, tags.parametersJson));
  const known: ReadonlyMap<string, number> = new Map(MAIN_KEYS.map((key, index) => [key, KEYS_FIRST + index]));
  let next = KEYS_FIRST + known.size;
  for (const [key, value] of new Map(tags.keys)) {
    const tag = known.get(key) ?? next++;
    if (tag > PRIVATE_LAST) throw new TiffError(`Cannot make tags: ${tags.keys.length} keys are too many`);
    table.push(textTag(tag, key, value));
  }
  return table.sort((one, other) => one.tag - other.tag);
}

function textTag(tag: number, name: string, value: string): TextTag {
  const ascii = `${toAscii(name).replaceAll("=", "\\u{3d}")}=${toAscii(value)}`;
  if (ascii.length >= TEXT_BYTES_MAX) {
    throw new TiffError(`Cannot make tag ${tag} (${name}): ${ascii.length} bytes are more than ${TEXT_BYTES_MAX}`);
  }
  return { tag, name: toAscii(name), text: ascii };
}

/** Name and value of one tag's text; null where it is not of this form. */
export function parseText(ascii: string): { name: string; value: string } | null {
  const equals = ascii.indexOf("=");
  if (equals < 0) return null;
  return { name: fromAscii(ascii.slice(0, equals)), value: fromAscii(ascii.slice(equals + 1)) };
}
