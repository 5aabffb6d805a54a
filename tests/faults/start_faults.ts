/** Fails every call that changes files while the daemon starts and stops; whatever comes of it, the next start works. */
import { faultsFor, type Root, ruleFor, type SharedSite, sitesOf, textOf, unionOf } from "./call_plan.ts";
import { SOURCES } from "./daemon_child.ts";
import { FaultRun } from "./fault_run.ts";
import { FrameWriter } from "./frame_writer.ts";
import { Random } from "./random.ts";
import { type Rule, WatchedCalls } from "./watched_calls.ts";

export interface StartReport {
  readonly faults: number;
  readonly problems: readonly string[];
}

const SETTLE_S_MAX = 60;
/** What a program that gives up in a proper way ends with: it failed, or what it was given is wrong. */
const GIVEN_UP: readonly number[] = [1, 2];

/** @param only which of the faults are tried */
export async function startFaults(only: (index: number) => boolean): Promise<StartReport> {
  await using run = new FaultRun();
  await using watched = new WatchedCalls(run.base, { folders: [run.base], keepData: false });
  const roots: readonly Root[] = [[`${run.base}/`, ""]];
  const writer = new FrameWriter(run.folders.raw, { side: 16, random: new Random(2) }); // any number
  const problems: string[] = [];
  run.watch.start();
  const faults = faultsFor(await sitesOfStart(run, { watched, roots }), "each").filter((_fault, index) => only(index));
  console.log(`start and stop: ${faults.length} faults`);
  for (const [index, fault] of faults.entries()) {
    run.ledger.push(await writer.write({ number: index + 1, folder: "", image: "P.tif" }));
    const rule = ruleFor(fault, roots);
    let isDelivered = await startAndDeliver(run, { watched, rule });
    if (run.daemon.ended !== null) {
      const { code, signal } = run.daemon.ended;
      if (signal !== null || !GIVEN_UP.includes(code)) {
        problems.push(`${textOf(fault)}: the start ended with code ${code}`);
      }
      await run.end("SIGKILL");
      await watched.detached();
      isDelivered = await startAndDeliver(run, { watched });
    }
    if (!isDelivered) problems.push(`${textOf(fault)}: no frame is delivered, also not after another start`);
    const { code } = await run.end();
    await watched.detached();
    if (code !== 0 && !GIVEN_UP.includes(code)) problems.push(`${textOf(fault)}: the stop ended with code ${code}`);
  }
  // What a stop could not remove, the next start and stop do.
  if (!await startAndDeliver(run, { watched })) {
    problems.push("it does not start at last");
  }
  await run.end();
  await watched.detached();
  return { faults: faults.length, problems: [...problems, ...await run.judged()] };
}

/** The calls of a start and a stop between which nothing happens. */
async function sitesOfStart(
  run: FaultRun,
  { watched, roots }: { watched: WatchedCalls; roots: readonly Root[] },
): Promise<SharedSite[]> {
  const started = run.start(watched.around(SOURCES));
  await watched.attached();
  await started;
  if (!await run.waitFor(() => / running; /.test(run.logText()), SETTLE_S_MAX)) throw new Error("it does not start");
  await run.end();
  await watched.detached();
  return unionOf([sitesOf(watched.calls, roots)]);
}

async function startAndDeliver(
  run: FaultRun,
  { watched, rule }: { watched: WatchedCalls; rule?: Rule },
): Promise<boolean> {
  const started = run.start(watched.around(SOURCES));
  await watched.attached();
  if (rule !== undefined) await watched.fail(rule); // far before the program, which takes a while to load, changes anything
  await started;
  return await run.settled(SETTLE_S_MAX);
}
