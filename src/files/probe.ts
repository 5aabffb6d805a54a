/** Probes: files that are made and removed to see whether a folder can be used. */
import { join } from "node:path";
import { removeFile, writeAll } from "./durable.ts";
import { listFolder } from "./listing.ts";
import { PROBE_PREFIX } from "./service_names.ts";

const PROBE_NAME = new RegExp(`^${PROBE_PREFIX.replaceAll(".", "\\.")}[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`);

/** The name of a file or folder that is made and removed to see whether a folder can be used; nobody else has it. */
export function probeName(): string {
  return `${PROBE_PREFIX}${crypto.randomUUID()}`;
}

export function isProbeName(name: string): boolean {
  return PROBE_NAME.test(name);
}

/** Removes what a run that was killed has left in a folder; what cannot be removed stays, hidden. */
export function removeProbes(folder: string): void {
  try {
    for (const name of listFolder(folder).files) if (isProbeName(name)) removeFile(join(folder, name));
  } catch {
    // the folder's own faults are reported by whoever needs it
  }
}

/**
 * Writes a file into the folder and removes it.
 * @throws the system's error
 */
export function writeProbe(folder: string, content: string): void {
  const path = join(folder, probeName());
  const file = Deno.openSync(path, { write: true, createNew: true });
  try {
    writeAll(file, new TextEncoder().encode(content));
  } finally {
    file.close();
    removeFile(path);
  }
}
