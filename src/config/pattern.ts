/** Regular expressions of a configuration: which are taken. */
import { thrownText } from "../text/thrown_text.ts";

const PATTERN_MAX = 500;
/** A quantifier without an upper bound, and one with an upper bound above this, may be tried at any length. */
const REPEATS_FEW = 8;

/**
 * Null for a regular expression (ECMAScript, flag u) with exactly one group that captures. Repetitions of what is
 * itself repeated, or has alternatives, are refused: on some texts they take longer than anybody waits.
 */
export function faultOfPattern(pattern: string): string | null {
  if (pattern.length > PATTERN_MAX) return `it has ${pattern.length} characters; at most ${PATTERN_MAX} are taken`;
  let groups: number;
  try {
    // The empty alternative always matches, and the match lists all groups.
    groups = new RegExp(`${pattern}|`, "u").exec("")!.length - 1;
    new RegExp(pattern, "u");
  } catch (error) {
    const reason = thrownText(error).replace(/^.*: /s, "");
    return `it is not a regular expression (${reason}); write it in single quotes: 'T *= *([0-9.]+)'`;
  }
  if (groups !== 1) {
    return groups === 0
      ? "it has no group; put what is the value in brackets: 'T *= *([0-9.]+)'"
      : `it has ${groups} groups; write (?:…) for all but the one that is the value`;
  }
  if (hasNestedRepetition(pattern)) {
    return "a repetition of something that is repeated, or has alternatives, may take very long; write it without";
  }
  return isSlow(pattern)
    ? "it may take very long on a text that it nearly matches; leave .* at its beginning out, and write [^=]* for .* before ="
    : null;
}

/** A pattern is tried on so much of a text: people write temperatures at its beginning. */
export const PATTERN_TEXT_MAX = 1000;
/** Longer than any other takes on a text of this length, many times; frames wait meanwhile. */
const SLOW_MS = 50;
const TRIED_LENGTH_MIN = 20;
const TRIED_CHARACTERS_MAX = 20;

/**
 * Whether repetitions that can match the same characters, as in `.*T.*=.*`, take longer than frames may wait. It is
 * tried on texts of the pattern's own characters that grow: how long one takes grows with a power of its length.
 */
function isSlow(pattern: string): boolean {
  const plain = pattern.replace(/\\.|\[(?:\\.|[^\]\\])*\]/gsu, "_");
  if ((plain.match(/[*+]|\{\d+,?\d*\}/g) ?? []).length < 2) return false;
  const own = [...new Set(pattern.replace(/[\\()[\]{}|*+?^$]/g, ""))].slice(0, TRIED_CHARACTERS_MAX);
  const expression = new RegExp(pattern, "u");
  for (let length = TRIED_LENGTH_MIN; length <= PATTERN_TEXT_MAX; length = Math.floor(length * 1.5)) {
    for (const text of ["a", "0", " ", ...own, own.join("")]) {
      const tried = `${text.repeat(Math.ceil(length / Math.max(text.length, 1))).slice(0, length)}\u0001`;
      // Twice: a busy computer is no slow pattern.
      if (milliseconds(expression, tried) > SLOW_MS && milliseconds(expression, tried) > SLOW_MS) return true;
    }
  }
  return false;
}

function milliseconds(expression: RegExp, text: string): number {
  const start_ms = performance.now();
  expression.exec(text);
  return performance.now() - start_ms;
}

function hasNestedRepetition(pattern: string): boolean {
  /** For each group that is open, whether something in it is repeated or has alternatives. */
  const open = [false];
  for (let at = 0; at < pattern.length;) {
    const rest = pattern.slice(at);
    const [token] = /^(?:\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?|[\s\S])/u.exec(rest)!;
    at += token.length;
    if (token === "|") open[open.length - 1] = true;
    if (token.startsWith("(")) {
      open.push(false);
      continue;
    }
    const inner = token === ")" && open.length > 1 ? open.pop()! : false;
    const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(pattern.slice(at))?.[0] ?? "";
    at += quantifier.length;
    const isRepeated = repeats(quantifier);
    if (isRepeated && inner) return true;
    if (isRepeated || inner) open[open.length - 1] = true;
  }
  return false;
}

function repeats(quantifier: string): boolean {
  if (/^[*+]/.test(quantifier)) return true;
  const most = /^\{(\d+)(,(\d*))?\}/.exec(quantifier);
  return most !== null && (most[2] === undefined ? Number(most[1]) : Number(most[3] || Infinity)) > REPEATS_FEW;
}
