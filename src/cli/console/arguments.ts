/** What every command has in common: `--help`, errors of usage, exit codes. */
import {
  formatUsage,
  type InferValue,
  type Message,
  message,
  option,
  optional,
  type Parser,
  runParser,
  string,
} from "@optique/core";
import { stripVTControlCharacters } from "node:util";
import { ownStyles, printable } from "../../log/terminal_text.ts";
import { terminalWidth, wantsColors } from "./terminal.ts";

/** What the program ends with. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** Wrong usage or configuration: trying again does not help. */
  usage: 2,
} as const;

/** Columns: no wider than is read easily, and no narrower than option and description beside each other need. */
const HELP_WIDTH_MAX = 100;
const HELP_WIDTH_MIN = 40;

export interface CommandDescription {
  /** The command's name, "inspect". */
  readonly command: string;
  /** One sentence above the options. */
  readonly brief: Message;
  /** Below the options: examples, exit codes. */
  readonly footer?: Message;
  /** Their messages are all that a person needs; the command ends with 1. */
  readonly errors?: readonly (abstract new (...args: never[]) => Error)[];
}

/** It cannot be done; the message is all that whoever typed the command needs. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * A command, from its arguments to its exit code: prints help to standard output and errors of usage to standard error.
 * @param work returns the exit code, where that is not 0
 */
export function command<P extends Parser<"sync", unknown, unknown>>(
  parser: P,
  description: CommandDescription,
  work: (values: InferValue<P>) => Promise<number | void> | number | void,
): (args: readonly string[]) => Promise<number> {
  return async (args) => {
    const parsed = parse(parser, args, description);
    if (parsed.exitCode !== undefined) return parsed.exitCode;
    try {
      return await work(parsed.value) ?? EXIT.done;
    } catch (error) {
      const isExpected = error instanceof CommandError || description.errors?.some((one) => error instanceof one);
      if (!isExpected) throw error;
      console.error(`pewatch ${description.command}: ${printable((error as Error).message)}`);
      return error instanceof CommandError ? error.exitCode : EXIT.failed;
    }
  };
}

function parse<P extends Parser<"sync", unknown, unknown>>(
  parser: P,
  args: readonly string[],
  description: CommandDescription,
): { readonly value: InferValue<P>; readonly exitCode?: never } | { readonly exitCode: number } {
  let exitCode: number | null = null;
  const value = runParser(parser, `pewatch ${description.command}`, args, {
    brief: description.brief,
    ...description.footer ? { footer: description.footer } : {},
    help: { option: { names: ["-h", "--help"] }, onShow: () => void (exitCode = EXIT.done) },
    onError: () => void (exitCode = EXIT.usage),
    colors: wantsColors(Deno.stdout),
    maxWidth: Math.max(HELP_WIDTH_MIN, Math.min(HELP_WIDTH_MAX, terminalWidth(Deno.stdout))),
    aboveError: "none",
    stdout: (text) => console.log(ownStyles(text.trimEnd())),
    stderr: (text) => {
      const usage = formatUsage(`pewatch ${description.command}`, parser.usage);
      console.error(usageError(stripVTControlCharacters(text), { command: description.command, usage }));
    },
  });
  // With callbacks the library returns what they return, which its type does not say.
  return exitCode === null ? { value: value as InferValue<P> } : { exitCode };
}

/** The library's own text begins with "Error: " and parts its suggestion by an empty line. */
function usageError(text: string, { command, usage }: { command: string; usage: string }): string {
  const plain = text.trim().replace(/^Error: /, "").replace(/\n\n/g, " ");
  // It does not say which one.
  if (/^(?:Missing required|No matching option or argument found)/.test(plain)) {
    return `pewatch ${command}: an argument or option is missing\nUsage: ${usage}\nSee pewatch ${command} --help`;
  }
  return `pewatch ${command}: ${plain}\nSee pewatch ${command} --help`;
}

/** The same in each command that reads a configuration. */
export const CONFIG_OPTION = optional(option("-c", "--config", string({ metavar: "FILE" }), {
  description: message`The configuration; else pewatch.toml beside the executable, else in the working folder.`,
}));
export const JSON_OPTION = option("--json", { description: message`Write JSON, for programs.` });
