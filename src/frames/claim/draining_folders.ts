/**
 * Folders that a client has put others in the place of. Frames in progress in them are still finished: the stages
 * work on them too, until nothing is left.
 */
import { reasonOf } from "../../files/errors.ts";
import { listFolder } from "../../files/listing.ts";
import { isMarkName } from "./series_marks.ts";
import type { DrainingFolder, FolderKind, FrameFolders, StageOptions } from "../stage.ts";

/** The folders of a kind that were left, oldest first. */
export function drainingOf(folders: FrameFolders, kind: FolderKind): readonly DrainingFolder[] {
  return (folders.left ?? []).filter((folder) => folder.kind === kind);
}

/** All folders of a kind that may hold frames: those that were left first, since their frames are older. */
export function allOf(folders: FrameFolders, kind: FolderKind): readonly string[] {
  return [...drainingOf(folders, kind).map(({ path }) => path), folders[kind]];
}

/** Reports how much lies in the draining folders of claims, so that empty ones can be released. */
export function reportDraining(
  kind: "temp" | "proc",
  { folders, reporter }: Pick<StageOptions, "folders" | "reporter">,
): void {
  const left: { id: number; frames: number }[] = [];
  for (const { id, path, closed } of drainingOf(folders, kind)) {
    try {
      // Half-made claims, and marks of series whose master is still to be written, count too.
      const { folders: claims, files } = listFolder(path);
      if (closed) left.push({ id, frames: claims.length + files.filter(isMarkName).length });
      reporter.condition({ key: drainingKey(path), message: null });
    } catch (error) {
      reporter.condition({ key: drainingKey(path), message: drainingUnreadable(kind, path, reasonOf(error)) });
    }
  }
  if (left.length > 0) reporter.backlog({ left });
}

/** The key of the condition that says what is wrong with a folder that was left. */
export function drainingKey(path: string): string {
  return `left ${path}`;
}

export function drainingUnreadable(kind: FolderKind, path: string, reason: string): string {
  return `${path}, the ${kind} folder before it was changed, cannot be used: ${reason}; ` +
    `frames in it wait. If it no longer exists, make an empty folder in its place`;
}
