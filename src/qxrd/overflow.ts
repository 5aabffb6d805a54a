/**
 * Reads the list of overflowed pixels that QXRD writes beside an image (`NAME.tif.overflow`; qxrdfilesaver.cpp,
 * saveOverflowData): "#S 2 overflow pixels for file …", two more lines with "#", then "column TAB row TAB 1" each.
 * Columns and rows count from 0, in the order of the image file.
 */

/** A list of all pixels of 3072 x 3072 fits; what is larger is no list of QXRD's. */
export const OVERFLOW_BYTES_MAX = 160 * 1024 * 1024;

export interface OverflowList {
  /** Each pixel's row * width + column, ascending, each once. */
  readonly pixels: Uint32Array;
  /** What is wrong with the list; null where nothing is. */
  readonly problem: string | null;
}

const [TAB, LF, CR, SPACE, HASH, ZERO, NINE] = [9, 10, 13, 32, 35, 48, 57];

/** What can be read of a list; lines that are none, or name a pixel outside of the image, are its problem. */
export function readOverflow(
  bytes: Uint8Array,
  image: { readonly width: number; readonly height: number },
): OverflowList {
  const { width, height } = image;
  const declared = /^#S (\d+) overflow pixels/.exec(new TextDecoder().decode(bytes.subarray(0, 64)))?.[1];
  const found: number[] = [];
  let [listed, outside, wrong] = [0, 0, 0];
  for (let at = 0; at < bytes.length;) {
    let end = bytes.indexOf(LF, at);
    if (end === -1) end = bytes.length;
    if (bytes[at] !== HASH) {
      const line = readLine(bytes, at, end);
      if (line === "wrong") wrong++;
      else if (line !== null) {
        listed++;
        if (line.column < width && line.row < height) found.push(line.row * width + line.column);
        else outside++;
      }
    }
    at = end + 1;
  }
  const problems = [
    ...wrong > 0 ? [wrong === 1 ? "1 line names no pixel" : `${wrong} lines name no pixel`] : [],
    ...outside > 0
      ? [outside === 1 ? "1 pixel lies outside of the image" : `${outside} pixels lie outside of the image`]
      : [],
    ...declared === undefined ? ["its first line is not QXRD's"] : Number(declared) === listed ? [] : [
      `it lists ${listed} of ${declared} pixels`,
    ],
  ];
  const sorted = Uint32Array.from(found).sort();
  const pixels = sorted.filter((pixel, index) => pixel !== sorted[index - 1]);
  return { pixels, problem: problems.length === 0 ? null : problems.join(", ") };
}

/** "column TAB row TAB 1": the third is 1 in every line that QXRD writes, and not looked at. Null for an empty line. */
function readLine(bytes: Uint8Array, from: number, end: number): { column: number; row: number } | "wrong" | null {
  const numbers: number[] = [];
  let number = -1;
  for (let at = from; at <= end; at++) {
    const byte = at < end ? bytes[at]! : LF;
    if (byte >= ZERO && byte <= NINE) number = Math.min(2 ** 40, Math.max(number, 0) * 10 + byte - ZERO);
    else if (byte === TAB || byte === SPACE || byte === CR || byte === LF) {
      if (number >= 0) numbers.push(number);
      number = -1;
    } else return "wrong";
  }
  if (numbers.length === 0) return null;
  return numbers.length === 3 ? { column: numbers[0]!, row: numbers[1]! } : "wrong";
}
