/** A client of Tango in a process of its own, which does what a test asks for; of PyTango or of Java alike. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pause } from "../../faults/detector.ts";
import { PYTHONS } from "../../ffi/tango/environment.ts";

export interface ClientProgram {
  readonly name: string;
  readonly command: readonly string[];
  /** Whether it gets events from a server without a database. */
  readonly eventsWithoutDatabase: boolean;
}

const HERE = import.meta.dirname!;
/** A restart takes a second at most; a busy machine is given more. */
const RESTART_MS_MAX = 30_000;

export const PYTHON_CLIENTS: readonly ClientProgram[] = PYTHONS.map(({ name, python }) => ({
  name,
  command: [python, join(HERE, "client", "answering.py")],
  eventsWithoutDatabase: true,
}));

const jars = Deno.env.get("PEWATCH_TANGO_JAVA");
function javaClient(name: string, options: readonly string[]): ClientProgram[] {
  if (jars === undefined) return [];
  const command = [
    "java",
    "-XX:TieredStopAtLevel=1",
    ...options,
    "-cp",
    `${jars}/*`,
    join(HERE, "java", "Client.java"),
  ];
  return [{ name, command, eventsWithoutDatabase: false }];
}

/** The one of the Java API, with Tango's texts as they are; empty where its jars are not there. */
export const JAVA_CLIENTS = javaClient("Java", ["-Djacorb.native_char_codeset=ISO8859_1"]);
/** As Java starts where nobody says anything: it sends UTF-8. */
export const UTF8_CLIENTS = javaClient("Java with UTF-8", ["-Djacorb.native_char_codeset=UTF8"]);

/** Far longer than any answer takes, on a busy machine too. */
const PATIENCE_MS = 120_000;

export interface Refused {
  readonly fails: string;
  readonly reason: string;
  readonly took_s: number;
}

export interface Reading {
  readonly value: unknown;
  /** "ATTR_VALID" */
  readonly quality: string;
  readonly set_point?: unknown;
}

export class Client implements AsyncDisposable {
  readonly #name: string;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #lines: AsyncIterator<string>;
  readonly #errors: Promise<string>;

  private constructor(program: ClientProgram, name: string) {
    this.#name = program.name;
    const [first, ...args] = program.command;
    this.#child = new Deno.Command(first!, {
      args: [...args, name],
      // A client that breaks down says where.
      env: { PYTHONFAULTHANDLER: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#lines = linesOf(this.#child.stdout);
    this.#errors = new Response(this.#child.stderr).text();
  }

  /** Connected. */
  static async connect(program: ClientProgram, name: string): Promise<Client> {
    const client = new Client(program, name);
    try {
      assert.equal(await client.#line(), "ready");
      return client;
    } catch (error) {
      await client[Symbol.asyncDispose]();
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Does it, and gives what comes of it. @throws where Tango refuses */
  async do<T = unknown>(what: string, ...args: string[]): Promise<T> {
    const answer = await this.#ask([what, ...args]);
    assert(!("fails" in answer), `${this.#name}: ${what} ${args.join(" ")}: ${JSON.stringify(answer)}`);
    return answer.gives as T;
  }

  /** Tries what must be refused. */
  async refused(what: string, ...args: string[]): Promise<Refused> {
    const answer = await this.#ask([what, ...args]);
    assert("fails" in answer, `${what} ${args.join(" ").slice(0, 200)} was not refused`);
    return answer;
  }

  /** Tells whether Tango refused it. */
  async try(what: string, ...args: string[]): Promise<boolean> {
    return !("fails" in await this.#ask([what, ...args]));
  }

  /** All attributes, or those named. */
  read(...names: string[]): Promise<Record<string, Reading>> {
    return this.do("read", ...names);
  }

  async value(name: string): Promise<unknown> {
    return (await this.read(name))[name]!.value;
  }

  /** The same of a server that is made anew: RestartServer comes back before it begins, and calls fail meanwhile. */
  async valueOnceThere(name: string): Promise<unknown> {
    for (const end_ms = performance.now() + RESTART_MS_MAX;; await pause(50)) {
      const answer = await this.#ask(["read", name]);
      if (!("fails" in answer)) return (answer.gives as Record<string, Reading>)[name]!.value;
      assert(performance.now() < end_ms, `${this.#name}: read ${name}: ${JSON.stringify(answer)}`);
    }
  }

  async #ask(words: readonly string[]): Promise<{ gives: unknown } | Refused> {
    // Where it has ended, the line that does not come says why.
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify(words)}\n`)).catch(() => {});
    return await this.#line() as { gives: unknown } | Refused;
  }

  async #line(): Promise<unknown> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error("the client does not answer")), PATIENCE_MS);
    });
    try {
      const { done, value } = await Promise.race([this.#lines.next(), late]);
      if (done) {
        throw new Error(`${this.#name} ended: ${JSON.stringify(await this.#child.status)} ${await this.#errors}`);
      }
      return JSON.parse(value);
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended by itself
    }
    await this.#child.status;
    await this.#input.abort().catch(() => {});
    await this.#lines.return?.();
    await this.#errors;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    // What a library prints of its own is no answer.
    yield* lines.filter((line) => line.startsWith("{") || line.startsWith('"'));
  }
}
