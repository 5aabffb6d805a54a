/** Reads all that a delivered frame has. */
import { FrameFileError, ImageError, type PluginContext, readImage } from "pewatch";

export const TICKTACK = 1;

export async function work(context: PluginContext): Promise<void> {
  for await (const frame of context.frames) {
    try {
      const { shape, data } = readImage(frame);
      const sidecar = frame.sidecar();
      const facts = {
        shape: shape.join("x"),
        kind: data.constructor.name,
        sum: data.reduce((sum, value) => sum + value, 0),
        exposure_s: sidecar?.view.exposureTime_s,
        comment: sidecar?.value("metadata", "userComment1"),
        tag: frame.tags().get("exposureTime"),
        dark: frame.dark,
        again: frame.again,
        files: frame.files,
        at: frame.deliveredAt.getTime(),
      };
      context.log.info(frame.name, facts);
    } catch (error) {
      if (error instanceof ImageError || error instanceof FrameFileError) {
        context.log.warn(`${error.name}: ${error.message}`);
      } else throw error;
    }
  }
}
