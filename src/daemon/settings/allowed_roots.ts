/** Which folders a client may choose: who can write to a Tango device is not who configured the computer. */
import { dirname, relative, sep } from "node:path";
import { relate } from "../../config/folder_rules.ts";
import type { Settings } from "../../config/settings.ts";
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
 * @throws LinkInPathError where a link lies on the path
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

/** Folders of the system, in which no client may have frames put or taken from. */
const LINUX: readonly string[] = [
  ..."/bin /boot /dev /etc /lib /lib32 /lib64 /libx32 /proc /run /sbin /sys /usr".split(" "),
  ..."/var/cache /var/lib /var/log /var/mail /var/run /var/spool".split(" "),
];
/** Within those above, but made for data: memory, and removable disks. */
const LINUX_DATA: readonly string[] = ["/dev/shm", "/run/media", "/run/user"];
const WINDOWS_SYSTEM: readonly string[] = [
  "C:\\Windows",
  "C:\\Program Files",
  "C:\\Program Files (x86)",
  "C:\\Recovery",
];
/** Set by Windows, wherever it is installed. */
const WINDOWS_VARIABLES: readonly string[] = ["SystemRoot", "ProgramFiles", "ProgramFiles(x86)", "ProgramW6432"];

/** The folder of the system that the path is, lies in, or is the root of; null where there is no such folder. */
export function systemFolderOf(
  path: string,
  options: { readonly windows: boolean; readonly env: (name: string) => string | undefined },
): string | null {
  const { windows, env } = options;
  const within = (folder: string) => ["same", "inside"].includes(relate(path, folder, { windows }) ?? "");
  if (!windows && LINUX_DATA.some((folder) => relate(path, folder, { windows }) === "inside")) return null;
  const known = windows
    ? [
      ...WINDOWS_SYSTEM,
      ...WINDOWS_VARIABLES.map(env).filter((folder) => folder !== undefined && folder !== "") as string[],
    ]
    : LINUX;
  const drive = windows ? `${env("SystemDrive") ?? "C:"}\\` : "/";
  if (relate(path, drive, { windows }) === "same") return drive;
  return known.find(within) ?? null;
}
