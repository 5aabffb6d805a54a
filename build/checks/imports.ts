/**
 * Which files import which: no circle of files, and between rooms only in the direction of ROOMS. `import type` counts
 * too, since a type's change is a change for whoever imports it; dynamic imports of literal names count as well. The
 * README.md of each room says what ROOMS says.
 */
import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { ts } from "@ts-morph/common";
import { report, ROOT, sourcesBelow, textOf } from "./sources.ts";

/** A room may import those of the lines above its own, and leaves; rooms of one line do not import each other. */
const ROOMS: readonly (readonly string[])[] = [
  ["ffi"],
  ["src/files"],
  ["src/log", "src/qxrd", "src/tiff"],
  ["src/geometry", "src/parameters", "src/ledger"],
  ["src/integration", "src/nexus"],
  ["src/frames"],
  ["src/plugins"],
  ["src/patterns", "src/values"],
  ["src/daemon"],
  ["src/tango", "src/http"],
  ["src/cli"],
];

/** Rooms that all may import, and that import none but each other. */
const LEAVES = ["src/config", "src/time", "src/text"];

/** Plugins that ship are written against the contract, as users' are, and share their own lib. */
const SHIPPED = "plugins";
/** What the stages are made of, for each alone what it needs; no other plugin imports pewatch by its path. */
const CONTRACT = [
  "pewatch",
  "pewatch/stages",
  "pewatch/stages/prepare",
  "pewatch/stages/merge",
  "pewatch/stages/deliver",
  "pewatch/patterns",
  "pewatch/values",
];

const ALL_ROOMS = [...ROOMS.flat(), ...LEAVES, SHIPPED];

export interface Import {
  readonly from: string;
  readonly to: string;
}

/** Relative imports of TypeScript files, both sides relative to the root. */
export function importsOf(path: string, text: string): Import[] {
  const { importedFiles } = ts.preProcessFile(text, true, true);
  return importedFiles.map(({ fileName }) => fileName).filter((name) => name.startsWith(".") && name.endsWith(".ts"))
    .map((name) => ({ from: path, to: join(dirname(path), name).replaceAll("\\", "/") }));
}

/** The room of a file; the whole path where it lies in none. */
function roomOf(path: string): string {
  return ALL_ROOMS.find((room) => path.startsWith(`${room}/`)) ?? path;
}

/** Why a room must not import another, or null. */
export function refusal({ from, to }: Import): string | null {
  const [here, there] = [roomOf(from), roomOf(to)];
  if (here === there || LEAVES.includes(there) && !LEAVES.includes(here)) return null;
  if (LEAVES.includes(here)) return LEAVES.includes(there) ? null : `${here} is a leaf`;
  if (here === SHIPPED) return `plugins import ${CONTRACT.join(" and ")} only`;
  const levelOf = (room: string) => ROOMS.findIndex((level) => level.includes(room));
  const [above, below] = [levelOf(here), levelOf(there)];
  if (above < 0) return null; // main.ts
  return below >= 0 && below < above ? null : `${here} may not import ${there}`;
}

/** What the README.md of a room says of it, beside what the room is for. */
export function headerOf(room: string): string {
  const spans = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");
  const others = [...ROOMS.flat(), ...LEAVES].filter((other) => other !== room);
  if (room === SHIPPED) return `May import: ${spans(CONTRACT)}, and its own lib.`;
  const below = others.filter((other) => refusal({ from: `${room}/a.ts`, to: `${other}/b.ts` }) === null);
  return `May import: ${below.length === 0 ? "nothing" : spans(below)}.`;
}

/** What is wrong with the rooms' headers: each folder is a room, and its README.md says what it may import. */
export function headerFaults(folders: readonly string[], readme: (room: string) => string | null): string[] {
  const strange = folders.filter((folder) => !ALL_ROOMS.includes(folder))
    .map((folder) => `${folder} is not a room: add it to ROOMS in build/checks/imports.ts`);
  return [
    ...strange,
    ...ALL_ROOMS.flatMap((room) => {
      const text = readme(room)?.replaceAll(/\s+/g, " ");
      if (text === undefined) return [`${room}/README.md is missing`];
      return text.includes(headerOf(room)) ? [] : [`${room}/README.md does not say: ${headerOf(room)}`];
    }),
  ];
}

/** Circles of files, each once, as the names along it. */
export function circlesOf(imports: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...next.get(from) ?? [], to]);
  const circles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) return void circles.push([...path.slice(at), file]);
    if (done.has(file)) return;
    path.push(file);
    for (const one of next.get(file) ?? []) visit(one);
    path.pop();
    done.add(file);
  };
  for (const file of next.keys()) visit(file);
  return circles;
}

if (import.meta.main) {
  const imports = sourcesBelow(["src", "ffi", "plugins"]).flatMap((path) => importsOf(path, textOf(path)));
  const faults = imports.flatMap((one) => {
    const why = refusal(one);
    return why === null ? [] : [`${one.from} imports ${relative(dirname(one.from), one.to)}: ${why}`];
  });
  const circles = circlesOf(imports).map((circle) => `a circle of imports: ${circle.join(" → ")}`);
  const folders = [...Deno.readDirSync(join(ROOT, "src"))].filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => `src/${name}`);
  const headers = headerFaults(folders, (room) => {
    const path = `${room}/README.md`;
    return existsSync(join(ROOT, path)) ? textOf(path) : null;
  });
  report([...faults, ...circles, ...headers]);
}
