/**
 * Volumes that fill up, freeze and go away under a daemon at work. It runs in mount and process namespaces of its own
 * (mounted_faults_test.ts), so that nothing of it is left, however it ends:
 * `unshare --mount --pid --fork --kill-child --mount-proc deno run -A tests/faults/mounted_faults.ts NAME`.
 */
import { join } from "node:path";
import { FaultRun } from "./fault_run.ts";
import { pause } from "./frame_writer.ts";
import { filesBelow } from "../folders.ts";

/** Frames are delivered again so soon after a fault has passed. */
const SETTLE_S_MAX = 90;
/** Within this time the daemon says what is wrong. */
const SAID_S_MAX = 30;

export const MOUNTED_FAULTS: Readonly<Record<string, { sentence: string; run(): Promise<string[]> }>> = {
  "output full": {
    sentence: "an output that is full and freed again gets every frame once, whole",
    run: outputFull,
  },
  "output frozen": {
    sentence: "an output that freezes for a moment, and then for longer than a firing may take, gets every frame once",
    run: outputFrozen,
  },
  "raw unmounted": {
    sentence: "a raw folder whose volume is unmounted for a while loses no frame",
    run: rawUnmounted,
  },
  "raw moved": { sentence: "a raw folder that is not there for a while loses no frame", run: rawMoved },
};

async function outputFull(): Promise<string[]> {
  await using run = new FaultRun();
  const { output } = run.folders;
  await using _volume = await Mounted.at(output, "-t", "tmpfs", "-o", `size=${VOLUME_MIB}m`, "pewatch-faults");
  const ballast = join(output, ".ballast");
  fill(ballast, VOLUME_MIB - ROOM_MIB);
  await run.start();
  const detector = run.flow({ holds: () => run.ledger.length - run.watch.images.size > WAITING_MAX });
  const problems: string[] = [];
  for (const _round of [1, 2]) {
    const begin_ms = Date.now();
    const isFull = () => run.said({ begin_ms, end_ms: Date.now() }).some((line) => /is full|No space left/.test(line));
    if (!await run.waitFor(isFull, SAID_S_MAX)) problems.push("nothing was said of the output that is full");
    await pause(1000); // frames come meanwhile
    Deno.truncateSync(ballast, Deno.statSync(ballast).size - 2 * ROOM_MIB * MIB);
    const before = run.watch.images.size;
    if (!await run.waitFor(() => run.watch.images.size > before + 5, SETTLE_S_MAX)) problems.push("it does not go on");
  }
  Deno.removeSync(ballast);
  await detector.stop();
  return [...problems, ...await verdict(run)];
}

const MIB = 2 ** 20;
/** Room for all frames, and at first for some forty. */
const VOLUME_MIB = 200, ROOM_MIB = 4;
/** On a busy machine no more pile up than are delivered soon. */
const WAITING_MAX = 100;

function fill(path: string, mib: number): void {
  using file = Deno.openSync(path, { write: true, createNew: true });
  for (let count = 0; count < mib; count++) file.writeSync(new Uint8Array(MIB));
}

async function outputFrozen(): Promise<string[]> {
  const limit_s = 3;
  await using run = new FaultRun({ more: `[plugins]\ntime_limit_s = ${limit_s}`, outputThrough: "share" });
  const share = join(run.base, "share");
  // The harness looks at the folder behind the share, so that it does not freeze with it.
  await using server = new Deno.Command("bindfs", { args: ["-f", run.folders.output, share], stdin: "null" }).spawn();
  while (!(await new Deno.Command("mountpoint", { args: ["-q", share] }).output()).success) await pause(20);
  await run.start();
  const detector = run.flow();
  const problems: string[] = [];
  try {
    for (const freeze_s of [1, 2.5 * limit_s]) {
      const before = run.watch.images.size;
      if (!await run.waitFor(() => run.watch.images.size > before + 5, SETTLE_S_MAX)) problems.push("no frame comes");
      server.kill("SIGSTOP");
      const inRaw = framesIn(run.folders.raw);
      await pause(freeze_s * 1000);
      const left = () => framesIn(run.folders.raw).filter((name) => inRaw.includes(name));
      if (freeze_s > limit_s && !await run.waitFor(() => left().length === 0, CLAIM_S_MAX)) {
        problems.push(`a frame was not taken while it was frozen: ${left()[0]}`);
      }
      const { ended } = run.daemon;
      server.kill("SIGCONT");
      if (ended !== null) problems.push(`the daemon ended with code ${ended.code} while the output was frozen`);
    }
    await detector.stop();
    problems.push(...await verdict(run));
  } finally {
    server.kill("SIGCONT");
    await new Deno.Command("umount", { args: ["--lazy", share] }).output();
  }
  return problems;
}

/** Far longer than a frame waits in raw, late sidecars and a busy machine included. */
const CLAIM_S_MAX = 60;

/** Those whose names do not come again. */
function framesIn(raw: string): string[] {
  return filesBelow(raw).filter((name) => /P-\d+\.tif$/.test(name));
}

async function rawUnmounted(): Promise<string[]> {
  await using run = new FaultRun();
  const disk = join(run.base, "disk");
  Deno.mkdirSync(disk);
  await using _volume = await Mounted.at(disk, "-t", "tmpfs", "pewatch-faults");
  await using raw = await Mounted.at(run.folders.raw, "--bind", disk);
  return await rawAway(run, { leave: () => raw.unmount(), comeBack: () => raw.mount() });
}

async function rawMoved(): Promise<string[]> {
  await using run = new FaultRun();
  const { raw } = run.folders;
  const moved = join(run.base, "moved");
  return await rawAway(run, {
    leave: () => Deno.rename(raw, moved),
    comeBack: () => Deno.rename(moved, raw),
  });
}

async function rawAway(
  run: FaultRun,
  { leave, comeBack }: { leave(): Promise<void>; comeBack(): Promise<void> },
): Promise<string[]> {
  await run.start();
  let away = false;
  const detector = run.flow({ holds: () => away });
  const problems: string[] = [];
  for (const _round of [1, 2]) {
    const before = run.watch.images.size;
    if (!await run.waitFor(() => run.watch.images.size > before + 5, SETTLE_S_MAX)) problems.push("no frame comes");
    away = true;
    await pause(200); // a frame in progress is written to its end
    await leave();
    await pause(2000);
    if (run.daemon.ended !== null) problems.push("the daemon has ended while the raw folder was away");
    await comeBack();
    away = false;
  }
  await detector.stop();
  return [...problems, ...await verdict(run)];
}

/** A volume at a path, as long as this is in use. */
class Mounted implements AsyncDisposable {
  readonly #path: string;
  readonly #how: readonly string[];

  private constructor(path: string, how: readonly string[]) {
    this.#path = path;
    this.#how = how;
  }

  static async at(path: string, ...how: string[]): Promise<Mounted> {
    const mounted = new Mounted(path, how);
    await mounted.mount();
    return mounted;
  }

  mount(): Promise<void> {
    return said("mount", ...this.#how, this.#path);
  }

  /** Also where a program has files open in it. */
  unmount(): Promise<void> {
    return said("umount", "--lazy", this.#path);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unmount();
  }
}

/** Waits for what is in progress, and judges it all. */
async function verdict(run: FaultRun): Promise<string[]> {
  const settled = await run.settled(SETTLE_S_MAX);
  console.log(`${run.ledger.length} frames were written, ${run.watch.images.size} delivered`);
  return [...settled ? [] : [`after ${SETTLE_S_MAX} s frames are still in progress`], ...await run.judged()];
}

async function said(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args, stdout: "null", stderr: "piped" }).output();
  if (!success) throw new Error(`${program}: ${new TextDecoder().decode(stderr).trim()}`);
}

if (import.meta.main) {
  const fault = MOUNTED_FAULTS[Deno.args[0] ?? ""];
  if (fault === undefined) {
    console.error(`There is: ${Object.keys(MOUNTED_FAULTS).join(", ")}`);
    Deno.exit(2);
  }
  const problems = await fault.run();
  for (const problem of problems) console.log(problem);
  Deno.exit(problems.length === 0 ? 0 : 1);
}
