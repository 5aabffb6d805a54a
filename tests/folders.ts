/** What lies in folders, as tests look at it. */
import { createHash } from "node:crypto";
import { join } from "node:path";

/** Every file below a folder, forward slashes, sorted; an entry that goes while it is looked at is left out. */
export function filesBelow(folder: string, below = ""): string[] {
  const names: string[] = [];
  for (const { name, isDirectory } of entriesOf(folder)) {
    const path = below === "" ? name : `${below}/${name}`;
    if (isDirectory) names.push(...filesBelow(join(folder, name), path));
    else names.push(path);
  }
  return names.sort();
}

export function foldersIn(folder: string): string[] {
  return entriesOf(folder).filter((entry) => entry.isDirectory).map((entry) => entry.name).sort();
}

export function namesIn(folder: string): string[] {
  return entriesOf(folder).map(({ name }) => name).sort();
}

function entriesOf(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

export function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
