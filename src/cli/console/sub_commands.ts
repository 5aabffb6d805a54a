/** Commands that have commands of their own, `pewatch plugins list`: from their arguments to an exit code. */
import { closest } from "../../text/closest.ts";
import { EXIT } from "./arguments.ts";

export interface Command {
  /** One line for the list of commands; null where pewatch alone uses the command. */
  readonly summary: string | null;
  /** Returns a function of the arguments that returns the exit code. */
  load(): Promise<(args: string[]) => Promise<number>>;
}

export interface CommandGroup {
  /** "plugins". */
  readonly name: string;
  /** One sentence above the list. */
  readonly brief: string;
  /** In the order of the list. */
  readonly commands: Readonly<Record<string, Command>>;
}

export async function runGroup(group: CommandGroup, args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined) {
    console.error(overview(group));
    return EXIT.usage;
  }
  if (first === "--help" || first === "-h" || (first === "help" && rest.length === 0)) {
    console.log(overview(group));
    return EXIT.done;
  }
  const [name, options] = first === "help" ? [rest[0] ?? "", ["--help"]] : [first, rest];
  const command = Object.hasOwn(group.commands, name) ? group.commands[name] : undefined;
  if (command === undefined) return unknown(group, name);
  return await (await command.load())(options);
}

function unknown(group: CommandGroup, name: string): number {
  const what = name.startsWith("-") ? "option" : "command";
  const meant = closest(name, [
    ...Object.keys(group.commands).filter((one) => group.commands[one]!.summary !== null),
    "--help",
  ]);
  const hint = meant ? ` Did you mean ${meant}?` : "";
  console.error(`pewatch ${group.name}: Unknown ${what} "${name}".${hint}\nSee pewatch ${group.name} --help`);
  return EXIT.usage;
}

function overview({ name, brief, commands }: CommandGroup): string {
  return [
    `Usage: pewatch ${name} COMMAND [OPTIONS]`,
    "",
    brief,
    "",
    ...commandLines(commands),
    "",
    `pewatch ${name} COMMAND --help shows a command's options.`,
    "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.",
  ].join("\n");
}

/** A line for each command, their summaries below each other. */
export function commandLines(commands: CommandGroup["commands"]): string[] {
  const listed = Object.entries(commands).filter(([, { summary }]) => summary !== null);
  const width = 2 + Math.max(...listed.map(([command]) => command.length));
  return listed.map(([command, { summary }]) => `  ${command.padEnd(width)}${summary}`);
}
