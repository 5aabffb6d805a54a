/** A checkout of the build scripts alone, with a program that does nothing, a cache of its own and made-up fetchers. */
import { dirname, join } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { TempFolder } from "../temp_folder.ts";

const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Checkout implements Disposable {
  readonly #folder = new TempFolder();
  readonly root = this.#folder.join("check out");
  readonly cache = this.#folder.join("cache");
  readonly home = this.#folder.join("home");
  readonly #fetchers = this.#folder.join("bin");

  constructor() {
    for (const folder of [this.root, this.home, this.#fetchers]) Deno.mkdirSync(folder);
    const copied = new Deno.Command("cp", { args: ["-R", join(REPOSITORY, "build"), this.root] }).outputSync();
    if (!copied.success) throw new Error("The build scripts cannot be copied");
    this.write("deno.json", `{ "lock": "./deno.lock" }\n`);
    this.write("deno.lock", `{ "version": "5" }\n`);
    this.write("main.ts", `console.log(JSON.stringify({ cwd: Deno.cwd(), args: Deno.args }));\n`);
    // No real package manager may be reached from a test.
    for (const name of ["npm", "python3", "pip", "curl"]) this.fetcher(name, "echo nothing here; exit 1");
  }

  write(name: string, text: string): void {
    Deno.writeTextFileSync(join(this.root, name), text);
  }

  /** Puts a program of this name in front of the machine's. */
  fetcher(name: string, script: string): void {
    const path = join(this.#fetchers, name);
    Deno.writeTextFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** Makes `bytes` what the scripts take for the project's Deno. */
  async pin(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    const machine = Deno.build.arch === "x86_64" ? "Linux-x86_64" : "Linux-aarch64";
    this.write("build/deno.sha256", `version 2.9.5\n${digest} ${machine}\n`);
    return digest;
  }

  /** Takes the Deno that runs the tests for the fetched one. */
  async adoptRunningDeno(): Promise<void> {
    const digest = await this.pin(await Deno.readFile(Deno.execPath()));
    Deno.mkdirSync(join(this.cache, "deno", digest), { recursive: true });
    Deno.symlinkSync(Deno.execPath(), join(this.cache, "deno", digest, "deno"));
  }

  command(args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}): Deno.Command {
    return new Deno.Command("setsid", {
      // In a process group of its own, which a test can kill as a whole.
      args: [join(this.root, "build", "pewatch"), ...args],
      cwd: options.cwd ?? this.home,
      clearEnv: true,
      env: {
        PATH: `${this.#fetchers}:/usr/bin:/bin`,
        HOME: this.home,
        PEWATCH_CACHE: this.cache,
        PEWATCH_APT: "never",
        // Any file passes for a library here: nothing opens it.
        PEWATCH_LIBTIFF: join(this.root, "main.ts"),
        PEWATCH_LIBHDF5: join(this.root, "main.ts"),
        ...options.env,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  async run(args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}): Promise<Ran> {
    return readable(await this.command(args, options).output());
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

function readable(output: Deno.CommandOutput): Ran {
  const decoder = new TextDecoder();
  return { code: output.code, stdout: decoder.decode(output.stdout), stderr: decoder.decode(output.stderr) };
}
