/** `pewatch run` as a process of its own, to be watched, stopped and killed. */
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { HOLDER_NAME } from "../../src/files/service_names.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** A start takes a second or two on a busy machine. */
const START_S_MAX = 60;

export interface ChildFolders {
  readonly raw: string;
  readonly temp: string;
  readonly proc: string;
  readonly output: string;
}

export interface ChildConfiguration {
  readonly folders: ChildFolders;
  readonly file: string;
}

/**
 * Makes the folders and a configuration below `base`.
 * @param more further lines of TOML
 * @param elsewhere folders that are not to lie below `base`
 * @param http where the page is served; null for nowhere
 */
export function writeConfiguration(
  base: string,
  more: string,
  elsewhere: Partial<ChildFolders> = {},
  http: { readonly port: number } | null = null,
): ChildConfiguration {
  const [raw, temp, proc, output] = ["raw", "temp", "proc", "output"].map((name) => join(base, name));
  const folders: ChildFolders = { raw: raw!, temp: temp!, proc: proc!, output: output!, ...elsewhere };
  for (const folder of Object.values(folders)) Deno.mkdirSync(folder, { recursive: true });
  const text = [
    "[http]",
    `enabled = ${http !== null}`,
    ...http === null ? [] : [`port = ${http.port}`],
    "[folders]",
    `raw = '${folders.raw}'`,
    `temp = '${folders.temp}'`,
    `proc = '${folders.proc}'`,
    `output_root = '${folders.output}'`,
    more,
    "",
  ].join("\n");
  const file = join(base, "pewatch.toml");
  Deno.writeTextFileSync(file, text);
  return { folders, file };
}

/** The sources, by this Deno. */
export const SOURCES = [Deno.execPath(), "run", "-A", "--config", join(ROOT, "deno.json"), join(ROOT, "main.ts")];

export class DaemonChild implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #raw: string;
  /** What stood there before; one that was killed leaves it. */
  readonly #holderBefore: string | null;
  #ended: Deno.CommandStatus | null = null;

  /** @param program what is run; the others must have ended before */
  constructor(configuration: ChildConfiguration, program: readonly string[] = SOURCES) {
    this.#raw = configuration.folders.raw;
    this.#holderBefore = this.#holder();
    this.#child = new Deno.Command(program[0]!, {
      args: [...program.slice(1), "run", "--config", configuration.file],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    void this.#child.status.then((status) => this.#ended = status);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** How it ended, or null while it runs. */
  get ended(): Deno.CommandStatus | null {
    return this.#ended;
  }

  /** Comes back when this process holds its folders, or has ended. */
  async holdsFolders(): Promise<void> {
    const deadline = performance.now() + START_S_MAX * 1000;
    while (this.#ended === null && !this.#isHolder()) {
      if (performance.now() > deadline) throw new Error(`the daemon has not started within ${START_S_MAX} s`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Known by its time, not by its number: Wine gives processes numbers of its own. */
  #isHolder(): boolean {
    const since = this.#holder();
    return since !== null && since !== this.#holderBefore;
  }

  #holder(): string | null {
    try {
      return JSON.parse(Deno.readTextFileSync(join(this.#raw, HOLDER_NAME))).since ?? null;
    } catch {
      return null; // not there yet, or half written
    }
  }

  async end(signal: "SIGKILL" | "SIGINT" | "SIGTERM"): Promise<Deno.CommandStatus> {
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended by itself
    }
    return await this.#child.status;
  }

  /** None is left behind by a test that fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended === null) await this.end("SIGKILL");
  }
}
