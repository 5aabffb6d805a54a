/** A list of commands, that of pewatch or one below it (`pewatch plugins list`): from arguments to an exit code. */
import { closest } from "../../text/closest.ts";
import { EXIT } from "./arguments.ts";

/** In the order in which they are listed. */
export type CommandList = Readonly<Record<string, Command | CommandGroup>>;

interface Command {
  /** One line for the list of commands; null where pewatch alone uses the command. */
  readonly summary: string | null;
  /** Returns a function of the arguments that returns the exit code. */
  load(): Promise<(args: string[]) => Promise<number>>;
}

/** A command that has commands of its own. */
interface CommandGroup {
  readonly summary: string;
  /** One sentence above the list. */
  readonly brief: string;
  readonly commands: CommandList;
}

export interface CommandLevel {
  /** What stands before the commands: "pewatch plugins". */
  readonly name: string;
  readonly commands: CommandList;
  /** What else may have been meant by what is no command. */
  readonly otherWords: readonly string[];
  readonly overview: () => string;
}

export async function runCommands(level: CommandLevel, args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined) {
    console.error(level.overview());
    return EXIT.usage;
  }
  if (first === "--help" || first === "-h" || (first === "help" && rest.length === 0)) {
    console.log(level.overview());
    return EXIT.done;
  }
  const [name, options] = first === "help" ? [rest[0] ?? "", ["--help"]] : [first, rest];
  const command = Object.hasOwn(level.commands, name) ? level.commands[name] : undefined;
  if (command === undefined) return unknown(level, name);
  if ("commands" in command) return await runCommands(levelOf(command, `${level.name} ${name}`), options);
  return await (await command.load())(options);
}

function unknown({ name: level, commands, otherWords }: CommandLevel, name: string): number {
  const what = name.startsWith("-") ? "option" : "command";
  const meant = closest(name, [...listed(commands).map(([command]) => command), ...otherWords]);
  const hint = meant ? ` Did you mean ${meant}?` : "";
  console.error(`${level}: Unknown ${what} "${name}".${hint}\nSee ${level} --help`);
  return EXIT.usage;
}

function levelOf({ brief, commands }: CommandGroup, name: string): CommandLevel {
  const overview = () =>
    [
      `Usage: ${name} COMMAND [OPTIONS]`,
      "",
      brief,
      "",
      ...commandLines(commands),
      "",
      `${name} COMMAND --help shows a command's options.`,
      "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.",
    ].join("\n");
  return { name, commands, otherWords: ["--help"], overview };
}

function listed(commands: CommandList): [string, Command | CommandGroup][] {
  return Object.entries(commands).filter(([, { summary }]) => summary !== null);
}

/** A line for each command, their summaries below each other. */
export function commandLines(commands: CommandList): string[] {
  const lines = listed(commands);
  const width = 2 + Math.max(...lines.map(([command]) => command.length));
  return lines.map(([command, { summary }]) => `  ${command.padEnd(width)}${summary}`);
}
