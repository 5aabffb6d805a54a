/** The encodings that sidecars come in: QXRD writes ASCII; editors and scripts that change one write others. */
import { Buffer } from "node:buffer";

/** "latin-1" where at least one line is no UTF-8; the others are read as UTF-8 all the same. */
export type SidecarEncoding = "utf-8" | "utf-16" | "latin-1";

const LF = 10;

/** Any bytes give a text; a byte order mark is dropped. */
export function decodeText(bytes: Uint8Array): { text: string; encoding: SidecarEncoding } {
  const utf16 = utf16Of(bytes);
  if (utf16 !== null) return { text: new TextDecoder(utf16).decode(bytes), encoding: "utf-16" };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "utf-8" };
  } catch {
    return { text: decodeLines(bytes), encoding: "latin-1" };
  }
}

/** By the byte order mark, or by the NUL beside a first `[`. */
function utf16Of([first, second]: Uint8Array): "utf-16le" | "utf-16be" | null {
  if ((first === 0xff && second === 0xfe) || (first === 0x5b && second === 0)) return "utf-16le";
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x5b)) return "utf-16be";
  return null;
}

/** A line that a program appended in another encoding does not change how the others are read. */
function decodeLines(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(LF, start);
    const end = found === -1 ? bytes.length : found + 1;
    parts.push(decodeLine(bytes.subarray(start, end), start > 0));
    start = end;
  }
  return parts.join("");
}

function decodeLine(line: Uint8Array, ignoreBOM: boolean): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM }).decode(line);
  } catch {
    // TextDecoder's "latin1" is windows-1252, which changes 0x80 to 0x9f; QLatin1String does not.
    return Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("latin1");
  }
}
