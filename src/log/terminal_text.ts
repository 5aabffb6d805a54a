/**
 * What reaches a terminal: text without the terminal's own commands, whoever wrote it. Names of files, sidecars,
 * configurations and arguments may hold any character; one escape sequence of them could move the cursor over other
 * lines or set the window's title.
 */
import { format, inspect } from "node:util";

/** C0, DEL, C1, and the signs that turn the direction of the text around them. */
// deno-lint-ignore no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Control characters as they would be written in a string, on one line. */
export function printable(text: string): string {
  return text.replace(CONTROLS, (character) => {
    if (character === "\n") return "\\n";
    if (character === "\r") return "\\r";
    if (character === "\t") return "\\t";
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
  });
}

/** Marks a style as the program's own; nobody who writes a file can know it. */
const OWN = `\x1b${crypto.randomUUID()}`;

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** A text in a style, to be written through `terminalText`. */
export function styled(style: Style, text: string): string {
  const [open, close] = inspect.colors[style]!;
  return `${OWN}${open}m${text}${OWN}${close}m`;
}

/** The same for a text that already has its styles, and nothing from outside. */
export function ownStyles(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[(?=[\d;]*m)/g, OWN);
}

/**
 * As it is written to a terminal, a pipe or a file: lines and tabs stay, the program's own styles become escape
 * sequences, any other control character becomes `\u001b`, which is right within JSON too.
 */
export function terminalText(text: string): string {
  const [first = "", ...rest] = text.split(OWN);
  return withoutControls(first) + rest.map((part) => {
    const code = /^[\d;]*m/.exec(part)?.[0] ?? "";
    return `${code === "" ? "" : `\x1b[${code}`}${withoutControls(part.slice(code.length))}`;
  }).join("");
}

function withoutControls(text: string): string {
  return text.replace(CONTROLS, (character) => {
    if (character === "\n" || character === "\t") return character;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

const METHODS = ["log", "info", "debug", "warn", "error"] as const;
let guarded = false;

/**
 * From now on all that this thread writes by `console` goes through `terminalText`.
 * @param options.standardError all of it, so that standard output stays what a program reads
 */
export function guardConsole(options: { readonly standardError?: boolean } = {}): void {
  if (guarded) return;
  guarded = true;
  const { error } = console;
  for (const method of METHODS) {
    const write = (options.standardError === true ? error : console[method]).bind(console);
    console[method] = (...values: unknown[]) => write(terminalText(format(...values)));
  }
}
