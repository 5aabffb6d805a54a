/** Whether the output root is the folder that frames are to go to, and not an empty mount point. */
import type { Settings } from "../../config/settings.ts";
import { readSettingsFile, settingsPath } from "../../daemon/settings/settings_file.ts";
import { folderExists } from "../../files/listing.ts";
import { doubtOf } from "../../files/output_marker.ts";
import { type Finding, problem, reasonOf } from "./check.ts";

/**
 * Null where nothing speaks against it.
 * @param how.makesOutput whether `pewatch run` makes a root that is missing
 */
export function checkOutputRoot(settings: Settings, how: { readonly makesOutput: boolean }): Finding | null {
  const { output_root } = settings.folders;
  const key = "folders.output_root";
  try {
    if (!folderExists(output_root)) {
      if (how.makesOutput) return null;
      const remedy = `Mount the share or make the folder, then type: pewatch init --output "${output_root}"; ` +
        "until then frames wait in the raw folder";
      return problem(key, `${output_root}: it does not exist`, remedy);
    }
    const doubt = doubtOf(output_root, markedRoots(settings));
    return doubt === null ? null : problem(key, doubt, "Mount the share; until then frames wait");
  } catch (error) {
    return problem(key, `${output_root}: it cannot be read: ${reasonOf(error)}`, "Give pewatch's account the right to");
  }
}

/** Whether the file can be read is another check's. */
function markedRoots({ daemon }: Settings): readonly string[] {
  try {
    return readSettingsFile(settingsPath(daemon.state_dir)).roots.marked ?? [];
  } catch {
    return [];
  }
}
