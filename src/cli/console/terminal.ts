/** Writing to a person's terminal: colours where they are wanted, marks, and nothing of either in a pipe. */
import { type Style, styled } from "../../log/terminal_text.ts";

/** Standard output or standard error. */
export interface Stream {
  isTerminal(): boolean;
}

/** Whether a person watches it. */
export function isTerminal(stream: Stream): boolean {
  return stream.isTerminal();
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

/** Gives texts their style for one stream; `console` makes escape sequences of it (`guardConsole`). */
export class Painter {
  readonly #colors: boolean;

  constructor(stream: Stream) {
    this.#colors = wantsColors(stream);
  }

  paint(style: Style, text: string): string {
    return this.#colors ? styled(style, text) : text;
  }
}
