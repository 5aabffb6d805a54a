/** Names of folders below the output root: both slashes accepted, nothing that leads out or that Windows cannot name. */

/** A name of a folder that cannot be used; the message says why. */
export class FolderNameError extends RangeError {
  override readonly name = "FolderNameError";
}

/** Windows takes these for devices, whatever their case and ending (Microsoft, "Naming Files, Paths, and Namespaces"). */
const RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])$/i;
/** The limit of one name on NTFS and on most Linux file systems. */
const NAME_LENGTH_MAX = 255;
/** What Windows does not allow within a name, besides the slashes. */
// deno-lint-ignore no-control-regex
const FORBIDDEN = /[<>:"|?*\u0000-\u001f]/;

/**
 * Splits `text` ("a/b", "a\\b", "") into the names of folders; "" gives none, "." and doubled slashes count for nothing.
 * The rules are those of Windows on every system, since an output is often a share that Windows reads.
 * @throws FolderNameError
 */
export function splitRelativeFolder(text: string): string[] {
  if (/^[a-zA-Z]:/.test(text)) {
    throw new FolderNameError(
      `Cannot use folder "${text}": it names a drive, a folder below the output root is needed`,
    );
  }
  if (/^[\\/]/.test(text)) {
    throw new FolderNameError(
      `Cannot use folder "${text}": it starts with a slash, a folder below the output root is needed`,
    );
  }
  const names = text.split(/[\\/]+/).filter((name) => name !== "" && name !== ".");
  for (const name of names) {
    const fault = faultOfName(name);
    if (fault) throw new FolderNameError(`Cannot use folder "${text}": ${fault}`);
  }
  return names;
}

function faultOfName(name: string): string | null {
  if (name === "..") return `".." leads out of the folder above`;
  if (FORBIDDEN.test(name)) {
    return `"${name}" holds a character that Windows does not allow: one of < > : " | ? * or a control`;
  }
  if (/[. ]$/.test(name)) return `"${name}" ends with a dot or a space, which Windows drops`;
  // Windows looks at what stands before the first dot: NUL.txt is the device too.
  const stem = name.split(".")[0]?.trimEnd() ?? "";
  if (RESERVED.test(stem)) return `"${stem}" is the name of a device on Windows`;
  if (name.length > NAME_LENGTH_MAX) return `a name is longer than ${NAME_LENGTH_MAX} characters`;
  return null;
}
