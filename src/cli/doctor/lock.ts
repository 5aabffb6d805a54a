/** Who works on the folders at the moment. */
import { FolderInUseError, FolderLock } from "../../daemon/settings/folder_lock.ts";
import { type Finding, ok, reasonOf, warning } from "./check.ts";

/**
 * Takes the lock that a daemon takes, and gives it back at once; the folders must be there.
 * A daemon that runs is no fault, so what it holds is only reported.
 */
export function checkLock(folders: readonly string[]): Finding {
  try {
    FolderLock.take(folders).release();
    return ok("lock", "no other process works on these folders");
  } catch (error) {
    if (!(error instanceof FolderInUseError)) {
      return warning("lock", `it cannot be tested: ${reasonOf(error)}`, "See what doctor says about the folders");
    }
    const { holder, folder } = error;
    if (holder === null) return ok("lock", `another process works on ${folder}`);
    return ok(
      "lock",
      `process ${holder.pid} on ${holder.host} works on ${folder}, since ${holder.since} (${holder.program})`,
    );
  }
}
