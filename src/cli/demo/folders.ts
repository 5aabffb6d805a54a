/** Where the demo works: frames on a RAM disk where there is one, what it makes on the disk. */
import { join } from "node:path";
import { defaultSettings, type Settings } from "../../config/settings.ts";

/** A part of the memory that Linux gives as a folder. */
const SHARED_MEMORY = "/dev/shm";
const PREFIX = "pewatch-demo-";

export interface DemoFolders extends Disposable {
  readonly settings: Settings;
  /** What stays: the output and the log. */
  readonly base: string;
}

/**
 * Makes the folders. Without `dir` they are temporary: those of frames in progress are removed at the end where they
 * are empty of frames, what was made stays.
 */
export function makeDemoFolders(dir: string | undefined): DemoFolders {
  const base = dir ?? Deno.makeTempDirSync({ prefix: PREFIX });
  const ramDisk = dir === undefined ? makeOnRamDisk() : null;
  const defaults = defaultSettings(base);
  const settings = { ...defaults, http: { ...defaults.http, port: 0 } };
  if (ramDisk === null) return { settings, base, [Symbol.dispose]: () => {} };
  const folders = {
    ...settings.folders,
    raw: join(ramDisk, "raw"),
    temp: join(ramDisk, "temp"),
    proc: join(ramDisk, "proc"),
  };
  return {
    settings: { ...settings, folders },
    base,
    [Symbol.dispose]: () => Deno.removeSync(ramDisk, { recursive: true }),
  };
}

function makeOnRamDisk(): string | null {
  if (Deno.build.os !== "linux") return null;
  try {
    return Deno.makeTempDirSync({ dir: SHARED_MEMORY, prefix: PREFIX });
  } catch {
    return null; // not there, or not for this user
  }
}
