/**
 * What is known of a frame that lies in quarantine and cannot be had again: the parameters that it was measured with,
 * its times, its names. It lies beside the frame, and `pewatch retry` goes by it.
 */
import { encodeJson, readJson } from "../../files/json_file.ts";
import { isTime, listOf, oneOf, orNull, shape } from "../../files/json_shape.ts";
import { readingFromJson, readingToJson } from "../../parameters/json.ts";
import type { ParameterReading } from "../../parameters/parameter.ts";
import { bytesOf, NAME_BYTES_MAX } from "./names.ts";
import { isPlainName, isRelativeFolder } from "./record.ts";

export type MadeEnding = ".reason.txt" | ".pewatch.json" | ".parameters";

/** What pewatch calls a file that it makes beside an image of the quarantine: its name, cut where it would be too long. */
export function madeName(image: string, ending: MadeEnding): string {
  const bytesMax = NAME_BYTES_MAX - ending.length;
  if (bytesOf(image) <= bytesMax) return image + ending;
  const characters = [...image];
  while (bytesOf(characters.join("")) >= bytesMax) characters.pop();
  return `${characters.join("")}~${ending}`;
}

/** All parameters at once have less than half of this as base64; a larger file is something else. */
const BYTES_MAX = 64 * 1024 * 1024;

export interface KeptFrame {
  /** Its sub-folder of raw and its image's name there. */
  readonly folder: string;
  readonly image: string;
  readonly written_ms: number;
  readonly exposed_ms: number | null;
  /** Its files: their names in quarantine, and what they are called. */
  readonly files: readonly { readonly name: string; readonly original: string }[];
  /** Names of what pewatch has made beside it. */
  readonly made: readonly string[];
  readonly parameters: readonly ParameterReading[];
}

interface KeptJson extends Omit<KeptFrame, "parameters"> {
  readonly version: 1;
  readonly parameters: readonly unknown[];
}

export function keptFrameBytes(frame: KeptFrame): Uint8Array<ArrayBuffer> {
  const parameters = frame.parameters.map((reading) => JSON.parse(readingToJson(reading)) as unknown);
  const json: KeptJson = { version: 1, ...frame, parameters };
  return encodeJson(json, 1);
}

const isKept = shape<KeptJson>({
  version: oneOf(1),
  folder: isRelativeFolder,
  image: isPlainName,
  written_ms: isTime,
  exposed_ms: orNull(isTime),
  files: listOf(shape<KeptFrame["files"][number]>({ name: isPlainName, original: isPlainName })),
  made: listOf(isPlainName),
  parameters: Array.isArray,
});

/**
 * Null where nothing has the name.
 * @throws JsonFileError and what `readingFromJson` throws where it is something else; the system's error
 */
export function readKeptFrame(path: string): KeptFrame | null {
  const kind = { bytesMax: BYTES_MAX, what: "a description of a frame in quarantine", isRight: isKept };
  const kept = readJson(path, kind);
  return kept === null ? null : { ...kept, parameters: kept.parameters.map(readingFromJson) };
}
