/**
 * How the sources are cut: a folder has at most FILES_MAX of them, and a file that is short or long gives the
 * reason in the comment at its head, in a sentence with the words "file of its own" or "one file".
 */
import { dirname } from "node:path";
import { report, sourcesBelow, textOf } from "./sources.ts";

const FILES_MAX = 15;
/** Lines. */
const SHORT = 30;
const LONG = 300;

/** What is wrong with a file, or null. */
export function faultOfFile(path: string, text: string): string | null {
  const lines = text.trimEnd().split("\n").length;
  const head = /^(?:\/\/\/[^\n]*\n)*\s*(\/\*\*.*?\*\/|(?:\/\/[^\n]*\n)+)/s.exec(text)?.[1]?.replaceAll(
    /\s+(?:\* )?/g,
    " ",
  );
  if (lines <= SHORT && !head?.includes("file of its own")) {
    return `${path}: ${lines} lines; put it into the file that uses it, or begin its head comment's reason with ` +
      '"A file of its own: "';
  }
  if (lines > LONG && !head?.toLowerCase().includes("one file")) {
    return `${path}: ${lines} lines; divide it by what it does, or begin its head comment's reason with "One file: "`;
  }
  return null;
}

/** The folders that have too many. */
export function faultsOfFolders(paths: readonly string[]): string[] {
  const folders = Map.groupBy(paths, (path) => dirname(path));
  return [...folders].filter(([, files]) => files.length > FILES_MAX)
    .map(([folder, { length }]) => `${folder}: ${length} files, at most ${FILES_MAX}; make sub-folders`);
}

if (import.meta.main) {
  const paths = sourcesBelow(["src", "ffi", "plugins", "build"]);
  report([...paths.flatMap((path) => faultOfFile(path, textOf(path)) ?? []), ...faultsOfFolders(paths)]);
}
