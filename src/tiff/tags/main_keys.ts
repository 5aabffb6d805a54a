/** Decides which keys of a sidecar become tags of their own, and their numbers. */
import { toAscii } from "./ascii_text.ts";

/**
 * In the order of importance: what does not fit any more is left out from the end. The place in this list is also the
 * tag's number, so a name is never removed or moved; new ones go to the end.
 */
export const MAIN_KEYS = [
  "exposureTime",
  "summedExposures",
  "dateString",
  "timeStamp",
  "dataType",
  "dataTypeName",
  "imageNumber",
  "phaseNumber",
  "nPhases",
  "imageSequenceNumber",
  "readoutMode",
  "cameraGain",
  "hBinning",
  "vBinning",
  "triggered",
  "width",
  "height",
  "fileBase",
  "title",
  "userComment1",
  "userComment2",
  "userComment3",
  "userComment4",
  "qxrdVersion",
  "qtVersion",
  "normalization",
  "extraInputs",
  "minimumValue",
  "maximumValue",
  "detectorNumber",
  "fileName",
] as const;

/** A longer one is no name or number but a text or a list; the whole sidecar is in a tag anyway. */
const VALUE_LENGTH_MAX = 256;
/** Of all keys and values together: with their entries, and the description if wanted, they stay below 4 KiB. */
const TOTAL_LENGTH_MAX = 1400;

/**
 * The main keys among those of `[metadata]`, each with its value as given.
 * Left out: empty values, values that Qt wrote in binary (`@Variant(…)`), and what is too long.
 */
export function mainKeys(values: ReadonlyMap<string, string>): [key: string, value: string][] {
  const chosen: [string, string][] = [];
  let total = 0;
  for (const key of MAIN_KEYS) {
    const value = values.get(key);
    if (value === undefined || value === "" || /^"?@/.test(value)) continue;
    const length = key.length + toAscii(value).length + 2; // "=" and the line's end
    if (value.length > VALUE_LENGTH_MAX || total + length > TOTAL_LENGTH_MAX) continue;
    total += length;
    chosen.push([key, value]);
  }
  return chosen;
}
