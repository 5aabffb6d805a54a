/** Keeps the last dark of each kind of exposure, for the NeXus files of the frames that follow. */
import { join } from "node:path";
import { copySpans } from "../files/copy_spans.ts";
import { factsOf, makeFolder } from "../files/listing.ts";
import type { SidecarView } from "../qxrd/view.ts";
import { readLayoutOfFile } from "../tiff/layout.ts";
import type { FrameFacts } from "../nexus/frame/facts.ts";

const FOLDER = "reference_dark";

/** A dark fits a frame of the same size that was exposed and read out alike. Null where the sidecar does not say. */
export function exposureKey(view: SidecarView | null): string | null {
  if (view?.width === undefined || view.height === undefined || view.exposureTime_s === undefined) return null;
  const parts = [
    view.width,
    view.height,
    view.exposureTime_s,
    view.readoutMode,
    view.cameraGain,
    view.hBinning,
    view.vBinning,
  ];
  return parts.map((part) => String(part ?? "x")).join("_").replace(/[^0-9a-z_.+-]/gi, "-");
}

/** Copies a dark to its place; the one of the same key before it is replaced at once, by a rename. */
export function keepReference(stateDir: string, dark: { path: string; view: SidecarView | null }): boolean {
  const key = exposureKey(dark.view);
  if (key === null) return false;
  const folder = join(stateDir, FOLDER);
  makeFolder(folder);
  const target = join(folder, `${key}.tif`);
  const length = Deno.lstatSync(dark.path).size;
  copySpans([{ path: `${target}.part`, spans: [{ source: dark.path, offset: 0, length }], checksumSlot: null }], {
    verify: "compare",
    fsync: true,
    hashed: null,
  });
  Deno.renameSync(`${target}.part`, target);
  return true;
}

/** The dark that fits a frame, or null. */
export function referenceFor(stateDir: string, view: SidecarView | null): FrameFacts["referenceDark"] {
  const key = exposureKey(view);
  if (key === null) return null;
  const path = join(stateDir, FOLDER, `${key}.tif`);
  if (factsOf(path) === null) return null;
  return { imageName: `${key}.tif`, path, layout: readLayoutOfFile(path) };
}
