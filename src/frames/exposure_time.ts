/**
 * When a frame was exposed, by its sidecar's own clocks and the zone in which they stand. A file of its own: shared
 * by claims and patterns.
 */
import type { Settings } from "../config/settings.ts";
import { totalExposure } from "../nexus/frame/detector/exposure.ts";
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

/** How long the exposure was, in seconds, all that were summed together; null where no sidecar of this frame says. */
export function exposureOf(
  { view, misfit }: { readonly view: SidecarView | null; readonly misfit: boolean },
): number | null {
  return totalExposure({ view: misfit ? null : view, sidecar: null })?.value ?? null;
}
