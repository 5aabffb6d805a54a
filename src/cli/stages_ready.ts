/** Whether a daemon that has been started has all of its stages. A file of its own: shared by run and demo. */
import type { Daemon } from "../daemon/daemon.ts";

/**
 * The stages that are not ready, each with its reason: without one of them no frame arrives. A user's file in the place
 * of one gives way by itself where it does not get ready.
 */
export function stagesNotReady(daemon: Daemon): string[] {
  return daemon.status().plugins
    .filter((plugin) => plugin.essential && !plugin.replaces && plugin.state !== "ready" && plugin.state !== "firing")
    .map((plugin) => `${plugin.name}: ${plugin.lastError ?? plugin.state}`);
}
