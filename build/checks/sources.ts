/** What the checks read, and how they end. A file of its own: shared by all of them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname!, "..", "..");

/** Of a path relative to the root. */
export function textOf(path: string): string {
  return Deno.readTextFileSync(join(ROOT, path));
}

/** The TypeScript files below these folders, relative to the root. */
export function sourcesBelow(folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { encoding: "utf8", recursive: true })
      .filter((name) => name.endsWith(".ts")).map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
  );
}

/** Ends with 1 where there is any. */
export function report(faults: readonly string[]): void {
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) Deno.exit(1);
}
