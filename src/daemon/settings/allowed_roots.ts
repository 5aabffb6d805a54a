/** Which folders a client may choose: who can write to a Tango device is not who configured the computer. */
import { dirname, relative, sep } from "node:path";
import { relate } from "../../config/folder_rules.ts";
import type { Settings } from "../../config/settings.ts";
import { systemFolderOf } from "../../config/names/system_folders.ts";
import { refuseLinks } from "../../files/listing.ts";

const WINDOWS = Deno.build.os === "windows";

/** What the configuration names as allowed; where it names nothing, the folders above those that it names. */
function allowedRoots({ folders }: Settings): readonly string[] {
  if (folders.allowed.length > 0) return folders.allowed;
  const { raw, temp, proc, output_root } = folders;
  return [...new Set([raw, temp, proc, output_root].map((path) => dirname(path)))];
}

/**
 * Why a client may not choose the folder, or null.
 * @param configured the configuration's settings, whatever clients have changed since
 * @throws LinkInPathError where the way there leads over a link
 */
export function faultOfRoot(path: string, configured: Settings): string | null {
  const { raw, temp, proc, output_root } = configured.folders;
  // Whoever configured it knows what it is.
  if ([raw, temp, proc, output_root].some((own) => relate(path, own, { windows: WINDOWS }) === "same")) return null;
  const system = systemFolderOf(path, { windows: WINDOWS, env: (name) => Deno.env.get(name) });
  if (system !== null) return `it lies in ${system}, a folder of the system`;
  const roots = allowedRoots(configured);
  const root = roots.find((one) => ["same", "inside"].includes(relate(path, one, { windows: WINDOWS }) ?? ""));
  if (root === undefined) {
    return `clients may only choose folders below ${
      roots.join(", ")
    }; set folders.allowed in the configuration for others`;
  }
  refuseLinks(root, relative(root, path).split(sep).join("/"));
  return null;
}
