/** Free space, where the system reports it. */
import { readableBytes } from "../../log/counted.ts";
import { statfsSync } from "node:fs";
import { type Finding, ok, problem, warning } from "./check.ts";
import { messageOf } from "../../files/errors.ts";
import type { CheckedFolder } from "./folders.ts";

/** One frame of an XRD1621: 2048 x 2048 float32. */
const FRAME_BYTES = 2048 * 2048 * 4;
/** Below it not even the frames that max_proc = 9 has in progress fit, its TIFFs and their NeXus files. */
const PROBLEM_BYTES = 18 * FRAME_BYTES;
/** A hundred frames and their NeXus files: some seconds at the detector's full rate. */
const WARNING_BYTES = 200 * FRAME_BYTES;

/** How much fits into a folder that is there. */
export function checkSpace(folder: CheckedFolder, freeBytes: (path: string) => number = freeBytesOf): Finding {
  let free: number;
  try {
    free = freeBytes(folder.path);
  } catch (error) {
    // RAM disks made by ImDisk answer few questions about folders; that does not keep them from working.
    return warning(folder.key, `the system does not report the free space: ${messageOf(error)}`, null);
  }
  const finding = `${readableBytes(free)} free: ${Math.floor(free / FRAME_BYTES)} images of 2048 x 2048`;
  if (free < PROBLEM_BYTES) return problem(folder.key, finding, `Make room on the volume of ${folder.path}`);
  if (free < WARNING_BYTES) return warning(folder.key, finding, `Make room on the volume of ${folder.path}`);
  return ok(folder.key, finding);
}

function freeBytesOf(path: string): number {
  const volume = statfsSync(path);
  return volume.bavail * volume.bsize;
}
