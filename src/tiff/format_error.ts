/**
 * The error of a file whose bytes are not a TIFF that can be understood. A file of its own: whoever only catches it
 * reads no TIFF.
 */

export type TiffFault =
  | "empty"
  | "not_tiff"
  /** The header's directory offset is still 0: QXRD fills it in on closing the file. */
  | "unfinished"
  /** The directory, a tag's value or a strip lies outside the file. */
  | "truncated"
  | "malformed";

/** Says what is wrong and where. */
export class TiffFormatError extends Error {
  override readonly name = "TiffFormatError";
  readonly fault: TiffFault;
  readonly reason: string;

  constructor(fault: TiffFault, reason: string) {
    super(`Cannot read TIFF: ${reason}`);
    this.fault = fault;
    this.reason = reason;
  }
}

export function fail(fault: TiffFault, reason: string): never {
  throw new TiffFormatError(fault, reason);
}
