/** Decides of one frame in raw: still being written, ready, ready with a flaw, or for the quarantine. */
import { join } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { factsOf, type FileFacts } from "../../files/listing.ts";
import { messageOf } from "../../files/errors.ts";
import { type DarkEvidence, darkEvidence } from "../../qxrd/dark.ts";
import { parseSidecar, type Sidecar, SIDECAR_BYTES_MAX } from "../../qxrd/sidecar.ts";
import { type SidecarView, viewSidecar } from "../../qxrd/view.ts";
import { readLayoutOfFile, TiffFormatError, type TiffLayout } from "../../tiff/layout.ts";
import type { Member } from "../claim/record.ts";
import type { Candidate } from "./scan.ts";
import type { Watch } from "./watch.ts";

export interface Ready {
  readonly state: "ready";
  readonly members: readonly Member[];
  /** What says that it is a dark; null where nothing does. */
  readonly dark: DarkEvidence | null;
  readonly view: SidecarView | null;
  readonly layout: TiffLayout | null;
  /** Why it goes to quarantine, or null. */
  readonly quarantine: string | null;
  /** Why the frame goes on without its metadata. */
  readonly notes: readonly string[];
  /** What a person should know besides. */
  readonly remarks: readonly string[];
  readonly written_ms: number;
}

/** `reason` says what is waited for. */
export interface NotYet {
  readonly state: "waiting";
  readonly reason: string;
}

/** What reading an image or a sidecar gave: the thing, or what is wrong with it. */
type Reading<T> = { readonly value: T; readonly flaw: null } | { readonly value: null; readonly flaw: string };

/**
 * A frame is ready when its image is whole, its sidecar is there, readable and fits, and neither has changed for
 * `settle_s`. What stays flawed for `sidecar_wait_s` without a change will not mend itself: it goes on as it is, an
 * image that is no readable TIFF into quarantine.
 * @throws the system's error where a file cannot be read
 */
export function assess(candidate: Candidate, watch: Watch, frames: Settings["frames"]): Ready | NotYet {
  const imagePath = join(candidate.path, candidate.image);
  const image = factsOf(imagePath);
  if (image === null) return waiting("the image is gone");
  const sidecar = candidate.sidecar === null ? null : factsOf(join(candidate.path, candidate.sidecar));
  const settled_s = Math.min(
    watch.unchanged_s(imagePath, image),
    sidecar === null ? Infinity : watch.unchanged_s(join(candidate.path, candidate.sidecar!), sidecar),
  );
  if (settled_s < frames.settle_s) return waiting("written just now");
  const lastCall = settled_s >= frames.sidecar_wait_s;
  if (sidecar === null && !lastCall) return waiting("no sidecar yet");

  const layout = readImage(imagePath, candidate.image);
  if (layout.flaw !== null && !lastCall) return waiting(layout.flaw);
  const read = sidecar === null ? null : readSidecar(join(candidate.path, candidate.sidecar!), sidecar);
  const incomplete = read?.flaw ?? read?.value?.cutOff ?? null;
  if (incomplete !== null && !lastCall) return waiting(incomplete);
  const view = read?.value?.view ?? null;
  const misfit = layout.value === null || view === null ? null : misfitOf(layout.value, view);
  if (misfit !== null && !lastCall) return waiting(misfit);

  const notes: string[] = [];
  if (sidecar === null) notes.push("there is no sidecar");
  if (read !== null && read.flaw !== null) notes.push(read.flaw);
  if (misfit !== null) notes.push(misfit);
  const compressedWhole = isPacked(candidate.image);
  if (compressedWhole) notes.push("the image file is packed");
  return {
    state: "ready",
    members: membersOf(candidate, { image, sidecar }),
    dark: misfit === null ? darkEvidence(view, candidate.image) : null,
    view,
    layout: layout.value,
    quarantine: layout.flaw !== null && !compressedWhole ? layout.flaw : null,
    notes,
    remarks: read?.value?.remarks ?? [],
    written_ms: (sidecar ?? image).modified_ms,
  };
}

/** QXRD builds of 2018 can write X.tif.bz2: nothing of it can be read before it is unpacked. */
export function isPacked(image: string): boolean {
  return /\.(bz2|gz)$/i.test(image);
}

/** What does not fit between image and sidecar, or null. */
export function misfitOf(layout: TiffLayout, view: SidecarView): string | null {
  const { width, height } = view;
  if (width === undefined || height === undefined) return null;
  if (width === layout.width && height === layout.height) return null;
  return `the sidecar is for an image of ${width} x ${height}, this one has ${layout.width} x ${layout.height}`;
}

function waiting(reason: string): NotYet {
  return { state: "waiting", reason };
}

function readImage(path: string, name: string): Reading<TiffLayout> {
  if (isPacked(name)) return { value: null, flaw: "the image is packed" };
  try {
    return { value: readLayoutOfFile(path), flaw: null };
  } catch (error) {
    if (error instanceof TiffFormatError) return { value: null, flaw: messageOf(error) };
    throw error;
  }
}

interface ReadSidecar {
  readonly view: SidecarView;
  /** Why it may still be being written, or null. */
  readonly cutOff: string | null;
  readonly remarks: readonly string[];
}

function readSidecar(path: string, facts: FileFacts): Reading<ReadSidecar> {
  if (facts.size === 0) return { value: null, flaw: "the sidecar is empty" };
  if (facts.size > SIDECAR_BYTES_MAX) return { value: null, flaw: `the sidecar has ${facts.size} bytes, too many` };
  try {
    const sidecar = parseSidecar(Deno.readFileSync(path));
    const cutOff = sidecar.cutOff === null ? null : `the sidecar may be cut off: ${sidecar.cutOff}`;
    return { value: { view: viewSidecar(sidecar), cutOff, remarks: remarksOn(sidecar) }, flaw: null };
  } catch (error) {
    if (error instanceof SyntaxError) return { value: null, flaw: `the sidecar cannot be read: ${messageOf(error)}` };
    throw error;
  }
}

/** In one line: of the flawed lines the first (all of them stand in the NeXus file), and whether something is missing. */
function remarksOn({ flaws, cutOff }: Sidecar): string[] {
  const cut = cutOff === null ? null : `the sidecar may be cut off: ${cutOff}; what it holds is used`;
  const [first] = flaws;
  if (first === undefined) return cut === null ? [] : [cut];
  const more = flaws.length === 1 ? "" : `, and ${flaws.length - 1} more lines are flawed`;
  const line = `line ${first.line} of the sidecar: ${first.text}${more}`;
  return [cut === null ? `${line}; the other lines are used` : `${line}; ${cut}`];
}

/** The image comes last: while it lies in raw, QXRD does not use its name again. */
function membersOf(candidate: Candidate, facts: { image: FileFacts; sidecar: FileFacts | null }): Member[] {
  const members: Member[] = [];
  for (const name of candidate.others) {
    const other = factsOf(join(candidate.path, name));
    if (other !== null) members.push({ name, role: "other", ...other });
  }
  if (facts.sidecar !== null) members.push({ name: candidate.sidecar!, role: "sidecar", ...facts.sidecar });
  members.push({ name: candidate.image, role: "image", ...facts.image });
  return members;
}
