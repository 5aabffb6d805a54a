/**
 * Ends the program in a test at any one of its steps on the disk: from that step on every call that changes something
 * fails, so that no clean-up code runs on the disk either. What lies there then is what a power switch would leave.
 */
import assert from "node:assert/strict";
import { nameChanges } from "../../ffi/system/files.ts";

/** Calls of Deno that change what is on the disk. Writes are cut in half, as a kill may. */
const STEPS = [
  "renameSync",
  "removeSync",
  "linkSync",
  "mkdirSync",
  "openSync",
  "truncateSync",
  "chmodSync",
  "utimeSync",
] as const;

class Crash extends Error {}

type Call = (...args: unknown[]) => unknown;

export class CrashAt implements Disposable {
  readonly #undo: (() => void)[] = [];
  readonly #at: number;
  readonly #calls = new Set<Promise<unknown>>();
  #count = 0;

  /** @param at the number of the step that does not happen any more, from 1; Infinity counts only */
  constructor(at: number) {
    this.#at = at;
    const calls = Deno as unknown as Record<string, Call>;
    for (const name of STEPS) this.#wrap(calls, name);
    const files = Deno.FsFile.prototype as unknown as Record<string, Call>;
    for (const name of ["writeSync", "write", "sync", "truncateSync"]) this.#wrap(files, name);
    this.#wrap(nameChanges as unknown as Record<string, Call>, "rename");
  }

  /** How many steps there were so far. */
  get steps(): number {
    return this.#count;
  }

  get happened(): boolean {
    return this.#count >= this.#at;
  }

  #wrap(owner: Record<string, Call>, name: string): void {
    const original = owner[name]!;
    const step = (args: unknown[]) => this.#step(name, args);
    const inFlight = (call: Promise<unknown>) => this.#inFlight(call);
    owner[name] = function (this: unknown, ...args: unknown[]): unknown {
      const cut = step(args);
      if (cut === "before") throw new Crash(`the program ended before ${name}`);
      if (cut === "within") {
        const bytes = args[0] as Uint8Array;
        const half = original.call(this, bytes.subarray(0, bytes.length >> 1));
        if (!(half instanceof Promise)) throw new Crash("the program ended within a write");
        return inFlight(half.then(() => Promise.reject(new Crash("the program ended within a write"))));
      }
      const result = original.apply(this, args);
      return result instanceof Promise ? inFlight(result) : result;
    };
    this.#undo.push(() => owner[name] = original);
  }

  /** A program that has ended changes nothing later: to be awaited before anything is looked at or done again. */
  async settled(): Promise<void> {
    while (this.#calls.size > 0) {
      await Promise.allSettled(this.#calls);
      // What waited for them makes its next call, or fails at it.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }

  #inFlight(call: Promise<unknown>): Promise<unknown> {
    this.#calls.add(call);
    const over = () => void this.#calls.delete(call);
    call.then(over, over);
    return call;
  }

  #step(name: string, args: unknown[]): "go on" | "before" | "within" {
    if (name === "openSync" && (args[1] as Deno.OpenOptions | undefined)?.write !== true) return "go on";
    this.#count++;
    if (this.#count < this.#at) return "go on";
    return this.#count === this.#at && /^write/.test(name) ? "within" : "before";
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo.splice(0)) undo();
  }
}

/**
 * Does the work, and ends the program at its step `at`; from then on the disk takes changes again.
 * @returns whether it came to that, and how many steps there were
 */
export async function endAt(
  at: number,
  work: () => Promise<void>,
): Promise<{ readonly happened: boolean; readonly steps: number }> {
  using crash = new CrashAt(at);
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
  await crash.settled();
  return { happened: crash.happened, steps: crash.steps };
}

export interface Stops<Place extends Disposable> {
  prepare(): Place | Promise<Place>;
  /** What is ended. */
  work(place: Place): Promise<void>;
  /** Looks at what it does where nothing ends it. */
  whole?(place: Place): void;
  /** Looks at what lies there after an end, goes on, and looks again; `when` says where the end was. */
  ended(place: Place, when: string): Promise<void>;
}

/**
 * Does the work as a whole, then again from the beginning for each of its steps, and ends the program there.
 * @returns how many steps there were
 */
export async function endAtEachStep<Place extends Disposable>(stops: Stops<Place>): Promise<number> {
  let steps = 0;
  {
    using place = await stops.prepare();
    using count = new CrashAt(Infinity);
    await stops.work(place);
    steps = count.steps;
    stops.whole?.(place);
  }
  for (let at = 1; at <= steps; at++) {
    using place = await stops.prepare();
    const when = `after a stop at step ${at} of ${steps}`;
    const { happened } = await endAt(at, () => stops.work(place));
    assert.ok(happened, when);
    await stops.ended(place, when);
  }
  return steps;
}
