/**
 * The error of a file whose bytes are not a TIFF that can be understood. A file of its own: whoever only catches it
 * reads no TIFF.
 */

/** Says what is wrong and where. */
export class TiffFormatError extends Error {
  override readonly name = "TiffFormatError";
  readonly reason: string;

  constructor(reason: string) {
    super(`Cannot read TIFF: ${reason}`);
    this.reason = reason;
  }
}

export function fail(reason: string): never {
  throw new TiffFormatError(reason);
}
