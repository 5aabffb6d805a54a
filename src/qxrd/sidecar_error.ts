/** The error of a sidecar that cannot be read: what is wrong, and where. In a file of its own: whoever only catches it reads none. */

export class SidecarError extends SyntaxError {
  override readonly name = "SidecarError";
  /** Line in the file, from 1. */
  readonly line: number;
  /** Place in that line in UTF-16 units, from 1. */
  readonly column: number;

  constructor(reason: string, place: { readonly line: number; readonly column: number }) {
    super(`Cannot read sidecar at line ${place.line}, column ${place.column}: ${reason}`);
    this.line = place.line;
    this.column = place.column;
  }
}
