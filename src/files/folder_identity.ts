/**
 * Whether one folder lies in another, by what they are on the disk: links and mounts give a folder more than one path.
 * Folders are stat-ed for it, so not on Windows, where RAM disks refuse that: probes answer the question there
 * (`daemon/settings/folder_places.ts`).
 */

/** No system has deeper folders. */
const LEVELS_MAX = 256;

/**
 * Whether `path` is `folder`, or lies inside it. False too where either is not there.
 * @throws Error on Windows
 */
export async function liesWithin(path: string, folder: string): Promise<boolean> {
  if (Deno.build.os === "windows") throw new Error("no folder is stat-ed on Windows");
  const wanted = await identityOf(folder);
  if (wanted === null) return false;
  let below = "";
  let above = path;
  for (let level = 0; level < LEVELS_MAX; level++, above = `${above}/..`) {
    const identity = await identityOf(above);
    if (identity === wanted) return true;
    if (identity === below) return false; // the root is its own parent
    below = identity ?? below;
  }
  return false;
}

async function identityOf(path: string): Promise<string | null> {
  try {
    const { dev, ino } = await Deno.stat(path);
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
