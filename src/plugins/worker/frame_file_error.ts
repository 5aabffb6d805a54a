/** The error of a delivered frame whose files are not what they were. */

/** Names the frame and the file; `cause` is the system's or the reader's own error. */
export class FrameFileError extends Error {
  override readonly name = "FrameFileError";
}
