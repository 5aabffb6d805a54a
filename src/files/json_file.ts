/**
 * The small files of JSON that keep the state of the program: read with a bound, checked against what they should be,
 * written whole. Their errors name the file and the reason.
 */
import { messageOf } from "./errors.ts";
import { ForeignEntryError, readPlain } from "./plain_file.ts";
import { type Flush, writeWhole } from "./whole_file.ts";

/** There is a file, and it is not what is looked for. */
export class JsonFileError extends Error {
  override readonly name = "JsonFileError";
}

export interface JsonFileKind<T extends object> {
  /** A larger file is something else, and not read. */
  readonly bytesMax: number;
  /** "a claim record": completes "it is not …". */
  readonly what: string;
  readonly isRight: (value: unknown) => value is T;
}

/**
 * Null where nothing has the name.
 * @throws JsonFileError; the system's error where a file cannot be read
 */
export function readJson<T extends object>(path: string, kind: JsonFileKind<T>): T | null {
  let value: unknown;
  try {
    const bytes = readPlain(path, kind.bytesMax);
    if (bytes === null) return null;
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof ForeignEntryError || error instanceof RangeError) {
      throw new JsonFileError(messageOf(error), { cause: error });
    }
    if (error instanceof SyntaxError) {
      throw new JsonFileError(`Cannot read ${path}: ${error.message}`, { cause: error });
    }
    throw error;
  }
  if (kind.isRight(value)) return value;
  throw new JsonFileError(`Cannot read ${path}: it is not ${kind.what}`);
}

/**
 * Written whole or not at all.
 * @param options.indent spaces that a level is indented by, for files that people read
 * @throws the system's error; the file of before then stands
 */
export function writeJson(path: string, value: unknown, options: { fsync: Flush; indent?: number }): void {
  writeWhole(path, encodeJson(value, options.indent), options);
}

/** As `writeJson` writes it. */
export function encodeJson(value: unknown, indent = 0): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(value, null, indent)}\n`);
}
