/** Folders of the system, in which no client may have frames put or taken from. */
import { relate } from "../folder_rules.ts";

const LINUX: readonly string[] = [
  ..."/bin /boot /dev /etc /lib /lib32 /lib64 /libx32 /proc /run /sbin /sys /usr".split(" "),
  ..."/var/cache /var/lib /var/log /var/mail /var/run /var/spool".split(" "),
];
/** Within those above, but made for data: memory, and removable disks. */
const LINUX_DATA: readonly string[] = ["/dev/shm", "/run/media", "/run/user"];
const WINDOWS: readonly string[] = ["C:\\Windows", "C:\\Program Files", "C:\\Program Files (x86)", "C:\\Recovery"];
/** Set by Windows, wherever it is installed. */
const WINDOWS_VARIABLES: readonly string[] = ["SystemRoot", "ProgramFiles", "ProgramFiles(x86)", "ProgramW6432"];

/** The folder of the system that the path is, lies in, or is the root of; null where it is none of these. */
export function systemFolderOf(
  path: string,
  options: { readonly windows: boolean; readonly env: (name: string) => string | undefined },
): string | null {
  const { windows, env } = options;
  const within = (folder: string) => ["same", "inside"].includes(relate(path, folder, { windows }) ?? "");
  if (!windows && LINUX_DATA.some((folder) => relate(path, folder, { windows }) === "inside")) return null;
  const known = windows
    ? [...WINDOWS, ...WINDOWS_VARIABLES.map(env).filter((folder) => folder !== undefined && folder !== "") as string[]]
    : LINUX;
  const drive = windows ? `${env("SystemDrive") ?? "C:"}\\` : "/";
  if (relate(path, drive, { windows }) === "same") return drive;
  return known.find(within) ?? null;
}
