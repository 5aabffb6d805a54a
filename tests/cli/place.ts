/** A working folder with a configuration, in which pewatch is called: with a running daemon and without. */
import { Run } from "../e2e/child.ts";
import { TempFolder } from "../temp_folder.ts";
import { type CliResult, type Expected, expectHere, runHere } from "./run_cli.ts";

/** For a daemon that ticks fast. */
export const QUICK = "[daemon]\nticktack = 0.05\nmultiplier = 1\n";

export class CliPlace extends TempFolder {
  /** @param toml the configuration; null: there is none */
  constructor(toml: string | null) {
    super();
    if (toml !== null) this.write("pewatch.toml", toml);
  }

  /** Writes a file, and makes its folders. */
  write(name: string, text: string): void {
    Deno.mkdirSync(this.join(name, ".."), { recursive: true });
    Deno.writeTextFileSync(this.join(name), text);
  }

  cli(...args: string[]): Promise<CliResult> {
    return runHere(args, { cwd: this.path });
  }

  expect(args: readonly string[], expected: Expected): Promise<CliResult> {
    return expectHere(args, expected, { cwd: this.path });
  }

  /** What a command that succeeds reports to programs. */
  async json<T>(...args: string[]): Promise<T> {
    const { out } = await this.expect([...args, "--json"], { code: 0 });
    return JSON.parse(out);
  }

  async daemon(): Promise<Run> {
    return await new Run(["run", "--json"], { cwd: this.path }).running();
  }
}
