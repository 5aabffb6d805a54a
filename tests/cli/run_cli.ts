/** Runs the command line as a person does: in a process of its own, or in this one. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import { runMain } from "../../src/cli/main.ts";
import { terminalText } from "../../src/log/terminal_text.ts";

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

/** What is expected of a command; a pattern that is not given is not looked for. */
export interface Expected {
  readonly code: number;
  readonly out?: RegExp;
  readonly err?: RegExp;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a command in this process, which spares the start of one; it must end by itself. One at a time: the working
 * folder, the environment and the console are the process's. hostile_text_test.ts starts a process for each command.
 */
export function runHere(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const turn = last.then(() => runAlone(args, options));
  last = turn.catch(() => {});
  return turn;
}

/** The same, held against what is expected of it. */
export async function expectHere(
  args: readonly string[],
  expected: Expected,
  options: CliOptions = {},
): Promise<CliResult> {
  const result = await runHere(args, options);
  const shown = `pewatch ${args.join(" ")}: ${result.code}\n${result.out}${result.err}`;
  assert.equal(result.code, expected.code, shown);
  for (const name of ["out", "err"] as const) {
    const pattern = expected[name];
    assert.ok(pattern === undefined || pattern.test(result[name]), `${pattern} is not in ${shown}`);
  }
  return result;
}

async function runAlone(args: readonly string[], { cwd, env }: CliOptions): Promise<CliResult> {
  using before = new DisposableStack();
  const written = { out: "", err: "" };
  for (const [name, stream] of [["out", Deno.stdout], ["err", Deno.stderr]] as const) {
    const decoder = new TextDecoder();
    replace(before, stream, {
      isTerminal: () => false,
      writeSync(bytes: Uint8Array) {
        written[name] += decoder.decode(bytes, { stream: true });
        return bytes.length;
      },
    });
    const write = (...values: unknown[]) => void (written[name] += `${terminalText(format(...values))}\n`);
    replace(
      before,
      console,
      name === "out" ? { log: write, info: write, debug: write } : { warn: write, error: write },
    );
  }
  for (const [name, value] of Object.entries({ NO_COLOR: "1", ...env })) {
    const old = Deno.env.get(name);
    before.defer(() => old === undefined ? Deno.env.delete(name) : Deno.env.set(name, old));
    Deno.env.set(name, value);
  }
  if (cwd !== undefined) {
    const old = Deno.cwd();
    before.defer(() => Deno.chdir(old));
    Deno.chdir(cwd);
  }
  const code = await runMain(args);
  return { code, ...written };
}

function replace<T extends object>(before: DisposableStack, object: T, methods: Partial<T>): void {
  for (const name of Object.keys(methods) as (keyof T)[]) {
    const old = Object.getOwnPropertyDescriptor(object, name);
    before.defer(() => old === undefined ? delete object[name] : Object.defineProperty(object, name, old));
  }
  Object.assign(object, methods);
}
