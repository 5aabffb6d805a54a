/**
 * stage.ts CHECKOUT STAGE: writes STAGE's deno.json and deno.lock, cut down to what its sources import, since `deno compile`
 * embeds every package that they name; prints NAME VERSION of each package that remains.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";

interface Manifest {
  imports: Record<string, string>;
  [key: string]: unknown;
}

interface Lock {
  specifiers: Record<string, string>;
  npm: Record<string, { dependencies?: string[]; optionalDependencies?: string[]; [key: string]: unknown }>;
  workspace?: { dependencies?: string[] };
  [key: string]: unknown;
}

/** Of deno.json, what running the program takes; formatting and tests are the checkout's. */
const MANIFEST_KEYS = [
  "name",
  "version",
  "license",
  "exports",
  "lock",
  "imports",
  "compilerOptions",
  "compile",
] as const;

export function cutManifest(manifest: Manifest, sources: readonly string[]): Manifest {
  const used = new Set(sources.flatMap(importedSpecifiers));
  const imports = Object.fromEntries(
    Object.entries(manifest.imports).filter(([key, target]) =>
      // What plugins import is not seen in the sources.
      target.startsWith("./") || [...used].some((specifier) => specifier === key || specifier.startsWith(`${key}/`))
    ),
  );
  const kept = MANIFEST_KEYS.filter((key) => key in manifest).map((key) => [key, manifest[key]] as const);
  return { ...Object.fromEntries(kept), imports };
}

/** Only what the imports need, with the checksums that are there: nothing is resolved anew. */
export function cutLock(lock: Lock, manifest: Manifest): Lock {
  const specifiers: string[] = [];
  const kept = new Set<string>();
  for (const target of Object.values(manifest.imports)) {
    // The lock knows packages, not the paths in them.
    const [specifier, name] = /^npm:(@?[^@]+)@[^/]+/.exec(target) ?? [];
    if (specifier === undefined) continue;
    const version = lock.specifiers[specifier];
    if (version === undefined) throw new Error(`Cannot cut deno.lock: it lacks ${specifier}`);
    specifiers.push(specifier);
    keepPackage(`${name}@${version}`, { lock, kept });
  }
  return {
    ...lock,
    specifiers: Object.fromEntries(Object.entries(lock.specifiers).filter(([key]) => specifiers.includes(key))),
    npm: Object.fromEntries(
      Object.entries(lock.npm).filter(([id]) => kept.has(id))
        // Native code for one kind of system, or what is faster: pewatch does not need it, and it would be written to disk.
        .map(([id, { optionalDependencies: _, ...entry }]) => [id, entry]),
    ),
    workspace: { dependencies: specifiers.toSorted() },
  };
}

function keepPackage(id: string, into: { lock: Lock; kept: Set<string> }): void {
  const { lock, kept } = into;
  if (kept.has(id)) return;
  const entry = lock.npm[id];
  if (entry === undefined) throw new Error(`Cannot cut deno.lock: it lacks ${id}`);
  kept.add(id);
  for (const dependency of entry.dependencies ?? []) keepPackage(idOf(dependency, lock), into);
}

/** The lock names a package without its version where there is only one of that name. */
function idOf(dependency: string, lock: Lock): string {
  if (dependency in lock.npm) return dependency;
  const found = Object.keys(lock.npm).filter((id) =>
    id.startsWith(`${dependency}@`) || id.startsWith(`${dependency}_`)
  );
  if (found.length !== 1) throw new Error(`Cannot cut deno.lock: ${found.length} packages are called ${dependency}`);
  return found[0]!;
}

export function importedSpecifiers(source: string): string[] {
  return [...source.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*"([^"]+)"/g)].map((match) => match[1]!);
}

if (import.meta.main) {
  const [checkout, stage] = Deno.args as [string, string];
  const read = (name: string) => JSON.parse(Deno.readTextFileSync(join(checkout, name)));
  const names = readdirSync(stage, { encoding: "utf8", recursive: true }).filter((name) => name.endsWith(".ts"));
  const sources = names.map((name) => Deno.readTextFileSync(join(stage, name)));
  const manifest = cutManifest(read("deno.json"), sources);
  // What components.ts writes: the licences of all that is embedded.
  (manifest["compile"] as { include: string[] }).include.push("licenses");
  const lock = cutLock(read("deno.lock"), manifest);
  Deno.writeTextFileSync(join(stage, "deno.json"), JSON.stringify(manifest, null, 2) + "\n");
  Deno.writeTextFileSync(join(stage, "deno.lock"), JSON.stringify(lock, null, 2) + "\n");
  for (const id of Object.keys(lock.npm)) {
    const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(id)!;
    console.log(`${name} ${version}`);
  }
}
