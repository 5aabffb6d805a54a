/**
 * The error of a delivered frame whose files are missing or changed. In a file of its own: every plugin loads it, the
 * readers of sidecars and tags (delivered_frame.ts) only those that see a frame.
 */

/** Names the frame and the file; `cause` is the system's or the reader's own error. */
export class FrameFileError extends Error {
  override readonly name = "FrameFileError";
}
