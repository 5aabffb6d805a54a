/**
 * Which files of one name belong together. QXRD uses a name again as soon as the image has left raw, so a sidecar or a
 * companion that lies there may be another image's.
 *
 * What QXRD does (qxrdfilesaver.cpp, 0.8 to 0.11.17): it writes and closes the image, then the sidecar, then `.overflow`,
 * one after the other in one thread; the image's DateTime (306) and the sidecar's `dateTime` and `dateString` are one
 * value, on the wall clock of its computer.
 */
import type { FileStat } from "../../files/listing.ts";
import { formatLocalIso, type LocalDateTime, parseDateString, parseTiffDateTime } from "../../qxrd/date_time.ts";
import type { SidecarView } from "../../qxrd/view.ts";
import type { TiffLayout } from "../../tiff/layout.ts";

/** `note`: what a person should know of a pair whose evidence is not all of one mind. */
export type PairVerdict =
  | { readonly belongs: true; readonly note: string | null }
  | { readonly belongs: false; readonly reason: string };

/** QXRD writes the sidecar some milliseconds after it has closed the image; a large one takes longer. */
const TOGETHER_MS = 1000;
/** Files of FAT and of archives have times of whole or of two seconds: of these the order says nothing. */
const COARSE_MS = 2000;

export interface PairEvidence {
  readonly layout: Pick<TiffLayout, "dateTime">;
  readonly image: FileStat;
  /** Null where it cannot be read. */
  readonly view: Pick<SidecarView, "dateTime" | "dateString"> | null;
  readonly sidecar: FileStat;
}

/**
 * Whether a sidecar is this image's. The dates decide where both have one: equal to the second they are a pair, whatever
 * a copy made of the file times. Dates that differ are outweighed only by file times that show both written together.
 * Without dates the file times decide, where somebody still writes.
 *
 * @param live whether QXRD may write in this folder; in one that was copied the order of file times says nothing
 */
export function judgeSidecar({ layout, image, view, sidecar }: PairEvidence, live: boolean): PairVerdict {
  const taken = layout.dateTime === null ? undefined : parseTiffDateTime(layout.dateTime);
  const dates = datesOf(view);
  if (taken === undefined || dates.length === 0) return judgeByTimes({ image, other: sidecar, what: "sidecar" }, live);
  if (dates.some((date) => secondOf(date) === secondOf(taken))) return { belongs: true, note: null };
  const said = `it says ${secondOf(dates[0]!)}, the image was taken ${secondOf(taken)}`;
  if (writtenTogether(image, sidecar)) {
    return { belongs: true, note: `the sidecar may be another image's: ${said}, but both were written together` };
  }
  return { belongs: false, reason: said };
}

/** Whether a companion that bears no date (`.overflow`, `.txt`, `.avg` …) is this image's. */
export function judgeCompanion(
  files: { readonly image: FileStat; readonly other: FileStat },
  live: boolean,
): PairVerdict {
  return judgeByTimes({ ...files, what: "file" }, live);
}

function judgeByTimes(
  { image, other, what }: { image: FileStat; other: FileStat; what: string },
  live: boolean,
): PairVerdict {
  if (!isOlder(other, image)) return { belongs: true, note: null };
  const reason = `the ${what} is older than the image, so it may be an earlier one's of this name`;
  if (live) return { belongs: false, reason };
  // Every file of a companion would get a note in a folder that was copied.
  return { belongs: true, note: what === "sidecar" ? `${reason}; only its name says that it is this one's` : null };
}

/** Both dates of a sidecar: they are one value, but a person may have corrected the readable one. */
export function datesOf(view: Pick<SidecarView, "dateTime" | "dateString"> | null): readonly LocalDateTime[] {
  const text = view?.dateString === undefined ? undefined : parseDateString(view.dateString);
  return [view?.dateTime, text].filter((date) => date !== undefined);
}

/** Whether one of the sidecar's dates is the image's. */
export function sameSecond(view: SidecarView, layout: TiffLayout): boolean {
  const taken = layout.dateTime === null ? undefined : parseTiffDateTime(layout.dateTime);
  return taken !== undefined && datesOf(view).some((date) => secondOf(date) === secondOf(taken));
}

/** `2024-05-04 10:00:00` */
function secondOf(date: LocalDateTime): string {
  return formatLocalIso({ ...date, millisecond: 0 }).replace("T", " ").replace(/\.000$/, "");
}

/** Whether a file was last written before another, as far as their volume's times show; 0 is no time. */
export function isOlder(file: FileStat, than: FileStat): boolean {
  if (file.modified_ms === 0 || than.modified_ms === 0) return false;
  const slack_ms = isCoarse(file) && isCoarse(than) ? COARSE_MS : 0;
  return file.modified_ms < than.modified_ms - slack_ms;
}

function writtenTogether(image: FileStat, sidecar: FileStat): boolean {
  if (isCoarse(image) && isCoarse(sidecar)) return false;
  const gap_ms = sidecar.modified_ms - image.modified_ms;
  return gap_ms >= 0 && gap_ms <= TOGETHER_MS;
}

function isCoarse({ modified_ms }: FileStat): boolean {
  return modified_ms % 1000 === 0;
}
