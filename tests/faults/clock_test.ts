/** The wall clock is set back an hour, and forward again, while frames come. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { SOURCES } from "./daemon_child.ts";
import { FaultRun } from "./fault_run.ts";
import type { LedgerFrame } from "./frame_writer.ts";
import { callsProgram } from "./watched_calls.ts";

const HOUR_S = 3600;
const SETTLE_S_MAX = 60;
/** So many frames are delivered with each setting of the clock. */
const FRAMES_EACH = 10;

Deno.test({
  name: "a clock that is set back an hour, and forward by two, holds no frame up and loses none",
  // The library that sets the clock is made beside the program that fails calls.
  ignore: Deno.env.get("PEWATCH_CALLS") === undefined,
  async fn() {
    await using run = new FaultRun();
    const clock = new WallClock(join(run.base, "clock"));
    await run.start(clock.around(SOURCES));
    const detector = run.flow({
      // With the clock the times of files change that are written from then on.
      onFrame: (frame) => clock.setTimes(filesOf(frame, run.folders.raw)),
    });
    for (const offset_s of [0, -HOUR_S, HOUR_S]) {
      clock.set(offset_s);
      const from = run.watch.images.size;
      const isDelivered = () => run.watch.images.size >= from + FRAMES_EACH;
      assert.ok(
        await run.waitFor(isDelivered, SETTLE_S_MAX),
        `no frames are delivered with the clock off by ${offset_s} s`,
      );
    }
    await detector.stop();
    assert.ok(await run.settled(SETTLE_S_MAX), "frames are still in progress");
    assert.deepEqual(await run.judged(), []);
    assert.ok(clock.wasRead(run.logText()), "the daemon never saw the other time");
  },
});

/** The wall clock of a daemon, through a library that is preloaded. */
class WallClock {
  readonly #file: string;
  #offset_s = 0;

  constructor(file: string) {
    this.#file = file;
    Deno.writeFileSync(file, new Uint8Array(8));
  }

  around(program: readonly string[]): string[] {
    const library = join(dirname(callsProgram()), "clock.so");
    return ["env", `LD_PRELOAD=${library}`, `PEWATCH_CLOCK=${this.#file}`, ...program];
  }

  /** In place: the program has the file mapped. */
  set(offset_s: number): void {
    this.#offset_s = offset_s;
    using file = Deno.openSync(this.#file, { write: true });
    file.writeSync(new Uint8Array(BigInt64Array.of(BigInt(offset_s)).buffer));
  }

  setTimes(paths: readonly string[]): void {
    if (this.#offset_s === 0) return;
    const time = new Date(Date.now() + this.#offset_s * 1000);
    for (const path of paths) {
      try {
        Deno.utimeSync(path, time, time);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error; // it is taken already
      }
    }
  }

  /** Whether lines of the log are half an hour older than the line before. */
  wasRead(log: string): boolean {
    const times_ms = log.split("\n").map((line) => Date.parse(line.split(" ")[0]!)).filter((time_ms) =>
      !isNaN(time_ms)
    );
    return times_ms.some((time_ms, index) => index > 0 && times_ms[index - 1]! - time_ms > HOUR_S * 500);
  }
}

function filesOf({ folder, image, overflow }: LedgerFrame, raw: string): string[] {
  const path = join(raw, ...folder.split("/"), image);
  return [path, `${path}.metadata`, ...overflow === null ? [] : [`${path}.overflow`]];
}
