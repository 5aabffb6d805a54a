/** The file that carries the parameters over a restart: one reading a line, written whole beside and renamed. */
import { dirname } from "node:path";
import { messageOf } from "../files/errors.ts";
import { makeFolder } from "../files/listing.ts";
import { readPlain } from "../files/plain_file.ts";
import { writeWholeBehind } from "../files/whole_file.ts";
import type { ParameterReading } from "./parameter.ts";
import { readingFromJson } from "./json.ts";

/** The first line says what the file is. The last one says that it is whole. */
const FIRST_LINE = '{"pewatch_parameters":1}';
const LAST_LINE = '{"end":true}';
/** More than the history's limits allow; a larger file is something else. */
const FILE_BYTES_MAX = 128 * 1024 * 1024;
/** So much is put together at once: the main thread is held up for less than a millisecond. */
const CHUNK_LENGTH = 64 * 1024;

/**
 * The readings of the file; none where there is no file.
 * @throws {SyntaxError} that names the file and what is wrong with it, or the system's error
 */
export function readParameterFile(path: string): ParameterReading[] {
  let bytes: Uint8Array | null;
  try {
    bytes = readPlain(path, FILE_BYTES_MAX);
  } catch (error) {
    if (error instanceof RangeError) throw new SyntaxError(error.message, { cause: error });
    throw error;
  }
  if (bytes === null) return [];
  const text = new TextDecoder().decode(bytes);
  const refuse = (reason: string) => new SyntaxError(`Cannot read ${path}: ${reason}`);
  const lines = text.split("\n");
  if (lines.pop() !== "" || lines.pop() !== LAST_LINE) throw refuse("its end is missing");
  if (lines.shift() !== FIRST_LINE) throw refuse("it is not a list of parameters of this version");
  return lines.map((line, index) => {
    try {
      return readingFromJson(JSON.parse(line));
    } catch (error) {
      throw refuse(`line ${index + 2}: ${messageOf(error)}`);
    }
  });
}

/** Damaged, but perhaps of use to a person. @returns where it is now */
export function putAside(path: string): string {
  const aside = `${path}.damaged`;
  Deno.renameSync(path, aside);
  return aside;
}

/** The old file stays until the new one is on the disk. */
export async function writeParameterFile(path: string, lines: Iterable<string>): Promise<void> {
  makeFolder(dirname(path));
  await writeWholeBehind(path, chunksOf(lines), { fsync: true });
}

function* chunksOf(lines: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let chunk = `${FIRST_LINE}\n`;
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < CHUNK_LENGTH) continue;
    yield encoder.encode(chunk);
    chunk = "";
  }
  yield encoder.encode(`${chunk}${LAST_LINE}\n`);
}
