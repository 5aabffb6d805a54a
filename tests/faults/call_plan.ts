/** Which calls there are on a frame's way, distinguished so that the same call of another frame is found again. */
import type { Harm, Rule, SystemCall } from "./watched_calls.ts";

/** One call of the way: the `nth` of this name on such a path. */
export interface CallSite {
  readonly call: string;
  /** With a name in place of the run's folder, "*" where it differs from frame to frame. */
  readonly path: string;
  readonly nth: number;
}

/** A call as several frames show it. */
export interface SharedSite extends CallSite {
  /** Others come only sometimes: when two threads share their work differently, or a template is made. */
  readonly inAll: boolean;
}

export interface PlannedFault {
  readonly site: SharedSite;
  readonly harm: Harm;
}

/** Of a file that the merge keeps open, different with each start. */
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const CLAIM_ID = /\d{8}T\d{9}-\d{6}-[0-9a-f]{8}/g;
/** Counters of frames have five digits. */
const COUNTER = /\d{5}/g;
/** Of a request folder, and of what a plugins folder is copied to. */
const HASH = /\b[0-9a-f]{12,}\b/g;

/** A folder, with a slash at its end, and the name that stands for it in reports; "" for the run's own. */
export type Root = readonly [folder: string, name: string];

/** The calls of one frame, in their order. */
export function sitesOf(calls: readonly SystemCall[], roots: readonly Root[]): CallSite[] {
  const counts = new Map<string, number>();
  return calls.map(({ name, path, path2 }) => {
    const site = { call: name, path: patternOf(path2 === "" ? path : path2, roots) };
    const key = keyOf(site);
    const nth = (counts.get(key) ?? 0) + 1;
    counts.set(key, nth);
    return { ...site, nth };
  });
}

/** All sites that any of the frames had. */
export function unionOf(frames: readonly (readonly CallSite[])[]): SharedSite[] {
  const all = new Map<string, { site: CallSite; count: number }>();
  for (const site of frames.flat()) {
    const key = `${keyOf(site)} ${site.nth}`;
    all.set(key, { site, count: (all.get(key)?.count ?? 0) + 1 });
  }
  return [...all.values()].map(({ site, count }) => ({ ...site, inAll: count === frames.length }));
}

/** "each" call fails in one way, which differs from call to call; in "every" way; or the program is killed in its place. */
export type Choice = "each" | "every" | "kill";

export function faultsFor(sites: readonly SharedSite[], choice: Choice): PlannedFault[] {
  return sites.flatMap((site, index) => {
    const harms = choice === "kill" ? ["KILL" as const] : harmsOf(site.call);
    return (choice === "each" ? [harms[index % harms.length]!] : harms).map((harm) => ({ site, harm }));
  });
}

function harmsOf(call: string): readonly Harm[] {
  const errors: readonly Harm[] = ["ENOSPC", "EIO", "EACCES"];
  return /write/.test(call) ? [...errors, "SHORT"] : errors;
}

/** For reports. */
export function textOf({ site, harm }: PlannedFault): string {
  return `${harm} at ${site.call} ${site.path}${site.nth > 1 ? ` (${site.nth})` : ""}`;
}

export function ruleFor({ site, harm }: PlannedFault, roots: readonly Root[]): Rule {
  const [folder, name] = roots.find(([, name]) => site.path.startsWith(name))!;
  return { call: site.call, glob: (folder + site.path.slice(name.length)).replace(/\/$/, ""), nth: site.nth, harm };
}

function patternOf(path: string, roots: readonly Root[]): string {
  const [folder, name] = roots.find(([folder]) => `${path}/`.startsWith(folder))!;
  return name +
    path.slice(folder.length).replace(UUID, "*").replace(CLAIM_ID, "*").replace(COUNTER, "*").replace(HASH, "*");
}

function keyOf({ call, path }: Pick<CallSite, "call" | "path">): string {
  return `${call} ${path}`;
}
