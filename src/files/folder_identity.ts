/** Whether one folder lies in another, by what they are on the disk: links and mounts give a folder more than one path. */
import { dirname } from "node:path";

/**
 * Whether `path` is `folder`, or lies inside it. False too where either is not there, or does not say what it is: some
 * RAM disks' drivers answer no question about a folder. Compare the paths as well.
 */
export async function liesWithin(path: string, folder: string): Promise<boolean> {
  const wanted = await identityOf(folder);
  if (wanted === null) return false;
  for (let above = await realPath(path);; above = dirname(above)) {
    if (await identityOf(above) === wanted) return true;
    if (dirname(above) === above) return false;
  }
}

/** Of the nearest folder above that is there. */
async function realPath(path: string): Promise<string> {
  for (let above = path;; above = dirname(above)) {
    try {
      return await Deno.realPath(above);
    } catch {
      if (dirname(above) === above) return path;
    }
  }
}

async function identityOf(path: string): Promise<string | null> {
  try {
    const { dev, ino } = await Deno.stat(path);
    return ino === null || ino === 0 ? null : `${dev}:${ino}`;
  } catch {
    return null;
  }
}
