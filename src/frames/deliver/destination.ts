/** Where a frame's set goes and under which names: never over what is there, one stem for the whole set. */
import { basename, dirname, join } from "node:path";
import { nameForOthers } from "../../config/names/reserved_names.ts";
import { nameInOutput } from "../claim/awkward_names.ts";
import { syncFolder } from "../../files/durable.ts";
import { codeOf } from "../../files/errors.ts";
import { folderExists, makeFoldersBelow, nameIsTaken, statOf } from "../../files/listing.ts";
import { doubtOf } from "../../files/output_marker.ts";
import { CLAIM_PARAMETERS_NAME } from "../../files/service_names.ts";
import { madeName } from "../claim/kept_frame.ts";
import { hasBytes, sameContent } from "../../files/copy/same_content.ts";
import { COUNTER_MAX, numberedStem, stemOf, underStem } from "../claim/names.ts";
import type { ClaimRecord } from "../claim/record.ts";
import type { GeometryFiles } from "../../geometry/files.ts";
import type { FrameFolders } from "../stage.ts";
import { harmlessName } from "../claim/harmless_names.ts";

/** One file of the set. `source` is null for what pewatch makes: the NeXus file of pieces, a geometry of its text. */
export interface Delivered {
  readonly kind: "image" | "sidecar" | "other" | "geometry" | "nexus";
  readonly source: string | null;
  /** What a file of the kind "geometry" holds. */
  readonly content?: Uint8Array;
  /** Of the source, in bytes; 0 for what pewatch makes. */
  readonly size: number;
  readonly name: string;
  /** When the original was written, milliseconds since 1970 UTC; 0 for what is new. */
  readonly modified_ms: number;
}

export interface Plan {
  /** Absolute folder of the set. */
  readonly folder: string;
  readonly stem: string;
  readonly files: readonly Delivered[];
  /** Names that are there already, with this frame's content: an earlier try published them. */
  readonly present: ReadonlySet<string>;
  /** The whole set is there. */
  readonly complete: boolean;
}

/** The output that the frame was claimed for is gone; nothing of the frame is harmed. */
export class OutputGoneError extends Error {
  override readonly name = "OutputGoneError";
}

/**
 * Output folders whose names this process has seen flushed. Of one that is there already nobody knows whether whoever
 * made it came so far.
 */
const flushed = new Set<string>();

/** The folders above have to know a folder for good before a frame that lies in it counts as safe. */
function flushName(path: string, made: boolean): void {
  if (!made && flushed.has(path)) return;
  syncFolder(dirname(path));
  if (flushed.size >= REMEMBERED_MAX) flushed.clear();
  flushed.add(path);
}

/**
 * Why nothing can be delivered to a root, or null: it is not there, or what is there is an empty mount point.
 * @throws the system's error where it cannot be asked
 */
export function outputFault(root: string, { roots }: Pick<FrameFolders, "roots">): string | null {
  if (!folderExists(root)) return `the output folder ${root} does not exist`;
  const doubt = doubtOf(root, roots?.marked ?? []);
  return doubt === null ? null : `the output folder ${doubt}`;
}

/**
 * The folder of a frame's set, made if it is missing; with `fsync` its name and those above it are on the disk.
 *
 * The root that the frame was claimed for counts. Only where that one is gone and the configuration names another
 * that is there, the frame goes to the other.
 * @throws OutputGoneError where neither is there; the system's error where a folder cannot be made
 */
export function destinationFolder(record: ClaimRecord, folders: FrameFolders, options: { fsync: boolean }): string {
  const parts = [...record.destination.dir.split("/"), ...nameInOutput(record.folder, record).split("/")];
  return makeOutputFolder(outputRootOf(record, folders), parts.map(nameForOthers).join("/"), options);
}

/** @throws OutputGoneError */
export function outputRootOf(record: ClaimRecord, folders: FrameFolders): string {
  const root = [record.destination.root, folders.outputRoot].find((one) => outputFault(one, folders) === null);
  if (root === undefined) throw new OutputGoneError(outputFault(record.destination.root, folders)!);
  return root;
}

/** @param relative forward slashes */
export function makeOutputFolder(root: string, relative: string, options: { fsync: boolean }): string {
  return makeFoldersBelow(root, relative, options.fsync ? flushName : undefined);
}

/**
 * Chooses the stem: the frame's own, else the first counter that is free. A stem under which the same content stands
 * is this frame's own from an earlier try, or the same frame given twice.
 */
export class StemChooser {
  /**
   * The next counter for a stem: frames of one name that wait together each get their own, and the thousandth does
   * not try a thousand names.
   */
  readonly #next = new Map<string, number>();

  choose(record: ClaimRecord, set: SetOfClaim): Plan {
    const own = stemOf(record.image);
    if (record.deliverAs !== null) {
      const plan = planFor(record, { ...set, stem: record.deliverAs });
      if (plan !== null) return plan;
    }
    const first = planFor(record, { ...set, stem: own });
    if (first !== null) return first;
    const key = join(set.folder, own).toLowerCase();
    for (let count = this.#next.get(key) ?? 1; count <= COUNTER_MAX; count++) {
      const plan = planFor(record, { ...set, stem: numberedStem(own, count) });
      if (plan === null) continue;
      if (this.#next.size >= REMEMBERED_MAX) this.#next.clear();
      this.#next.set(key, count + 1);
      return plan;
    }
    throw new Error(`all ${COUNTER_MAX} counters of ${own} are used in ${set.folder}; move its files elsewhere`);
  }
}

/** Forgetting costs only a longer search. */
const REMEMBERED_MAX = 1000;

export interface SetOfClaim {
  /** Where it goes. */
  readonly folder: string;
  /** Where it lies. */
  readonly claim: string;
  readonly withNexus: boolean;
  /** Texts that get the stem and their ending, before the NeXus file. */
  readonly geometry: GeometryFiles;
}

/** The set under one stem, or null where the stem belongs to other content. */
function planFor(record: ClaimRecord, set: SetOfClaim & { readonly stem: string }): Plan | null {
  const files = filesOf(record, set);
  const present = new Set<string>();
  // Small files first: a sidecar distinguishes two frames before an image is read.
  const members = record.members.toSorted((a, b) => a.size - b.size).map((member) => member.name);
  const inOrder = files.toSorted((a, b) => members.indexOf(sourceName(a)) - members.indexOf(sourceName(b)));
  for (const file of inOrder) {
    const path = join(set.folder, file.name);
    if (file.source === null || !isTaken(path)) continue;
    if (statOf(path) === null || !sameContent(file.source, path)) return null;
    present.add(file.name);
  }
  const geometry = files.filter((file) => file.kind === "geometry");
  const isOther = ({ name, content }: Delivered) => {
    const path = join(set.folder, name);
    if (!isTaken(path)) return false;
    if (!hasBytes(path, content!)) return true;
    present.add(name);
    return false;
  };
  const otherGeometry = geometry.filter(isOther);
  const nexus = files.find((file) => file.kind === "nexus");
  const nexusName = nexus?.name ?? `${set.stem}.nxs`;
  const membersPresent = files.every((file) => file.source === null || present.has(file.name));
  if (nameIsTaken(join(set.folder, nexusName))) {
    // The NeXus file comes last: with it the set is whole, and a set without all its files is somebody else's.
    if (!membersPresent) return null;
    // As in the NeXus file, the geometry in the set is the one that it was delivered with.
    for (const name of [nexusName, ...geometry.map((file) => file.name)]) present.add(name);
  } else if (otherGeometry.length > 0) return null;
  const complete = files.every((file) => present.has(file.name));
  return { folder: set.folder, stem: set.stem, files, present, complete };
}

/** A name that the volume cannot hold is free as far as this goes; making the file will say so. */
function isTaken(path: string): boolean {
  try {
    return nameIsTaken(path);
  } catch (error) {
    if (codeOf(error) === "ENAMETOOLONG") return false;
    throw error;
  }
}

/** One reading a line, as the claim has them; under a name of its own where a companion has this one. */
function parametersBeside(
  record: ClaimRecord,
  { claim, stems }: { claim: string; stems: { from: string; to: string } },
): Delivered[] {
  const source = join(claim, CLAIM_PARAMETERS_NAME);
  const facts = record.merge?.parametersBeside === true ? statOf(source) : null;
  if (facts === null) return [];
  const name = nameInOutput(madeName(underStem(record.image, stems), ".parameters"), record);
  return [{ kind: "other", source, size: facts.size, name, modified_ms: record.written_ms }];
}

function sourceName(file: Delivered): string {
  return file.source === null ? "" : basename(file.source);
}

/** In the order in which the names appear: the NeXus file last, since it announces the set. */
function filesOf(record: ClaimRecord, set: SetOfClaim & { readonly stem: string }): Delivered[] {
  const stems = { from: stemOf(record.image), to: set.stem };
  const files = record.members.flatMap((member): Delivered[] => {
    const source = join(set.claim, member.name);
    const facts = statOf(source);
    if (facts === null) return [];
    const named = nameInOutput(underStem(member.name, stems), record);
    const name = member.role === "other" ? harmlessName(named) : named;
    return [{ kind: member.role, source, size: facts.size, name, modified_ms: member.modified_ms }];
  });
  for (const [ending, text] of Object.entries(set.geometry)) {
    const name = nameInOutput(`${set.stem}.${ending}`, record);
    const content = new TextEncoder().encode(text);
    files.push({ kind: "geometry", source: null, content, size: 0, name, modified_ms: 0 });
  }
  files.push(...parametersBeside(record, { ...set, stems }));
  if (!set.withNexus) return files;
  const name = nameInOutput(`${set.stem}.nxs`, record);
  return [...files, { kind: "nexus", source: null, size: 0, name, modified_ms: 0 }];
}
