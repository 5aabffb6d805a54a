/** Runs pewatch as its users do, as a process of its own, and hears what it says. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
/** Far longer than anything here takes; only a test that fails waits so long. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 10;
/** What is still to be read when a process has ended is in a pipe and takes no time. */
const REST_MS_MAX = 1000;

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A command that starts it, such as setpriv with its options. */
  readonly through?: readonly string[];
  /** Another program than the sources. */
  readonly program?: readonly string[];
}

/** One line of the log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface Ended {
  readonly code: number;
  readonly signal: string | null;
}

/** A running `pewatch run --json`. */
export class Run implements AsyncDisposable {
  readonly lines: LogLine[] = [];
  #errors = "";
  readonly #child: Deno.ChildProcess;
  readonly #readingEnds = new AbortController();
  readonly #reading: Promise<void>;
  #ended: Ended | null = null;
  readonly #end: Promise<Ended>;

  constructor(args: readonly string[], options: StartOptions) {
    this.#child = pewatchCommand(args, options).spawn();
    this.#reading = Promise.all([
      readLines(this.#child.stdout, this.#readingEnds.signal, (line) => void this.lines.push(parseLine(line))),
      readLines(this.#child.stderr, this.#readingEnds.signal, (line) => void (this.#errors += `${line}\n`)),
    ]).then(() => {});
    this.#end = this.#child.status.then(async ({ code, signal }) => {
      // Others may hold its output open: Wine's services, which its first program starts, serve all that follow.
      const timer = setTimeout(() => this.#readingEnds.abort(), REST_MS_MAX);
      await this.#reading;
      clearTimeout(timer);
      return this.#ended = { code, signal };
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Waits until it ticks. */
  async running(): Promise<this> {
    await this.until(() => this.lines.some(({ message }) => message.startsWith("running")), "it runs");
    return this;
  }

  /** Waits for a condition; fails with all that was said where it does not come, or the process ends before. */
  async until(condition: () => boolean, what: string): Promise<void> {
    const end_ms = performance.now() + PATIENCE_MS;
    while (!condition()) {
      const over = performance.now() > end_ms;
      if (over || this.#ended !== null) {
        throw new Error(`${over ? "never came" : "the process ended before"}: ${what}\n${this.text()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Waits for a line of the log. */
  async says(words: RegExp): Promise<LogLine> {
    await this.until(() => this.lines.some(({ message }) => words.test(message)), `a line like ${words}`);
    return this.lines.find(({ message }) => words.test(message))!;
  }

  /** All lines that name something, from warnings upwards. */
  complaints(name = ""): string[] {
    return this.lines
      .filter(({ level, message }) => (level === "warn" || level === "error") && message.includes(name))
      .map(({ message }) => message);
  }

  text(): string {
    return [...this.lines.map(({ level, message }) => `${level} ${message}`), this.#errors].join("\n");
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Waits for its end. */
  ended(): Promise<Ended> {
    return withTimeLimit(this.#end, () => `the process does not end\n${this.text()}`);
  }

  /** Asks it to stop and waits for its end, which must be a good one. */
  async stop(): Promise<void> {
    if (this.#ended === null) this.#child.kill("SIGTERM");
    const { code } = await this.ended();
    assert.equal(code, 0, this.text());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (this.#ended === null) this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended by itself
    }
    await this.#end;
  }
}

function parseLine(line: string): LogLine {
  try {
    return { level: "", message: "", ...JSON.parse(line) };
  } catch {
    return { level: "?", message: line };
  }
}

/** Until its end, or that of the reading. */
async function readLines(
  stream: ReadableStream<Uint8Array>,
  end: AbortSignal,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  const decoder = new TextDecoderStream() as TransformStream<Uint8Array, string>;
  try {
    for await (const text of stream.pipeThrough(decoder, { signal: end })) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) take(line);
    }
  } catch (error) {
    if (!end.aborted) throw error;
  }
  if (rest !== "") take(rest);
}

async function withTimeLimit<T>(promise: Promise<T>, message: () => string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(message())), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command of pewatch to its end. */
export async function pewatch(args: readonly string[], options: StartOptions = {}): Promise<Ran> {
  const { code, stdout, stderr } = await pewatchCommand(args, options).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

export function pewatchCommand(args: readonly string[], options: StartOptions = {}): Deno.Command {
  const program = options.program ?? [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", MAIN];
  const words = [...options.through ?? [], ...program, ...args];
  return new Deno.Command(words[0]!, {
    args: words.slice(1),
    stdout: "piped",
    stderr: "piped",
    ...options.cwd === undefined ? {} : { cwd: options.cwd },
    env: { NO_COLOR: "1", ...options.env },
  });
}
