/** SHA-256 of files, read in blocks. */
import { createHash } from "node:crypto";
import { openPlain } from "../plain_file.ts";
import { block } from "./blocks.ts";

/** SHA-256 of a whole file, in hex, and the bytes that it had. */
export interface FileDigest {
  readonly size: number;
  readonly sha256: string;
}

/**
 * SHA-256 of a plain file, in hex.
 * @throws the system's error
 */
export function sha256OfFile(path: string): string {
  return digestOfFile(path).sha256;
}

/** The same with the file's size. */
export function digestOfFile(path: string): FileDigest {
  using file = openPlain(path);
  return digestOfOpen(file);
}

/** SHA-256 of an open file in hex, from where it is read up to its end. */
export function sha256OfOpen(file: Deno.FsFile): string {
  return digestOfOpen(file).sha256;
}

function digestOfOpen(file: Deno.FsFile): FileDigest {
  const hash = createHash("sha256");
  let size = 0;
  for (let count = file.readSync(block); count !== null; count = file.readSync(block)) {
    hash.update(block.subarray(0, count));
    size += count;
  }
  return { size, sha256: hash.digest("hex") };
}
