/**
 * The Tango client in a process of its own, and its supervision: started, restarted with a growing pause where it ends
 * or is silent, ended by the end of its input. Tango's libraries may hang or crash there without harm to a frame.
 */
import { RecordDecoder, type TangoRecord } from "../../ffi/tango/client/records.ts";
import { messageOf } from "../files/errors.ts";
import type { TangoList } from "./tango_list.ts";
import { fileURLToPath } from "node:url";

/** The client writes at least each second; one that is silent for so long hangs. */
const SILENCE_MS_MAX = 5000;
/** Its start loads cppTango, on a busy computer under Wine within seconds. */
const START_MS_MAX = 30_000;
const RESTART_MS_MIN = 1000;
const RESTART_MS_MAX = 60_000;
/** One that ran for so long did not fail at its start: the next is started soon. */
const STEADY_MS = 60_000;
/** It ends within milliseconds after its input has ended. */
const END_MS_MAX = 2000;
const ERROR_LENGTH_MAX = 500;

export interface TangoClientEvents {
  /** What the client says, in its order. Must not throw. */
  onRecord(record: TangoRecord): void;
  /** The process has ended, or could not be started; the next start is after `pause_ms`. */
  onEnd(reason: string, pause_ms: number): void;
}

export class TangoClient {
  readonly #list: TangoList;
  readonly #events: TangoClientEvents;
  #process: Deno.ChildProcess | null = null;
  #input: WritableStreamDefaultWriter<Uint8Array> | null = null;
  #failures = 0;
  #startedAt_ms = 0;
  #heardAt_ms: number | null = null;
  /** Why this process is ended by its supervisor. */
  #verdict: string | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #watch: ReturnType<typeof setInterval> | null = null;
  #stopping = false;
  #ended: Promise<void> = Promise.resolve();

  constructor(list: TangoList, events: TangoClientEvents) {
    this.#list = list;
    this.#events = events;
  }

  /** Id of the running process; null between two. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  start(): void {
    if (this.#stopping || this.#process !== null) return;
    this.#verdict = null;
    this.#heardAt_ms = null;
    this.#startedAt_ms = performance.now();
    const { program, args } = ownProgram(["tango", "client"]);
    try {
      this.#process = new Deno.Command(program, { args, stdin: "piped", stdout: "piped", stderr: "piped" })
        .spawn();
    } catch (error) {
      return this.#plan(`the Tango client cannot be started: ${messageOf(error)}`);
    }
    this.#ended = this.#supervise(this.#process);
  }

  /** Ends the process; resolves when it has ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const process = this.#process;
    if (process === null) return;
    this.#input?.close().catch(() => {}); // a pipe to a process that has ended
    const timer = setTimeout(() => kill(process), END_MS_MAX);
    await this.#ended;
    clearTimeout(timer);
  }

  async #supervise(process: Deno.ChildProcess): Promise<void> {
    this.#input = process.stdin.getWriter();
    this.#watch = setInterval(() => this.#judge(process), 1000);
    const errors = lastLineOf(process.stderr);
    this.#input.write(new TextEncoder().encode(`${JSON.stringify(this.#list)}\n`)).catch(() => {});
    try {
      await this.#read(process.stdout);
    } catch (error) {
      this.#verdict ??= `its output cannot be read: ${messageOf(error)}`;
      kill(process);
    }
    const { code, signal } = await process.status;
    clearInterval(this.#watch);
    this.#input.releaseLock();
    await process.stdin.close().catch(() => {});
    this.#input = null;
    this.#process = null;
    const said = await errors;
    const how = this.#verdict ?? (said !== "" ? said : `it ended with ${signal ?? `code ${code}`}`);
    this.#plan(`the Tango client has ended: ${how}`);
  }

  async #read(output: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new RecordDecoder();
    for await (const chunk of output) {
      this.#heardAt_ms = performance.now();
      if (this.#stopping) continue;
      for (const record of decoder.take(chunk)) if (record.kind !== "heartbeat") this.#events.onRecord(record);
    }
  }

  #judge(process: Deno.ChildProcess): void {
    const now_ms = performance.now();
    const silent = this.#heardAt_ms === null
      ? now_ms - this.#startedAt_ms > START_MS_MAX
      : now_ms - this.#heardAt_ms > SILENCE_MS_MAX;
    if (!silent) return;
    this.#verdict = this.#heardAt_ms === null
      ? `it sent nothing for ${START_MS_MAX / 1000} s after its start`
      : `it sent nothing for ${SILENCE_MS_MAX / 1000} s`;
    kill(process);
  }

  #plan(reason: string): void {
    if (this.#stopping) return;
    this.#failures = performance.now() - this.#startedAt_ms > STEADY_MS ? 1 : this.#failures + 1;
    const whole_ms = Math.min(RESTART_MS_MAX, RESTART_MS_MIN * 2 ** Math.min(this.#failures - 1, 10));
    this.#timer = setTimeout(() => this.start(), whole_ms);
    this.#events.onEnd(reason, whole_ms);
  }
}

function kill(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Reads all of it, so that the process never waits, and keeps the last line. */
async function lastLineOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of stream) {
      text = (text + decoder.decode(chunk, { stream: true })).slice(-4 * ERROR_LENGTH_MAX);
    }
  } catch {
    // The pipe is gone with its process.
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "");
  return (lines.at(-1) ?? "").slice(0, ERROR_LENGTH_MAX);
}

/** The command line that starts this program once more: the executable, or Deno with the sources. */
function ownProgram(args: string[]): { readonly program: string; readonly args: string[] } {
  const program = Deno.execPath();
  if (Deno.build.standalone) return { program, args };
  const [manifest, main] = ["deno.json", "main.ts"].map((path) =>
    fileURLToPath(new URL(`../../${path}`, import.meta.url))
  ) as [string, string];
  return { program, args: ["run", "--quiet", "-A", "--cached-only", "--config", manifest, main, ...args] };
}
