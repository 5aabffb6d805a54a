/** Where `pewatch process` has its frames in progress, and the copies that it works on without --move. */
import { join } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { FolderLock } from "../../daemon/settings/folder_lock.ts";
import { copyWhole } from "../../files/copy/copy_spans.ts";
import { isMissing } from "../../files/errors.ts";
import { makeFolder } from "../../files/listing.ts";
import { makeOwnFolder } from "../../files/plain_file.ts";
import { COPIES_NAME } from "../../files/service_names.ts";
import { rawFolder } from "../../files/listing.ts";
import type { Candidate } from "../../frames/prepare/sort_names.ts";
import { isMarkName } from "../../frames/claim/series_marks.ts";

/** Frames that are copied at once: the disk holds no more of them twice. */
export const COPIES_MAX = 64;

/** The settings of one pass over `raw`: nobody writes there any more, so nothing is waited for. */
export function passSettings(
  settings: Settings,
  folders: { readonly raw: string; readonly work: string; readonly output: string },
): Settings {
  const { raw, work, output } = folders;
  return {
    ...settings,
    // A daemon's reference darks are those of today, and DIR may be years old.
    daemon: { ...settings.daemon, state_dir: join(work, "state") },
    folders: {
      raw,
      temp: join(work, "temp"),
      proc: join(work, "proc"),
      output_root: output,
      output_dir: "",
      allowed: [],
    },
    // Nobody confirms what is processed once.
    deliver: { ...settings.deliver, confirm: [] },
    frames: { ...settings.frames, settle_s: 0, sidecar_wait_s: 0 },
  };
}

/** Removes the work folder where nothing is left in it; returns how many frames are. */
export function removeWorkFolder(work: string): number {
  const left = framesUnderWay(work);
  // No frames, but the next run needs them for the masters of their series.
  const marks = partsOf(work).flatMap(entriesOf).filter((entry) => isMarkName(entry.name)).length;
  if (left + marks === 0) removeTree(work);
  return left;
}

/** How many frames a run left in its work folder. */
export function framesUnderWay(work: string): number {
  return partsOf(work).flatMap(entriesOf).filter((entry) => entry.isDirectory).length;
}

function partsOf(work: string): string[] {
  return [join(work, "temp"), join(work, "proc")];
}

/** Only a folder that was never made counts as empty: one that cannot be read may hold frames, so the error stands. */
function entriesOf(path: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(path)];
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Holds the folder of the copies; those of a run that was cut off are removed, since their frames are where they were. */
export class CopiesFolder implements Disposable {
  readonly work: string;
  readonly raw: string;
  readonly #lock: FolderLock;

  /** @throws {FolderInUseError} */
  constructor(output: string) {
    this.work = makeOwnFolder(output, COPIES_NAME);
    this.raw = join(this.work, "raw");
    this.#lock = FolderLock.take([this.work]);
    for (const part of ["raw", "temp", "proc"]) removeTree(join(this.work, part));
  }

  /** Copies the files of a frame, every byte read back and compared, with their times. */
  copy(candidate: Candidate): void {
    const folder = rawFolder(this.raw, candidate.folder);
    makeFolder(folder);
    const sidecar = candidate.sidecar === null ? [] : [candidate.sidecar];
    for (const name of [...candidate.others, ...sidecar, candidate.image]) {
      copyFile(join(candidate.path, name), join(folder, name));
    }
  }

  [Symbol.dispose](): void {
    this.#lock.release();
    removeTree(this.work);
  }
}

function copyFile(from: string, to: string): void {
  const { mtime, atime } = copyWhole(from, to, { verify: "compare", fsync: false }); // the source stays
  // The time at which a frame was written goes into its NeXus file.
  if (mtime !== null) Deno.utimeSync(to, atime ?? mtime, mtime);
}

function removeTree(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
