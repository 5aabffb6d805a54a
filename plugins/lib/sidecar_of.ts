/**
 * The sidecar of a delivered frame, where it is still to be had. A file of its own: shared by the plugins that read
 * frames.
 */
import { type DeliveredFrame, FrameFileError, type FrameSidecar, type PluginContext } from "pewatch";

/** null also where the file was moved away meanwhile, which is counted: what can be said of the frame is said. */
export function sidecarOf(frame: DeliveredFrame, counters: PluginContext["counters"]): FrameSidecar | null {
  try {
    return frame.sidecar();
  } catch (error) {
    if (!(error instanceof FrameFileError)) throw error;
    counters.add("sidecars_gone");
    return null;
  }
}
