/** Whoever can write where plugins lie has code run: detectors, users of shares and clients write where frames lie. */
import type { Settings } from "../../config/settings.ts";
import { liesWithin } from "../../files/folder_identity.ts";
import { outputFolder } from "../../plugins/host/plugin_host.ts";

/** What is wrong with the place of the plugins folder, by what is on the disk; null where nothing is. */
export async function misplacedPlugins(settings: Settings): Promise<string | null> {
  const { raw, temp, proc } = settings.folders;
  const { dir } = settings.plugins;
  for (const [key, path] of Object.entries({ raw, temp, proc, output_root: outputFolder(settings) })) {
    if (!await liesWithin(dir, path)) continue;
    return `${dir} lies in folders.${key} (${path}): anyone who can write there could run code as pewatch; choose a folder outside of it`;
  }
  return null;
}
