/**
 * The system calls by which a program changes files, each reported before the program goes on, and one of them failed where
 * that is asked for. The program in C that sees them is in `calls`; build/test makes it.
 */
import { join } from "node:path";

/** What may be done to one call. A SHORT write writes half; KILL ends the program before the call is made. */
export type Harm = "ENOSPC" | "EIO" | "EACCES" | "EROFS" | "ESTALE" | "SHORT" | "KILL";

/** One call on files below the watched folders. */
export interface SystemCall {
  readonly number: number;
  readonly name: string;
  /** What was done to it, or "". */
  readonly harm: string;
  /** Of what it is about; of a rename or a link the old name. */
  readonly path: string;
  /** The new name, or "". */
  readonly path2: string;
  /** Of a write, in bytes; -1 where it is none. */
  readonly offset: number;
  /** Of a write; of a change of size the new size; of a file that is synced where data are kept. */
  readonly length: number;
  /** Where in the file of data is what is written, or of a sync the whole file; -1 where it is not kept. */
  readonly dataAt: number;
  /** Of an open, as <fcntl.h> has them. */
  readonly flags: number;
}

export interface Rule {
  readonly call: string;
  /** The pattern that the path fits, the new one where there are two; "*" fits no slash and no dot at a beginning. */
  readonly glob: string;
  /** Which of the calls that fit from now on, from 1. */
  readonly nth: number;
  readonly harm: Harm;
}

/** A program takes a moment to start. */
const START_MS_MAX = 60_000;

export class WatchedCalls implements AsyncDisposable {
  readonly calls: SystemCall[] = [];
  readonly dataFile: string | null;
  readonly #socket: string;
  readonly #folders: readonly string[];
  readonly #listener: Deno.Listener;
  #connection: Deno.Conn | null = null;
  #reading: Promise<void> | null = null;
  readonly #answers: (() => void)[] = [];

  /** @param options.keepData whether the bytes of each write are kept */
  constructor(base: string, options: { folders: readonly string[]; keepData: boolean }) {
    this.#socket = join(base, "calls.sock");
    this.#folders = options.folders;
    this.dataFile = options.keepData ? join(base, "calls.data") : null;
    this.#listener = Deno.listen({ transport: "unix", path: this.#socket });
  }

  /** The command line that runs a program so that its calls are seen; one program at a time. */
  around(program: readonly string[]): string[] {
    return [callsProgram(), this.#socket, this.dataFile ?? "-", ...this.#folders, "--", ...program];
  }

  /** Comes back when a program that was started is watched. */
  async attached(): Promise<void> {
    let timer;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error("the program's calls are not seen: it did not start")), START_MS_MAX);
    });
    try {
      this.#connection = await Promise.race([this.#listener.accept(), late]);
    } finally {
      clearTimeout(timer);
    }
    this.#reading = this.#read(this.#connection);
  }

  /** From the moment that this comes back the rule holds, for one call. */
  async fail({ call, glob, nth, harm }: Rule): Promise<void> {
    await this.#ask(`fail ${nth} ${call} ${harm} ${glob}`);
  }

  /** Takes the rule back. */
  async clear(): Promise<void> {
    await this.#ask("clear");
  }

  /** Waits for all calls that were made before now. @returns how many there are */
  async toldUpTo(): Promise<number> {
    await this.clear();
    return this.calls.length;
  }

  /** Comes back when the program has ended and all of its calls are reported. */
  async detached(): Promise<void> {
    await this.#reading;
    this.#connection = null;
  }

  async #ask(line: string): Promise<void> {
    if (this.#connection === null) throw new Error("no program is watched");
    const answer = new Promise<void>((resolve) => this.#answers.push(resolve));
    try {
      await this.#connection.write(new TextEncoder().encode(`${line}\n`));
    } catch (error) {
      // The program has ended: there is nothing to fail, and its last calls are still to be read.
      if (!(error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.BadResource)) throw error;
      await this.#reading;
      this.#answers.splice(0).forEach((done) => done());
    }
    await answer;
  }

  async #read(connection: Deno.Conn): Promise<void> {
    let rest = "";
    try {
      for await (const text of connection.readable.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) this.#take(line);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
    }
    this.#answers.splice(0).forEach((done) => done());
  }

  #take(line: string): void {
    if (line === "done") return this.#answers.shift()?.();
    const [, number, name, harm, path, path2, offset, length, dataAt, flags] = line.split("\t");
    this.calls.push({
      number: Number(number),
      name: name!,
      harm: harm!,
      path: path!,
      path2: path2!,
      offset: Number(offset),
      length: Number(length),
      dataAt: Number(dataAt),
      flags: Number(flags),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#reading;
  }
}

/** @throws where it was not made */
export function callsProgram(): string {
  const path = Deno.env.get("PEWATCH_CALLS");
  if (path === undefined || path === "") {
    throw new Error("PEWATCH_CALLS does not name the program: run build/test faults");
  }
  return path;
}
