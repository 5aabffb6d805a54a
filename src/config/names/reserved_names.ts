/** Names of folders that pewatch itself uses in the output: nobody's frames may lie there. */

/** Below the output root: frames that could not be delivered as they should, each with a text that says why. */
export const QUARANTINE_FOLDER = "pewatch-quarantine";
/** Parts, probes, copies, locks; all of them are removed when they are not needed any more. */
const OWN_NAME = /^\.pewatch[-.]/;
/** What Windows makes of the quarantine's name for old programs; by it the same folder is found. */
const SHORT_NAME = /^pewatc~\d+$/;

/** Whether a name means something of pewatch's own, on any system: no regard to case, nor to what Windows drops. */
export function isReservedName(name: string): boolean {
  const plain = name.replace(/[. ]+$/, "").toLowerCase();
  return plain === QUARANTINE_FOLDER || OWN_NAME.test(plain) || SHORT_NAME.test(plain);
}

/** Why a folder cannot have this name, in words that follow the name's; null where it can. */
export function faultOfReserved(name: string): string | null {
  return isReservedName(name) ? `"${name}" is a name that pewatch uses itself; another name is needed` : null;
}

/** The same of a path's folders, each on its own. */
export function faultOfReservedPath(path: string): string | null {
  for (const name of path.split(/[/\\]+/)) {
    const fault = faultOfReserved(name);
    if (fault !== null) return fault;
  }
  return null;
}

/** A name that is free for others: the sub-folder `pewatch-quarantine` of raw gives `_pewatch-quarantine`. */
export function nameForOthers(name: string): string {
  return isReservedName(name) ? `_${name}` : name;
}
