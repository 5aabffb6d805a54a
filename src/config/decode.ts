/** The text of a configuration, whatever an editor on Windows put before it. */
import { ConfigurationError } from "./error.ts";

/**
 * UTF-8, with or without a byte order mark.
 * @throws ConfigurationError naming the first line that is not UTF-8
 */
export function decodeToml(bytes: Uint8Array, file: string): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new ConfigurationError(file, [
      { line: 1, key: null, message: "the file is UTF-16; TOML is UTF-8: save it as UTF-8 in the editor" },
    ]);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigurationError(file, [{
      line: firstBadLine(bytes),
      key: null,
      message: "a character is not UTF-8: save the file as UTF-8 in the editor",
    }]);
  }
}

function firstBadLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(10, start) + 1 || bytes.length;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end;
  }
  return line;
}
