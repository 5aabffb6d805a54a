/// <reference lib="deno.worker" />
/** A worker of `pewatch integrate`: reads images, writes their patterns, and hands them on for the series' files. */
import { basename } from "node:path";
import { messageOf } from "../../files/errors.ts";
import { darkEvidence } from "../../qxrd/dark.ts";
import { parseSidecar, SIDECAR_BYTES_MAX } from "../../qxrd/sidecar.ts";
import { SidecarError } from "../../qxrd/sidecar_error.ts";
import { type SidecarView, viewSidecar } from "../../qxrd/view.ts";
import { readPlain } from "../../files/plain_file.ts";
import { parameterIn, sourceOf, tagsOf } from "../../patterns/frame.ts";
import { PatternMaker } from "../../patterns/maker.ts";
import { publishPattern } from "../../patterns/pattern_text.ts";
import { pixelsFrom, ringReport } from "../../patterns/quality.ts";
import type { FrameImage } from "../../plugins/contract.ts";
import { readImage } from "../../plugins/read_image.ts";
import { saturationOf } from "../../plugins/saturation_of.ts";
import type { IntegrateDone, IntegrateJob, IntegrateStart } from "./messages.ts";

let start: IntegrateStart;
let maker: PatternMaker;
/** Its memory serves for the next one. */
let image: FrameImage | null = null;

self.onmessage = async ({ data }: MessageEvent<IntegrateStart | IntegrateJob>) => {
  if (data.type === "start") {
    start = data;
    maker = new PatternMaker(data.options, data.settings);
    return;
  }
  let outcome: IntegrateDone["outcome"];
  try {
    outcome = await integrate(data);
  } catch (error) {
    outcome = { type: "none", reason: messageOf(error) };
  }
  self.postMessage({ index: data.index, outcome } satisfies IntegrateDone);
};

async function integrate({ path, folder }: IntegrateJob): Promise<IntegrateDone["outcome"]> {
  const { options, settings, writer } = start, view = viewBeside(path);
  if (darkEvidence(view, basename(path)) !== null) return { type: "dark" };
  image = readImage(path, { into: image });
  const made = maker.make({ image, view, parameter: (name) => parameterIn(tagsOf(path), name) });
  const writtenAt = Deno.statSync(path).mtime ?? new Date();
  const source = sourceOf(path, { view, settings, sha256: null, writtenAt });
  const limit = saturationOf(image.data, view, settings);
  const xye = options.files.includes("xye")
    ? await publishPattern(folder, { made, source }, { writer, fsync: settings.frames.fsync })
    : null;
  return {
    type: "pattern",
    made,
    source,
    xye,
    rings: options.calibrant === undefined ? null : ringReport(made, options.calibrant),
    saturated: limit === undefined ? null : pixelsFrom(image.data, limit),
  };
}

/** Null without a sidecar, or with an unreadable one. */
function viewBeside(path: string): SidecarView | null {
  const bytes = readPlain(`${path}.metadata`, SIDECAR_BYTES_MAX);
  if (bytes === null) return null;
  try {
    return viewSidecar(parseSidecar(bytes));
  } catch (error) {
    if (error instanceof SidecarError) return null;
    throw error;
  }
}
