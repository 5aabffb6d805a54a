/** Whoever can write where plugins lie has code run: detectors, users of shares and clients write where frames lie. */
import { dirname } from "node:path";
import { outputFolder, type Settings } from "../../config/settings.ts";
import { liesWithin } from "../../files/folder_identity.ts";
import { folderExists } from "../../files/listing.ts";
import { insideFaults, type PlacedFolder } from "./folder_places.ts";

/**
 * What is wrong with the place of the plugins folder, by what is on the disk; null where nothing is.
 * @param byProbe instead of by the folders' identities, which Windows is not asked for
 */
export async function misplacedPlugins(
  settings: Settings,
  { byProbe = Deno.build.os === "windows" } = {},
): Promise<string | null> {
  const { raw, temp, proc } = settings.folders;
  const path = nearestThere(settings.plugins.dir);
  if (path === null) return null;
  const frames = Object.entries({ raw, temp, proc, output_root: outputFolder(settings) })
    .map(([key, path]) => ({ key: `folders.${key}`, path }));
  for (const folder of frames) {
    const plugins = { key: "plugins.dir", path };
    if (byProbe ? !isFoundIn(folder, plugins) : !await liesWithin(path, folder.path)) continue;
    return `${settings.plugins.dir} lies in ${folder.key} (${folder.path}): anyone who can write there could run code as ` +
      "pewatch; choose a folder outside of it";
  }
  return null;
}

/** A folder that takes no probe is asked by nobody: only its path is compared, by the configuration's check. */
function isFoundIn(folder: PlacedFolder, plugins: PlacedFolder): boolean {
  return folder.path === plugins.path || insideFaults([folder], [plugins]).length > 0;
}

/** The folder, or the nearest above it that is there. */
function nearestThere(folder: string): string | null {
  for (let path = folder;; path = dirname(path)) {
    try {
      if (folderExists(path)) return path;
    } catch {
      // one that cannot be listed: as if it were not there
    }
    if (dirname(path) === path) return null;
  }
}
