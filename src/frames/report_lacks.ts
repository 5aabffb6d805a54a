/**
 * Reports what the volumes of the folders lack, once for each folder and service. A file of its own: shared by the
 * three stages.
 */
import { lackTexts, takeLacks } from "../files/volume_services.ts";
import { Once } from "../log/logger.ts";
import type { StageOptions } from "./stage.ts";

const reported = new Once();

/** At the end of a firing. Several stages may miss the same thing: the main thread logs one of one `once` only. */
export function reportLacks({ folders, reporter }: Pick<StageOptions, "folders" | "reporter">): void {
  const lacks = takeLacks();
  if (lacks.length === 0) return;
  const { outputRoot, raw, temp, proc } = folders;
  for (const [once, text] of lackTexts(lacks, [raw, temp, proc, outputRoot])) {
    if (reported.isFirst(once)) reporter.log.warn(text, { once });
  }
}
