/** What `pewatch process` would do with a folder: read only, for --dry-run. */
import { join } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { messageOf } from "../../files/errors.ts";
import { assess, type DarkFate, fateOfDark } from "../../frames/prepare/assess.ts";
import { frameOf } from "../../frames/claim/record.ts";
import type { UnclaimedKind } from "../../frames/events.ts";
import { scanRaw } from "../../frames/prepare/scan.ts";
import { type Candidate, compare, type Unclaimed } from "../../frames/prepare/sort_names.ts";
import { Watch } from "../../frames/prepare/watch.ts";

export interface PlannedFrame {
  /** Relative to the folder, forward slashes. */
  readonly frame: string;
  readonly what: "deliver" | "remove dark" | "archive dark" | "quarantine" | "leave";
  readonly bytes: number;
  /** What is said about it: a missing sidecar, why it cannot be read. */
  readonly notes: readonly string[];
}

/** What is in the folder. */
export interface FolderContent {
  /** In the order of their names. */
  readonly frames: readonly Candidate[];
  /** What is no frame, sidecars and companions without an image among it. */
  readonly unclaimed: ReadonlyMap<UnclaimedKind, readonly Unclaimed[]>;
}

export function contentOf(folder: string): FolderContent {
  const { candidates, companions, unclaimed } = scanRaw(folder);
  const names = companions.map(({ folder, name }) => ({ name: folder === "" ? name : `${folder}/${name}` }));
  return {
    frames: candidates.toSorted((a, b) => compare(frameOf(a), frameOf(b))),
    unclaimed: new Map([...unclaimed, ["companion", names]]),
  };
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
    const left = verdict.notAttached.map(({ name, reason }) => `${name} is not part of it: ${reason}`);
    return { frame, what, bytes, notes: [...verdict.notes, ...left] };
  } catch (error) {
    return { frame, what: "leave", bytes: 0, notes: [`${join(candidate.path, candidate.image)}: ${messageOf(error)}`] };
  }
}

const WHAT = { deliver: "deliver", archive: "archive dark", remove: "remove dark" } as const satisfies Record<
  DarkFate,
  PlannedFrame["what"]
>;
