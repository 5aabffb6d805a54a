/**
 * Whose a hidden part in a shared folder is, and whether its writer still runs. A file of its own: claims, patterns and
 * locks use it.
 */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import process from "node:process";
import { codeOf } from "../../files/errors.ts";

const OWNER_DIGITS = 4;
/** Work folders are few. */
const owners = new Map<string, string>();

/** Whose claims these are: parts of other computers, or of other work folders, are left alone. Hexadecimal digits. */
export function ownerOf(temp: string): string {
  let owner = owners.get(temp);
  if (owner === undefined) {
    owner = createHash("sha256").update(`${hostname()}\0${temp}`).digest("hex").slice(0, OWNER_DIGITS);
    owners.set(temp, owner);
  }
  return owner;
}

/** Whether a process of this computer is known to have ended. */
export function isProcessGone(pid: number): boolean {
  try {
    process.kill(pid, 0); // asks, and sends nothing
    return false;
  } catch (error) {
    return codeOf(error) === "ESRCH";
  }
}
