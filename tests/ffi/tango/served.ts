/** A served test device in a process of its own, and a client that checks it. */
import { strict as assert } from "node:assert";
import { join } from "node:path";

const FOLDER = import.meta.dirname!;
/** Longer than the slowest check takes under a sanitizer on a busy machine. */
const TIME_LIMIT_MS = 240_000;

export const DEVICE = "test/pewatch/1";

export interface ServedOptions {
  readonly command: readonly string[];
  readonly database?: string;
  /** Default: a free port of this machine. */
  readonly endpoint?: string;
  readonly failingStarts?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export class Served implements AsyncDisposable {
  readonly lines: string[] = [];
  errors = "";
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #ended: Promise<number>;
  #heard = Promise.withResolvers<void>();

  constructor(options: ServedOptions) {
    const [program, ...first] = options.command;
    const args = [
      ...first,
      "PeWatchTest",
      "1",
      DEVICE,
      options.database ?? "",
      options.endpoint ?? "127.0.0.1:0",
      ...options.failingStarts === undefined ? [] : [String(options.failingStarts)],
    ];
    this.#child = new Deno.Command(program!, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      env: options.env ?? {},
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    const output = this.#read();
    const errors = this.#readErrors();
    this.#ended = Promise.all([this.#child.status, output, errors]).then(([status]) => status.code);
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      this.lines.push(...lines);
      this.#wake();
    }
    this.#wake();
  }

  async #readErrors(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) this.errors += text;
  }

  #wake(): void {
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
  }

  /** The rest of the line that begins with this word, as soon as it is there. */
  async line(word: string): Promise<string> {
    let over = false;
    const ended = this.#ended.then(() => over = true);
    for (;;) {
      const found = this.lines.find((line) => line === word || line.startsWith(`${word} `));
      if (found !== undefined) return found.slice(word.length + 1);
      assert(!over, `it ended without "${word}": ${this.lines.join(", ")} ${this.errors}`);
      await Promise.race([this.#heard.promise, ended]);
    }
  }

  get name(): Promise<string> {
    return this.line("serving");
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async say(word: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${word}\n`));
  }

  /** Gives the exit code. */
  ended(): Promise<number> {
    return this.#ended;
  }

  async stop(): Promise<number> {
    await this.say("stop");
    return await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#ended;
    await this.#input.abort().catch(() => {});
  }
}

/** Runs checks of client/checks.py, all but "kill" where none is named; they must hold. */
export async function check(python: string, name: string, checks: readonly string[] = []): Promise<void> {
  const { code, stdout, stderr } = await new Deno.Command(python, {
    args: [join(FOLDER, "client", "checks.py"), name, ...checks],
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(TIME_LIMIT_MS),
  }).output();
  const decoder = new TextDecoder();
  assert.equal(code, 0, decoder.decode(stdout) + decoder.decode(stderr));
}
