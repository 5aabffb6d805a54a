/** What `pewatch process` says at its end: what came of the frames, or in a dry run what would be done. */
import { join } from "node:path";
import { QUARANTINE_FOLDER } from "../../config/names/reserved_names.ts";
import type { Settings } from "../../config/settings.ts";
import { unclaimedLines } from "../../frames/prepare/unclaimed.ts";
import { readableBytes } from "../../log/counted.ts";
import { printable } from "../../log/terminal_text.ts";
import { EXIT } from "../console/arguments.ts";
import { darks, frames } from "../console/counts_text.ts";
import { contentOf, type FolderContent, planFrames, type PlannedFrame } from "./plan.ts";
import { passSettings } from "./work_folder.ts";

/** What came of it, over all passes. */
export interface Outcome {
  found: number;
  delivered: number;
  /** Those of the delivered that the output had already, byte for byte. */
  alreadyThere: number;
  quarantined: number;
  /** Those of the delivered that are darks. */
  darksArchived: number;
  darksRemoved: number;
  bytesDelivered: number;
  /** Frames that are still in the folder or in progress. */
  left: number;
  /** Why frames were left, each said once. */
  readonly problems: Set<string>;
  aborted: boolean;
}

export function newOutcome(found: number): Outcome {
  return {
    found,
    delivered: 0,
    alreadyThere: 0,
    quarantined: 0,
    darksArchived: 0,
    darksRemoved: 0,
    bytesDelivered: 0,
    left: found,
    problems: new Set(),
    aborted: false,
  };
}

/** @returns the exit code */
export function reportOutcome(
  outcome: Outcome,
  how: { folder: string; output: string; move: boolean; time_s: number; json: boolean },
): number {
  const { folder, output, move } = how;
  const { delivered, alreadyThere, quarantined, darksArchived, darksRemoved, bytesDelivered, left, aborted } = outcome;
  const problems = [...outcome.problems];
  const { unclaimed } = contentOf(folder);
  // Frames may be in these.
  const unseen = unclaimed.has("folder") || unclaimed.has("unreadable_name");
  const good = !unseen && quarantined === 0 && left === 0 && problems.length === 0 && !aborted;
  const rate_mb_per_s = bytesDelivered / 1e6 / Math.max(how.time_s, 1e-3);
  if (how.json) {
    const { found } = outcome;
    const counts = { found, delivered, alreadyThere, quarantined, darksRemoved, left, bytesDelivered };
    const notTaken = namesByKind({ unclaimed });
    console.log(
      JSON.stringify(
        { output, moved: move, ...counts, time_s: how.time_s, rate_mb_per_s, aborted, problems, notTaken },
        null,
        2,
      ),
    );
    return good ? EXIT.done : EXIT.failed;
  }
  for (const problem of problems) console.error(`pewatch process: ${problem}`);
  const speed = `${how.time_s.toFixed(1)} s, ${rate_mb_per_s.toFixed(rate_mb_per_s < 10 ? 1 : 0)} MB/s`;
  const written = delivered - alreadyThere;
  if (alreadyThere > 0) {
    const those = written === 0 ? "already" : `${alreadyThere} of them already`;
    console.log(`${frames(delivered)} found in ${folder}, ${those} in ${output}`);
  }
  if (written > 0 || alreadyThere === 0) {
    const what = darksArchived === 0 || alreadyThere > 0
      ? frames(written)
      : `${frames(written - darksArchived)} and ${darks(darksArchived)}`;
    console.log(`${what} (${readableBytes(bytesDelivered)}) delivered to ${output} in ${speed}`);
  }
  if (darksRemoved > 0) console.log(move ? `${darks(darksRemoved)} removed` : `${darks(darksRemoved)} not delivered`);
  if (quarantined > 0) console.log(`${frames(quarantined)} in quarantine: ${join(output, QUARANTINE_FOLDER)}`);
  if (left > 0) console.log(`${frames(left)} left${aborted ? ": stopped before the end" : ""}`);
  for (const line of unclaimedLines(unclaimed)) console.log(printable(`Not taken: ${line}`));
  console.log(
    move
      ? `Delivered frames were moved out of ${folder}`
      : `${folder} is unchanged; with --move delivered frames leave it`,
  );
  return good ? EXIT.done : EXIT.failed;
}

function namesByKind({ unclaimed }: Pick<FolderContent, "unclaimed">): Record<string, readonly string[]> {
  const kinds = [...unclaimed].filter(([, list]) => list.length > 0);
  return Object.fromEntries(kinds.map(([kind, list]) => [kind, list.map(({ name }) => name)]));
}

/** Of a dry run. */
export function reportPlan(
  content: FolderContent,
  { folder, output, settings, json }: { folder: string; output: string; settings: Settings; json: boolean },
): number {
  const plan: PlannedFrame[] = planFrames(
    content.frames,
    passSettings(settings, { raw: folder, work: folder, output }),
  );
  if (json) {
    console.log(JSON.stringify({ folder, output, frames: plan, notTaken: namesByKind(content) }, null, 2));
    return EXIT.done;
  }
  for (const { frame, what, notes } of plan) {
    const note = notes.length > 0 ? `  (${notes.join("; ")})` : "";
    console.log(`${what.padEnd(12)}  ${printable(frame)}${printable(note)}`);
  }
  const bytes = plan.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const line of unclaimedLines(content.unclaimed)) console.log(printable(`Not taken: ${line}`));
  console.log(`${frames(plan.length)} (${readableBytes(bytes)}) in ${folder}; nothing was done`);
  return EXIT.done;
}
