/**
 * Frames with names that Windows cannot have. QXRD cannot write them, but a share or a disk that was written by Linux
 * shows them: `aux.tif`, a folder `con`, a folder whose name ends with a dot.
 */
import { nameForOthers } from "../../config/names/reserved_names.ts";
import { nameForWindows } from "../../config/names/windows_names.ts";
import type { ClaimRecord, Member } from "./record.ts";

/** What the members are called from the claim on, and what a person should know of it. */
export function withNamesToKeep(
  image: string,
  members: readonly Member[],
  os: typeof Deno.build.os = Deno.build.os,
): { image: string; members: readonly Member[]; notes: readonly string[] } {
  if (os !== "windows") return { image, members, notes: [] };
  const kept = members.map((member) => {
    const name = nameForWindows(member.name);
    return name === member.name ? member : { ...member, name, from: member.from ?? member.name };
  });
  const given = nameForWindows(image);
  const notes = given === image ? [] : [`renamed: Windows does not allow the name ${image}`];
  return { image: given, members: kept, notes };
}

/**
 * The name of a file or of a sub-folder (forward slashes) in the output. What goes to quarantine may do so since its
 * output, a FAT volume or a share of Windows, refuses its name: there names are such as Windows can have, everywhere.
 * A folder's name that pewatch uses itself is changed.
 */
export function nameInOutput(
  name: string,
  record: Pick<ClaimRecord, "quarantine">,
  os: typeof Deno.build.os = Deno.build.os,
): string {
  const onWindows = os === "windows" || record.quarantine !== null;
  return name.split("/").map((part) => nameForOthers(onWindows ? nameForWindows(part) : part)).join("/");
}
