/** Names of folders below the output root: both slashes accepted, nothing that leads out or that Windows cannot name. */
import { faultOfReserved } from "./reserved_names.ts";
import { faultOnWindows } from "./windows_names.ts";

/** A name of a folder that cannot be used; `fault` says why, without the name. */
export class FolderNameError extends RangeError {
  override readonly name = "FolderNameError";
  readonly fault: string;

  constructor(text: string, fault: string) {
    super(`Cannot use folder "${text}": ${fault}`);
    this.fault = fault;
  }
}

/** The limit of one name on NTFS and on most Linux file systems. */
const NAME_LENGTH_MAX = 255;

/**
 * Splits `text` ("a/b", "a\\b", "") into the names of folders; "" gives none, "." and doubled slashes count for nothing.
 * The rules are those of Windows on every system, since an output is often a share that Windows reads.
 * @throws FolderNameError
 */
export function splitRelativeFolder(text: string): string[] {
  if (/^[a-zA-Z]:/.test(text)) {
    throw new FolderNameError(text, "it names a drive, a folder below the output root is needed");
  }
  if (/^[\\/]/.test(text)) {
    throw new FolderNameError(text, "it starts with a slash, a folder below the output root is needed");
  }
  const names = text.split(/[\\/]+/).filter((name) => name !== "" && name !== ".");
  for (const name of names) {
    const fault = faultOfName(name);
    if (fault) throw new FolderNameError(text, fault);
  }
  return names;
}

function faultOfName(name: string): string | null {
  if (name === "..") return `".." leads out of the folder above`;
  const fault = faultOnWindows(name) ?? faultOfReserved(name);
  if (fault !== null) return fault;
  return name.length > NAME_LENGTH_MAX ? `a name is longer than ${NAME_LENGTH_MAX} characters` : null;
}
