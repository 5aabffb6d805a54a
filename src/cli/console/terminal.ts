/** Writing to a person's terminal: colours where they are wanted, marks, and nothing of either in a pipe. */
import { type Style, styled } from "../../log/terminal_text.ts";

/** Standard output or standard error. */
export interface Stream {
  isTerminal(): boolean;
}

/** Colours only on a terminal, and there only where NO_COLOR (no-color.org: any value but an empty one) is not set. */
export function wantsColors(stream: Stream): boolean {
  return stream.isTerminal() && !Deno.env.get("NO_COLOR") && Deno.env.get("TERM") !== "dumb";
}

/** Columns of the terminal; 80 where it is none or does not say. */
export function terminalWidth(stream: Stream): number {
  try {
    return stream.isTerminal() ? Deno.consoleSize().columns || 80 : 80;
  } catch {
    return 80; // another stream than the one that the system asks is the terminal
  }
}

export type Paint = (style: Style, text: string) => string;

/** Gives texts their style for one stream; `console` makes escape sequences of it (`guardConsole`). */
export function painterFor(stream: Stream): Paint {
  return wantsColors(stream) ? styled : (_style, text) => text;
}

/** What a check found; "warning": it works, but less well than it could. */
export type Mark = "ok" | "warning" | "problem";

const MARKS: Readonly<Record<Mark, readonly [Style, string]>> = {
  ok: ["green", "ok"],
  warning: ["yellow", "warning"],
  problem: ["red", "PROBLEM"],
};

/** The word before a finding, in its colour and in the width of the longest. */
export function markText(mark: Mark, paint: Paint): string {
  const [style, word] = MARKS[mark];
  return paint(style, word.padEnd(8));
}
