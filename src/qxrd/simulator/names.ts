/** QXRD's names for new files, and its counter for names that are taken. */
import { join } from "node:path";
import { nameIsTaken } from "../../files/listing.ts";

/** Digits that QXRD gives the frame's number, the phase and the collision counter by default. */
const INDEX_DIGITS = 5;
const PHASE_DIGITS = 3;
const COLLISION_DIGITS = 5;
/** QXRD itself would go on for ever. */
const COLLISIONS_MAX = 99_999;

export interface NameParts {
  readonly base: string;
  readonly number: number;
  readonly phase: number;
  readonly phases: number;
  readonly kind: "processed" | "raw" | "dark";
}

/** `P-00001.tif`, `P-00001-000.tif` with several phases, `P-00001.raw.tif`, `P-00001.dark.tif`. */
export function imageNameOf({ base, number, phase, phases, kind }: NameParts): string {
  const index = `${base}-${String(number).padStart(INDEX_DIGITS, "0")}`;
  if (kind === "dark") return `${index}.dark.tif`;
  const withPhase = phases > 1 ? `${index}-${String(phase).padStart(PHASE_DIGITS, "0")}` : index;
  return kind === "raw" ? `${withPhase}.raw.tif` : `${withPhase}.tif`;
}

/** The name with QXRD's counter, where 0.11.10 and older put it; `X-00001.dark.tif` gives `X-00001-00001.dark.tif`. */
function collisionName(name: string, counter: number): string {
  const dot = name.indexOf(".");
  return `${name.slice(0, dot)}-${String(counter).padStart(COLLISION_DIGITS, "0")}${name.slice(dot)}`;
}

/** A path under which there is no file yet: the one that is wanted, or the first free one with a counter. */
export function freePath(folder: string, name: string): string {
  if (!nameIsTaken(join(folder, name))) return join(folder, name);
  for (let counter = 1; counter <= COLLISIONS_MAX; counter++) {
    const path = join(folder, collisionName(name, counter));
    if (!nameIsTaken(path)) return path;
  }
  throw new Error(`Cannot find a free name for ${name}: ${COLLISIONS_MAX} are taken`);
}
