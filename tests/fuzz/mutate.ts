/** Changes texts and bytes by chance, more often at what a format is made of than anywhere. */
import type { Random } from "../faults/random.ts";

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.integer(from.length)]!;
}

export function chance(random: Random, share: number): boolean {
  return random.share() < share;
}

/** Numbers at which programs err: limits of types and their neighbours. */
export const EDGES: readonly number[] = [
  ...[0, 1, 2, 3, 7, 8, 9, 127, 128, 255, 256],
  ...[2 ** 15 - 1, 2 ** 15, 2 ** 16 - 1, 2 ** 16, 2 ** 16 + 1, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1],
];

export const NUMBER_TEXTS: readonly string[] = [
  ...EDGES.map(String),
  ...["-1", "-0", "1e308", "1e309", "-1e309", "1e-320", "NaN", "inf", "-inf", "nan", "0x7fffffffffffffff"],
  ...["9007199254740993", "18446744073709551616", "99999999999999999999999999", "1.", ".5", "1e", "1,5", "٣", ""],
];

/** Pieces without blanks, as they stand between blanks. */
export function pieces(text: string): string[] {
  return text.split(" ");
}

export interface TextDialect {
  /** What stands between things: "=", "\n", "[". */
  readonly pieces: readonly string[];
  /** Lines of other files of the kind. */
  readonly lines: readonly string[];
}

/** One to eight changes of a text. */
export function mutateText(text: string, dialect: TextDialect, random: Random): string {
  let mutated = text;
  for (let count = 1 + random.integer(8); count > 0; count--) mutated = changeOnce(mutated, dialect, random);
  return mutated;
}

function changeOnce(text: string, dialect: TextDialect, random: Random): string {
  const at = random.integer(text.length + 1);
  const length = 1 + random.integer(chance(random, 0.9) ? 8 : 400);
  switch (random.integer(10)) {
    case 0: // cut off, as a copy that was not finished
      return chance(random, 0.3) ? text.slice(0, at) : text;
    case 1:
      return text.slice(0, at) + text.slice(at + length);
    case 2:
      return text.slice(0, at) + pick(random, dialect.pieces) + text.slice(at);
    case 3:
      return text.slice(0, at) + pick(random, dialect.pieces) + text.slice(at + length);
    case 4: // another number in place of one that is there
      return text.replace(numberAfter(text, at), () => pick(random, NUMBER_TEXTS));
    case 5:
      return changeLine(text, random, (line) => `${line}\n${line}`);
    case 6:
      return changeLine(text, random, () => pick(random, dialect.lines));
    case 7:
      return changeLine(text, random, (line) => line.replace(/=.*/, () => `=${valueOf(pick(random, dialect.lines))}`));
    case 8: // a part of the text once more, elsewhere
      return text.slice(0, at) + sliceOf(text, random, length) + text.slice(at);
    default:
      return text.slice(0, at) + pick(random, dialect.pieces).repeat(1 + random.integer(200)) + text.slice(at);
  }
}

function numberAfter(text: string, at: number): string {
  return /\d+/.exec(text.slice(at, at + 200))?.[0] ?? "\0";
}

function valueOf(line: string): string {
  return line.slice(line.indexOf("=") + 1);
}

function sliceOf(text: string, random: Random, length: number): string {
  const from = random.integer(text.length + 1);
  return text.slice(from, from + length);
}

function changeLine(text: string, random: Random, change: (line: string) => string): string {
  const start = text.lastIndexOf("\n", random.integer(text.length + 1)) + 1;
  const found = text.indexOf("\n", start);
  const end = found < 0 ? text.length : found;
  return text.slice(0, start) + change(text.slice(start, end)) + text.slice(end);
}

/** A few bytes changed, cut off or put in; most inputs stay as they are. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  if (chance(random, 0.8) || bytes.length === 0) return bytes;
  const mutated = bytes.slice();
  for (let count = 1 + random.integer(4); count > 0; count--) {
    mutated[random.integer(mutated.length)] = chance(random, 0.5) ? pick(random, EDGES) : random.integer(256);
  }
  return chance(random, 0.2) ? mutated.subarray(0, random.integer(mutated.length + 1)) : mutated;
}

const ENCODER = new TextEncoder();
export function encode(text: string): Uint8Array {
  return ENCODER.encode(text);
}
