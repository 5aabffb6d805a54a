/** Facts of frames, and delivered files, for the tests of the NeXus writer. */
import { join } from "node:path";
import type { Hdf5Library } from "../../ffi/hdf5/library.ts";
import { defaultSettings, type Settings } from "../../src/config/settings.ts";
import { runCopyJob } from "../../src/frames/deliver/copy_job.ts";
import { assembleSpans } from "../../src/nexus/assemble.ts";
import type { FrameFacts, ReferenceDark, WrittenNexus } from "../../src/nexus/frame/facts.ts";
import { type BuildOptions, buildTree } from "../../src/nexus/frame/build.ts";
import { planImage } from "../../src/nexus/frame/plan_image.ts";
import { readTree, type TreeGroup, type TreeNode } from "../../src/nexus/tree/read_tree.ts";
import type { NexusField, NexusGroup, NexusNode } from "../../src/nexus/tree/tree.ts";
import { writeNexus } from "../../src/nexus/write.ts";
import { parseSidecar } from "../../src/qxrd/sidecar.ts";
import { viewSidecar } from "../../src/qxrd/view.ts";
import { MemoryFile } from "../tiff/memory_file.ts";
import { readLayout, type TiffLayout } from "../../src/tiff/layout.ts";
import { makeTiff, type TiffPlan } from "../tiff/make_tiff.ts";
import { bytesOf } from "../qxrd/samples.ts";

export type SettingsPatch = { readonly [T in keyof FrameFacts["settings"]]?: Partial<Settings[T]> };

/** The defaults with some keys set. */
export function settingsWith(patch: SettingsPatch = {}): FrameFacts["settings"] {
  const { nexus, beamline, source, detector, sample, user } = defaultSettings("/base");
  return {
    nexus: { ...nexus, ...patch.nexus },
    beamline: { ...beamline, ...patch.beamline },
    source: { ...source, ...patch.source },
    detector: { ...detector, ...patch.detector },
    sample: { ...sample, ...patch.sample },
    user: { ...user, ...patch.user },
  };
}

/** What NXmx wants and the configuration alone can say. */
export const NXMX = {
  nexus: { profile: "nxmx" },
  beamline: { name: "P02.2" },
  source: { name: "PETRA III" },
  detector: { sensor_material: "CsI", sensor_thickness_um: 500 },
} as const satisfies SettingsPatch;

/** The same with what else a sidecar says. */
export const PLACED_NXMX = {
  ...NXMX,
  beamline: { ...NXMX.beamline, wavelength_angstrom: 0.2 },
  detector: {
    ...NXMX.detector,
    distance_mm: 300,
    beam_center_x_px: 8,
    beam_center_y_px: 7.5,
    x_pixel_size_um: 200,
    y_pixel_size_um: 200,
  },
} as const satisfies SettingsPatch;

export function layoutOfBytes(tiff: Uint8Array): TiffLayout {
  return readLayout(new MemoryFile(tiff));
}

/** A frame without sidecar but for the given text or bytes. */
export function factsWith(
  patch: Partial<FrameFacts> & { readonly sidecarText?: string | Uint8Array } = {},
): FrameFacts {
  const { sidecarText, ...rest } = patch;
  const bytes = typeof sidecarText === "string" ? bytesOf(sidecarText) : sidecarText;
  const sidecar = bytes === undefined ? null : parseSidecar(bytes);
  return {
    imageName: "P-00001.tif",
    layout: layoutOfBytes(makeTiff()),
    sidecar,
    view: sidecar === null ? null : viewSidecar(sidecar),
    sidecarProblem: null,
    settings: settingsWith(),
    notes: [],
    parameters: [],
    dark: false,
    referenceDark: null,
    writtenAt: new Date("2026-03-01T12:00:00Z"),
    timeZone: "Europe/Berlin",
    checksum: false,
    ...rest,
  };
}

/** A dark for the frames of `factsWith`, kept at `path`. */
export function darkAt(
  path: string,
  tiff: Uint8Array = makeTiff(),
  sidecarText = "[metadata]\nuserComment1=\n",
): ReferenceDark {
  const sidecar = parseSidecar(bytesOf(sidecarText));
  return {
    imageName: "D-00001.dark.tif",
    frame: "darks/D-00001.dark.tif",
    path,
    layout: layoutOfBytes(tiff),
    sidecar,
    view: viewSidecar(sidecar),
    writtenAt: new Date("2026-03-01T11:00:00Z"),
  };
}

/** The tree of a frame, its image planned as the writer would. */
export function treeOf(facts: FrameFacts, options: Partial<BuildOptions> = {}): NexusGroup {
  return buildTree(facts, {
    plan: planImage(facts, "/image.tif").plan,
    darkPlan: null,
    notes: [],
    now: new Date("2026-03-02T12:00:00Z"),
    hdf5Version: "1.10.8",
    ...options,
  });
}

/** A field below /entry. */
export function fieldAt(tree: NexusGroup, path: string): NexusField {
  const node = nodeAt(tree, `entry/${path}`);
  if (node?.kind !== "field") throw new Error(`Cannot find field ${path}: ${node?.kind ?? "nothing"} is there`);
  return node;
}

export interface Delivered {
  readonly report: WrittenNexus;
  readonly path: string;
  readonly tiffBytes: Uint8Array<ArrayBuffer>;
}

/** Writes a frame's TIFF and NeXus file and puts the latter together as delivery does. */
export function deliver(
  hdf5: Hdf5Library,
  folder: string,
  frame: { readonly tiff: Uint8Array<ArrayBuffer>; readonly facts: Omit<FrameFacts, "layout"> },
): Delivered {
  const tiffPath = join(folder, frame.facts.imageName);
  Deno.writeFileSync(tiffPath, frame.tiff);
  const head = join(folder, "frame.nxs.head");
  const facts = { ...frame.facts, layout: layoutOfBytes(frame.tiff) };
  const report = writeNexus(hdf5, head, tiffPath, facts, { fsync: false });
  const path = join(folder, "frame.nxs");
  putTogether(path, report, { head, image: tiffPath });
  return { report, path, tiffBytes: frame.tiff };
}

/** Makes the delivered NeXus file at `path` as the delivery does. */
export function putTogether(
  path: string,
  report: WrittenNexus,
  { head, image }: { readonly head: string; readonly image: string },
): void {
  const spans = assembleSpans(report, { head, headSize: Deno.statSync(head).size, image });
  runCopyJob({
    targets: [{ path, spans, checksumSlot: null, grows: report.way === "chunks" }],
    packed: report.chunks === undefined ? [] : [{ path, image, head, chunks: report.chunks }],
    options: { verify: "compare", fsync: false },
  });
}

/** The bytes of /entry/data/data or another image, read through the library. */
export function imageBytes(hdf5: Hdf5Library, path: string, name = "entry/data/data"): Uint8Array<ArrayBuffer> {
  using file = hdf5.openFile(path);
  using dataset = file.root.open(name);
  if (dataset?.kind !== "dataset") throw new Error("Cannot find the image");
  return dataset.readBytes({ bytesMax: 1e9 });
}

/** The node at a path of a written file or of a tree; undefined where there is none. */
export function nodeAt(tree: TreeGroup, path: string): TreeNode | undefined;
export function nodeAt(tree: NexusGroup, path: string): NexusNode | undefined;
export function nodeAt(tree: TreeGroup | NexusGroup, path: string): TreeNode | NexusNode | undefined {
  let node: TreeNode | NexusNode | undefined = tree;
  for (const name of path.split("/")) {
    const children: readonly (TreeNode | NexusNode)[] = node?.kind === "group" ? node.children : [];
    node = children.find((child) => child.name === name);
  }
  return node;
}

/** The value of a dataset of a written file. */
export function valueAt(hdf5: Hdf5Library, path: string, dataset: string): unknown {
  const node = nodeAt(readTree(hdf5, path, { textMax: 1e9 }), dataset);
  if (node?.kind !== "dataset") throw new Error(`Cannot find ${dataset}`);
  return node.value;
}

/** A TIFF in whose file the strips stand in reverse order. */
export function reversedStrips(plan: TiffPlan = {}): Uint8Array<ArrayBuffer> {
  const strips = 4;
  const { width = 16, height = 16 } = plan;
  const stripBytes = width * height;
  const offsets = Array.from({ length: strips }, (_, index) => 8 + (strips - 1 - index) * stripBytes);
  return makeTiff({ ...plan, bits: 32, strips, extra: [{ tag: 273, type: 4, values: offsets }] });
}
