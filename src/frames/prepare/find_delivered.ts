/**
 * Finds the delivered frame that a late sidecar or companion belongs to. The output folder itself says which frames there
 * are: their images with their dates, the sidecars beside them. So nothing has to be remembered, and a restart changes
 * nothing.
 */
import { join } from "node:path";
import { type FileStat, nameIsTaken, statOf } from "../../files/listing.ts";
import { isRefusedByDriver } from "../../files/errors.ts";
import { sameContent } from "../../files/copy/same_content.ts";
import { readExisting } from "../../files/plain_file.ts";
import { companionOf, isSidecarName } from "../../qxrd/frame_name.ts";
import { parseSidecar, SIDECAR_BYTES_MAX } from "../../qxrd/sidecar.ts";
import { type SidecarView, viewSidecar } from "../../qxrd/view.ts";
import { readLayoutOfFile, type TiffLayout } from "../../tiff/layout.ts";
import { numberedStem, stemOf, underStem } from "../claim/names.ts";
import { misfitOf } from "./assess.ts";
import { datesOf, isOlder, sameSecond } from "./pairing.ts";
import { harmlessName } from "../claim/harmless_names.ts";

/** Where frames were delivered: below `root` each segment of `dir` (forward slashes) is a plain folder. */
export interface OutputPlace {
  readonly root: string;
  readonly dir: string;
}

export interface LateFile {
  readonly path: string;
  readonly name: string;
  readonly facts: FileStat;
}

/** `present`: the same content stands there already. */
export type FoundPlace =
  | {
    readonly root: string;
    readonly folder: string;
    readonly name: string;
    readonly image: string;
    readonly present: boolean;
  }
  | { readonly reason: string };

/** A delivered image whose name may come from the file's. */
interface DeliveredImage {
  readonly root: string;
  readonly folder: string;
  readonly image: string;
  readonly facts: FileStat;
  /** What the file would be called beside it. */
  readonly name: string;
}

/** The counters of names that were taken follow each other; a person may have moved some frames away. */
const MISSES_MAX = 3;
const COUNTERS_MAX = 2000;

/** @throws the system's error where a file cannot be read */
export function findDelivered(late: LateFile, places: readonly OutputPlace[]): FoundPlace {
  const images = places.flatMap((place) => imagesFor(late.name, place));
  if (images.length === 0) return { reason: "neither the raw folder nor the output has an image of its name" };
  const view = isSidecarName(late.name) ? viewOf(late) : null;
  const matches = view !== null && datesOf(view).length > 0
    ? images.filter(({ folder, image }) => isOf(view, join(folder, image)))
    : latest(images.filter((image) => mayBeOf(late, image)));
  if (matches.length === 0) return { reason: "no delivered image of its name matches it" };
  const present = matches.find(({ folder, name }) => sameContent(late.path, join(folder, name)));
  if (present !== undefined) return { ...present, present: true };
  const free = matches.filter(({ folder, name }) => !nameIsTaken(join(folder, name)));
  if (free.length === 1) return { ...free[0]!, present: false };
  if (free.length > 1) return { reason: "it matches several delivered images" };
  return { reason: `its image ${matches[0]!.image} has another file of this kind beside it` };
}

/** The delivered images of one place under the file's own stem, and under those with a counter behind it. */
function imagesFor(name: string, { root, dir }: OutputPlace): DeliveredImage[] {
  const folder = plainFolder(root, dir);
  const companion = companionOf(name);
  if (folder === null || companion === null) return [];
  const names = companion.image === null ? [".tif", ".tiff"].map((end) => companion.stem + end) : [companion.image];
  return names.flatMap((own) => {
    const found: DeliveredImage[] = [];
    const from = stemOf(own);
    for (let count = 0, misses = 0; misses < MISSES_MAX && count < COUNTERS_MAX; count++) {
      const stems = { from, to: numberedStem(from, count) };
      const image = underStem(own, stems);
      const facts = statOf(join(folder, image));
      if (facts === null) misses++;
      else {
        misses = 0;
        if (isOfName(own, { folder, image, counted: count > 0 })) {
          found.push({ root, folder, image, facts, name: harmlessName(underStem(name, stems)) });
        }
      }
    }
    return found;
  });
}

/**
 * `P-00001.tif` may be QXRD's own frame 1 of P, or a `P.tif` whose name was taken: the sidecar beside it has the name
 * that QXRD gave. Without one the number is no evidence for a companion, while the date of a sidecar still is.
 */
function isOfName(own: string, at: { folder: string; image: string; counted: boolean }): boolean {
  const path = join(at.folder, `${at.image}.metadata`);
  const facts = statOf(path);
  if (facts === null) return true;
  const view = viewOf({ path, name: at.image, facts });
  const given = (view?.fileBase || view?.fileName || "").split(/[/\\]/).at(-1)!;
  return given === "" ? !at.counted : given.toLowerCase() === own.toLowerCase();
}

/** Null where it cannot be read as a sidecar. */
function viewOf({ path, facts }: LateFile): SidecarView | null {
  if (facts.size === 0 || facts.size > SIDECAR_BYTES_MAX) return null;
  try {
    return viewSidecar(parseSidecar(readExisting(path, SIDECAR_BYTES_MAX)));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Whether a sidecar with a date is the one of a delivered image. */
function isOf(view: SidecarView, imagePath: string): boolean {
  const layout = layoutOrNull(imagePath);
  return layout !== null && sameSecond(view, layout) && misfitOf(layout, view) === null;
}

function layoutOrNull(path: string): TiffLayout | null {
  try {
    return readLayoutOfFile(path);
  } catch {
    return null;
  }
}

/** Without a date: written after the image, which has no such file yet; a sidecar without a date needs one without. */
function mayBeOf(late: LateFile, { folder, image, facts, name }: DeliveredImage): boolean {
  if (isOlder(late.facts, facts)) return false;
  if (!isSidecarName(late.name)) return true;
  const beside = join(folder, name);
  return (!nameIsTaken(beside) || sameContent(late.path, beside)) &&
    layoutOrNull(join(folder, image))?.dateTime === null;
}

/** QXRD writes a companion before it uses the name again: it belongs to the last image that was there by then. */
function latest(images: readonly DeliveredImage[]): readonly DeliveredImage[] {
  const last_ms = Math.max(...images.map(({ facts }) => facts.modified_ms));
  return images.filter(({ facts }) => facts.modified_ms === last_ms);
}

/** The folder's path; null where a part of it is missing or is no folder, a link for instance. */
function plainFolder(root: string, dir: string): string | null {
  let path = root;
  for (const segment of dir.split("/").filter((part) => part !== "")) {
    path = join(path, segment);
    try {
      if (!Deno.lstatSync(path).isDirectory) return null;
    } catch (error) {
      // On a RAM disk of ImDisk a folder cannot be asked.
      if (!isRefusedByDriver(error)) return null;
    }
  }
  return path;
}
