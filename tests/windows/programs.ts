/** The two executables that build/package made: the one for Linux, and the one for Windows under Wine. */
import assert from "node:assert/strict";
import { join } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { TempFolder } from "../temp_folder.ts";

const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
/** Wine's first start of a day takes some seconds; what hangs is ended. */
const TIME_LIMIT_MS = 120_000;

/** Both read the same sources: a program's name says where it runs. */
export const PROGRAMS = {
  linux: join(REPOSITORY, "dist", "pewatch"),
  windows: join(REPOSITORY, "build", "wine"),
} as const;
/** What is to be run, before its arguments. */
export const WINDOWS_PROGRAM = [PROGRAMS.windows] as const;
export const WINDOWS_EXECUTABLE = join(REPOSITORY, "dist", "pewatch.exe");

export type System = keyof typeof PROGRAMS;

export interface Ran {
  readonly code: number;
  /** Lines end with LF, whatever the system. */
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Another copy of the Windows executable. */
  readonly executable?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Waits for its end. */
export async function runOn(system: System, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  // Not pipes: Wine's services inherit those of the program that happens to start them, and hold them open for as long as
  // any other program runs.
  using folder = new TempFolder();
  const said = folder.join("said");
  const command = new Deno.Command("bash", {
    args: ["-c", 'exec "$@" >"$0.out" 2>"$0.err"', said, PROGRAMS[system], ...args],
    ...optionsOf(options),
  });
  const { code } = await command.spawn().status;
  const [out, err] = ["out", "err"].map((end) => Deno.readTextFileSync(`${said}.${end}`).replaceAll("\r\n", "\n"));
  return { code, out: out!, err: withoutWine(err!) };
}

function optionsOf({ cwd, executable, env }: RunOptions): Deno.CommandOptions {
  return {
    cwd: cwd ?? "/tmp",
    env: { NO_COLOR: "1", ...executable === undefined ? {} : { PEWATCH_EXE: executable }, ...env },
    stdin: "null",
    signal: AbortSignal.timeout(TIME_LIMIT_MS),
  };
}

/**
 * Wine's own words are shown, and not held against the program: seldom, once in a hundred runs, a thread faults while
 * the process ends, when all is done. A process that faults before that has another exit code.
 */
function withoutWine(text: string): string {
  const lines = text.split("\n");
  const ofWine = lines.filter((line) => line.startsWith("wine: "));
  for (const line of ofWine) console.log(line);
  return lines.filter((line) => !ofWine.includes(line)).join("\n");
}

/** Runs it to a good end without a word of complaint, and gives what it printed. */
export async function outputOn(system: System, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, out, err } = await runOn(system, args, options);
  assert.deepEqual({ code, err }, { code: 0, err: "" }, `${system}: ${args.join(" ")}\n${out}`);
  return out;
}

/** How Windows spells a path of this machine under Wine. */
export function windowsPath(path: string): string {
  return `Z:${path.replaceAll("/", "\\")}`;
}
