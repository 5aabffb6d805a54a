/** What `pewatch process` would do with a folder: read only, for --dry-run. */
import { join } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { messageOf } from "../../files/errors.ts";
import { assess } from "../../frames/prepare/assess.ts";
import { frameOf } from "../../frames/claim/record.ts";
import { type DarkFate, fateOfDark } from "../../frames/prepare/dark_policy.ts";
import { type Candidate, scanRaw } from "../../frames/prepare/scan.ts";
import { Watch } from "../../frames/prepare/watch.ts";

export interface PlannedFrame {
  /** Relative to the folder, forward slashes. */
  readonly frame: string;
  readonly what: "deliver" | "remove dark" | "archive dark" | "quarantine" | "leave";
  readonly bytes: number;
  /** What is said about it: a missing sidecar, why it cannot be read. */
  readonly notes: readonly string[];
}

/** The frames of the folder in the order of their names. */
export function framesIn(folder: string): Candidate[] {
  return scanRaw(folder).candidates.toSorted((a, b) => compare(frameOf(a), frameOf(b)));
}

export function planFrames(candidates: readonly Candidate[], settings: Settings): PlannedFrame[] {
  const watch = new Watch();
  return candidates.map((candidate) => planFrame(candidate, { watch, settings }));
}

function planFrame(candidate: Candidate, look: { watch: Watch; settings: Settings }): PlannedFrame {
  const frame = frameOf(candidate);
  try {
    const verdict = assess(candidate, look.watch, look.settings.frames);
    if (verdict.state === "waiting") return { frame, what: "leave", bytes: 0, notes: [verdict.reason] };
    const bytes = verdict.members.reduce((sum, member) => sum + member.size, 0);
    if (verdict.quarantine !== null) return { frame, what: "quarantine", bytes, notes: [verdict.quarantine] };
    const what = WHAT[fateOfDark(verdict.dark, look.settings.dark.policy)];
    return { frame, what, bytes, notes: verdict.notes };
  } catch (error) {
    return { frame, what: "leave", bytes: 0, notes: [`${join(candidate.path, candidate.image)}: ${messageOf(error)}`] };
  }
}

const WHAT = { deliver: "deliver", archive: "archive dark", remove: "remove dark" } as const satisfies Record<
  DarkFate,
  PlannedFrame["what"]
>;

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
