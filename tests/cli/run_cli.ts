/** Runs the command line as a person does: in a process of its own. */
import { fileURLToPath } from "node:url";

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

interface CliOptions {
  /** The working folder. */
  readonly cwd?: string;
  /** Laid over the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export function cliCommand(args: readonly string[], { cwd, env }: CliOptions = {}): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, ...args],
    ...cwd === undefined ? {} : { cwd },
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
  });
}

export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { code, stdout, stderr } = await cliCommand(args, options).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** The same in a working folder. */
export function run(cwd: string, ...args: string[]): Promise<CliResult> {
  return runCli(args, { cwd });
}
