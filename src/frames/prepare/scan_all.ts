/** The raw folder and draining ones before it, as far as they can be read. */
import { join } from "node:path";
import { isMissing, messageOf, reasonOf } from "../../files/errors.ts";
import { statOf } from "../../files/listing.ts";

import { drainingKey, drainingOf, drainingUnreadable } from "../claim/draining_folders.ts";
import { joined, type Scan, scanRaw } from "./scan.ts";
import type { Candidate } from "./sort_names.ts";
import type { FrameFolders, StageOptions } from "../stage.ts";

export interface ScanOfAll extends Scan {
  /** The raw folders that could be read. */
  readonly read: ReadonlySet<string>;
}

/** The raw folder, and before it draining ones, each reported where it cannot be read. */
export function scanAll({ folders, reporter }: StageOptions): ScanOfAll {
  const scans: Scan[] = [];
  const read = new Set<string>();
  for (const left of drainingOf(folders, "raw")) {
    const key = drainingKey(left.path);
    try {
      const scan = scanRaw(left.path);
      scans.push({ ...scan, candidates: writtenInTime(scan.candidates, left.until_ms) });
      read.add(left.path);
      reporter.condition({ key, message: null });
    } catch (error) {
      // Whoever takes an old raw folder away when its time is over has looked into it.
      const over = isMissing(error) && isOver(left.until_ms);
      if (over) read.add(left.path);
      reporter.condition({ key, message: over ? null : drainingUnreadable("raw", left.path, reasonOf(error)) });
    }
  }
  try {
    scans.push(scanRaw(folders.raw));
    read.add(folders.raw);
    reporter.condition({ key: "raw", message: null });
  } catch (error) {
    reporter.condition({ key: "raw", message: `the raw folder cannot be read: ${messageOf(error)}` });
  }
  return { ...(scans.length === 1 ? scans[0]! : joined(scans)), read };
}

function isOver(until_ms: number | null): boolean {
  return until_ms !== null && Date.now() > until_ms;
}

/** Without those that were written to a folder long after it was left. */
function writtenInTime(candidates: readonly Candidate[], until_ms: number | null): readonly Candidate[] {
  if (!isOver(until_ms)) return candidates;
  return candidates.filter(({ path, image }) => {
    try {
      return (statOf(join(path, image))?.modified_ms ?? Infinity) <= until_ms!;
    } catch {
      return true; // its own turn says what is wrong with it
    }
  });
}

/** How many frames of each raw folder that was left are still to be taken; as long as QXRD may write there, nothing. */
export function drainingInRaw(
  { candidates, read }: ScanOfAll,
  { folders, waits }: { folders: FrameFolders; waits: (candidate: Candidate) => boolean },
): { id: number; frames: number }[] {
  return drainingOf(folders, "raw")
    .filter(({ closed, until_ms, path }) => closed && isOver(until_ms) && read.has(path))
    .map(({ id, path }) => ({
      id,
      frames: candidates.filter((candidate) => candidate.raw === path && waits(candidate)).length,
    }));
}
