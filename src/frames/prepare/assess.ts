/** Decides of one frame in raw: still being written, ready, ready with a flaw, or for the quarantine. */
import { join } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { type FileStat, statOf } from "../../files/listing.ts";
import { messageOf } from "../../files/errors.ts";
import { readExisting } from "../../files/plain_file.ts";
import { type DarkEvidence, darkEvidence } from "../../qxrd/dark.ts";
import { parseSidecar, type Sidecar, SIDECAR_BYTES_MAX } from "../../qxrd/sidecar.ts";
import { type SidecarView, viewSidecar } from "../../qxrd/view.ts";
import { TiffFormatError } from "../../tiff/format_error.ts";
import { readLayoutOfFile, type TiffLayout } from "../../tiff/layout.ts";
import type { Member } from "../claim/record.ts";
import { judgeCompanion, judgeSidecar, type PairVerdict } from "./pairing.ts";
import type { Candidate } from "./sort_names.ts";
import type { Watch } from "./watch.ts";
import { counted } from "../../log/counted.ts";

export interface Ready {
  readonly state: "ready";
  readonly members: readonly Member[];
  /** What says that it is a dark; null where nothing does. */
  readonly dark: DarkEvidence | null;
  /** Null where there is none, or none that can be read. */
  readonly view: SidecarView | null;
  /** Whether the view is of an image of another size. */
  readonly misfit: boolean;
  readonly layout: TiffLayout | null;
  /** Why it goes to quarantine, or null. */
  readonly quarantine: string | null;
  /** Why the frame goes on without its metadata. */
  readonly notes: readonly string[];
  /** What a person should know besides. */
  readonly remarks: readonly string[];
  /** What bears the image's name and is not taken with it: it stays where it is. */
  readonly notAttached: readonly NotAttached[];
  readonly written_ms: number;
}

export interface NotAttached {
  readonly name: string;
  readonly reason: string;
}

/** `reason` says what is waited for. */
export interface NotYet {
  readonly state: "waiting";
  readonly reason: string;
  /** Where only time is missing: how much of it. */
  readonly in_s?: number;
}

/** What reading an image or a sidecar gave: the thing, or what is wrong with it. */
type Reading<T> = { readonly value: T; readonly flaw: null } | { readonly value: null; readonly flaw: string };

/** What a candidate consists of, with the sizes and times of this look. */
interface Look {
  readonly candidate: Candidate;
  readonly image: FileStat;
  readonly sidecar: FileStat | null;
  readonly settled_s: (name: string, facts: FileStat) => number;
  readonly frames: Settings["frames"];
  /** Whether somebody may still write there. */
  readonly live: boolean;
}

/**
 * A frame is ready when its image is whole, its sidecar is there, readable and its own, and nothing of it has changed for
 * `settle_s`. What stays flawed for `sidecar_wait_s` without a change will not mend itself: it goes on as it is, an
 * image that is no readable TIFF into quarantine. A sidecar or a companion of another image (`pairing.ts`) counts as not
 * there.
 * @throws the system's error where a file cannot be read
 */
export function assess(candidate: Candidate, watch: Watch, frames: Settings["frames"]): Ready | NotYet {
  const imagePath = join(candidate.path, candidate.image);
  const image = statOf(imagePath);
  if (image === null) return waiting("the image no longer exists");
  const sidecar = candidate.sidecar === null ? null : statOf(join(candidate.path, candidate.sidecar));
  const settled_s = (name: string, facts: FileStat) => watch.unchanged_s(join(candidate.path, name), facts);
  const look: Look = { candidate, image, sidecar, settled_s, frames, live: frames.sidecar_wait_s > 0 };
  const image_s = settled_s(candidate.image, image);
  const sidecar_s = sidecar === null ? Infinity : settled_s(candidate.sidecar!, sidecar);
  const in_s = frames.settle_s - Math.min(image_s, sidecar_s);
  if (in_s > 0) return { ...waiting("written a moment ago"), in_s };
  // A sidecar that was written since the folder was listed is found by the next listing.
  const absent_s = Math.max(0, image_s - watch.sinceListing_s);
  if (sidecar === null && absent_s < frames.sidecar_wait_s) return waiting("no sidecar yet");

  const layout = readImage(imagePath, candidate.image);
  const imageLastCall = image_s >= frames.sidecar_wait_s;
  const lastCall = imageLastCall && sidecar_s >= frames.sidecar_wait_s;
  if (layout.flaw !== null && !lastCall) return waiting(layout.flaw);
  const read = sidecar === null ? null : readSidecar(join(candidate.path, candidate.sidecar!), sidecar);
  const view = read?.value?.view ?? null;
  const pair = sidecar === null || layout.value === null
    ? OWN
    : judgeSidecar({ layout: layout.value, image, view, sidecar }, look.live);
  if (!pair.belongs) {
    // The image's own sidecar may still come, over this one.
    if (!imageLastCall) return waiting(`${candidate.sidecar} is another image's: ${pair.reason}`);
    const left = { name: candidate.sidecar!, reason: `it is another image's: ${pair.reason}` };
    return gather({ ...look, sidecar: null }, { layout, read: null, misfit: null, left: [left], pairNote: null });
  }
  const incomplete = read?.flaw ?? read?.value?.cutOff ?? null;
  if (incomplete !== null && !lastCall) return waiting(incomplete);
  const misfit = layout.value === null || view === null ? null : misfitOf(layout.value, view);
  if (misfit !== null && !lastCall) return waiting(misfit);
  return gather(look, { layout, read, misfit, left: [], pairNote: pair.note });
}

const OWN = { belongs: true, note: null } as const satisfies PairVerdict;

/** What is known of the image and its sidecar when nothing more is waited for. */
interface Found {
  readonly layout: Reading<TiffLayout>;
  readonly read: Reading<ReadSidecar> | null;
  readonly misfit: string | null;
  readonly left: readonly NotAttached[];
  readonly pairNote: string | null;
}

function gather(look: Look, { layout, read, misfit, left, pairNote }: Found): Ready | NotYet {
  const view = read?.value?.view ?? null;
  const { candidate, image, sidecar } = look;
  const companions = judgeCompanions(look);
  if ("state" in companions) return companions;
  const notes: string[] = [];
  if (sidecar === null) notes.push(left.length === 0 ? "there is no sidecar" : "there is no sidecar of its own");
  if (read !== null && read.flaw !== null) notes.push(read.flaw);
  if (misfit !== null) notes.push(misfit);
  const compressedWhole = isPacked(candidate.image);
  if (compressedWhole) notes.push("the image file is packed");
  const members: Member[] = [...companions.members];
  if (sidecar !== null) members.push({ name: candidate.sidecar!, role: "sidecar", ...sidecar });
  // The image comes last: while it lies in raw, QXRD does not use its name again.
  members.push({ name: candidate.image, role: "image", ...image });
  return {
    state: "ready",
    members,
    dark: misfit === null ? darkEvidence(view, candidate.image) : null,
    view,
    misfit: misfit !== null,
    layout: layout.value,
    quarantine: layout.flaw !== null && !compressedWhole ? layout.flaw : null,
    notes,
    remarks: [...pairNote === null ? [] : [pairNote], ...read?.value?.remarks ?? []],
    notAttached: [...left, ...companions.left],
    written_ms: (sidecar ?? image).modified_ms,
  };
}

/**
 * The companions that go with the image. One that is still being written is waited for as long as a sidecar would be;
 * after that it follows its frame later.
 */
function judgeCompanions(
  { candidate, image, settled_s, frames, live }: Look,
): { readonly members: readonly Member[]; readonly left: readonly NotAttached[] } | NotYet {
  const members: Member[] = [];
  const left: NotAttached[] = [];
  for (const name of candidate.others) {
    const other = statOf(join(candidate.path, name));
    if (other === null) continue;
    const verdict = judgeCompanion({ image, other }, live);
    if (!verdict.belongs) left.push({ name, reason: verdict.reason });
    else if (settled_s(name, other) >= frames.settle_s) members.push({ name, role: "other", ...other });
    else if (settled_s(candidate.image, image) < frames.sidecar_wait_s) return waiting(`${name} is being written`);
    else left.push({ name, reason: "it is still being written" });
  }
  return { members, left };
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
    if (error instanceof TiffFormatError) return { value: null, flaw: error.reason };
    throw error;
  }
}

interface ReadSidecar {
  readonly view: SidecarView;
  /** Why it may still be being written, or null. */
  readonly cutOff: string | null;
  readonly remarks: readonly string[];
}

function readSidecar(path: string, facts: FileStat): Reading<ReadSidecar> {
  if (facts.size === 0) return { value: null, flaw: "the sidecar is empty" };
  if (facts.size > SIDECAR_BYTES_MAX) {
    return { value: null, flaw: `the sidecar has ${facts.size} bytes, more than ${SIDECAR_BYTES_MAX}` };
  }
  try {
    const sidecar = parseSidecar(readExisting(path, SIDECAR_BYTES_MAX));
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
  const more = flaws.length === 1 ? "" : `, and ${counted(flaws.length - 1, "more line is", "more lines are")} flawed`;
  const line = `line ${first.line} of the sidecar: ${first.text}${more}`;
  return [cut === null ? `${line}; the other lines are used` : `${line}; ${cut}`];
}

/** "deliver": like any frame; "archive": to the archive folder of the configuration. */
export type DarkFate = "deliver" | "archive" | "remove";

/** Only what its sidecar calls a dark is ever removed. */
export function fateOfDark(dark: DarkEvidence | null, policy: Settings["dark"]["policy"]): DarkFate {
  if (dark === null || policy === "keep") return "deliver";
  return policy === "delete" && dark === "sidecar" ? "remove" : "archive";
}
