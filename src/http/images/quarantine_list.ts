/** Lists what is in the quarantine, by the texts beside the images. */
import { messageOf } from "../../files/errors.ts";
import { join } from "node:path";
import { readPlain } from "../../files/plain_file.ts";
import { QUARANTINE_FOLDER } from "../../config/names/reserved_names.ts";
import type { QuarantinePayload } from "../payloads.ts";

const ENDING = ".reason.txt";
/** A page shows no more; the newest are kept. */
const LISTED_MAX = 100;
/** Entries looked at, so that a huge quarantine holds nobody up. */
const ENTRIES_MAX = 5000;
const DEPTH_MAX = 16;
const REASON_BYTES_MAX = 64 * 1024;

/** Newest first. Empty where there is no quarantine. */
export function listQuarantine(outputRoot: string): QuarantinePayload[] {
  const top = join(outputRoot, QUARANTINE_FOLDER);
  const found = reasonFiles(top).toSorted((a, b) => b.since_ms - a.since_ms).slice(0, LISTED_MAX);
  return found.map(({ folder, name, since_ms }) => {
    const image = name.slice(0, -ENDING.length);
    const path = join(top, folder, image);
    const reason = reasonIn(join(top, folder, name), folder === "" ? image : `${folder}/${image}`);
    return { name: image, folder, reason, since: new Date(since_ms).toISOString(), path, tries: 0 };
  });
}

interface ReasonFile {
  /** Forward slashes; "" for the quarantine itself. */
  readonly folder: string;
  readonly name: string;
  readonly since_ms: number;
}

function reasonFiles(top: string): ReasonFile[] {
  const found: ReasonFile[] = [];
  const folders = [{ path: top, folder: "", depth: 0 }];
  let entries = 0;
  for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
    for (const entry of entriesOf(next.path)) {
      if (++entries > ENTRIES_MAX) return found;
      const path = join(next.path, entry.name);
      if (entry.isDirectory && next.depth < DEPTH_MAX) {
        folders.push({
          path,
          folder: next.folder === "" ? entry.name : `${next.folder}/${entry.name}`,
          depth: next.depth + 1,
        });
      } else if (entry.isFile && entry.name.endsWith(ENDING)) {
        const since_ms = Deno.lstatSync(path).mtime?.getTime() ?? 0;
        found.push({ folder: next.folder, name: entry.name, since_ms });
      }
    }
  }
  return found;
}

function entriesOf(path: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(path)];
  } catch {
    return []; // there is none, or it has just been emptied
  }
}

/** The first line, without the frame's name at its beginning. */
function reasonIn(path: string, frame: string): string {
  try {
    const [line = ""] = new TextDecoder().decode(readPlain(path, REASON_BYTES_MAX) ?? undefined).split("\n");
    return line.startsWith(`${frame} `) ? line.slice(frame.length + 1) : line;
  } catch (error) {
    return messageOf(error);
  }
}
