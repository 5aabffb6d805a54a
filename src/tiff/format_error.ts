/** The error of a file whose bytes are not a TIFF that can be understood. */

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
  constructor(fault: TiffFault, message: string) {
    super(message);
    this.fault = fault;
  }
}
