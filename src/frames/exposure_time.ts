/** When a frame was exposed, by its sidecar's own clocks and the zone in which they stand. */
import type { Settings } from "../config/settings.ts";
import { momentOfSidecar } from "../nexus/frame/time/moment.ts";
import type { SidecarView } from "../qxrd/view.ts";

/** The end of the exposure in milliseconds since 1970 UTC; null where no sidecar of this frame says. */
export function exposedAt(
  frame: { readonly view: SidecarView | null; readonly misfit: boolean; readonly written_ms: number },
  settings: Pick<Settings, "detector">,
): number | null {
  const view = frame.misfit ? null : frame.view;
  const facts = { view, sidecar: null, writtenAt: new Date(frame.written_ms), timeZone: settings.detector.time_zone };
  return momentOfSidecar(facts)?.time_ms ?? null;
}
