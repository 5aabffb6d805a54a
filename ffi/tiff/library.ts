/** What the rest of pewatch sees of libtiff: the seam that a fake can take the place of. */

/** A private field that libtiff must know before it reads a directory; always ASCII. */
export interface AsciiField {
  readonly tag: number;
  /** As libtiff's own tools print it. */
  readonly name: string;
}

/** Bytes that libtiff reads and writes in place of a file: libtiff itself never opens a path. */
export interface TiffStorage {
  /** In bytes, with all that was written. */
  readonly size: number;
  /** Fills `target` from `offset` on and returns the number of bytes that were there. */
  readInto(offset: number, target: Uint8Array): number;
  /** Takes the bytes, which are valid only during the call. Throws to refuse them. */
  write(offset: number, bytes: Uint8Array): void;
}

/** The first directory of one TIFF, open for new tags. */
export interface TiffDirectory extends Disposable {
  /** An integer tag of one value (SHORT or LONG) that libtiff knows by itself. */
  setNumber(tag: number, value: number): void;
  /**
   * An ASCII tag: one of the fields given on opening, or one that libtiff knows by itself (270). The text must be ASCII
   * without NUL.
   */
  setText(tag: number, text: string): void;
  /** Writes the directory anew, behind what is there, and points the header at it. */
  rewrite(): void;
  /** Closes the handle; a second call does nothing. */
  close(): void;
}

export interface OpenDirectoryOptions {
  /** For libtiff's messages only. */
  readonly name: string;
  readonly fields: readonly AsciiField[];
}

/** libtiff, owned by one thread: its handlers are global to the process and bound to the thread that set them. */
export interface TiffLibrary extends Disposable {
  /** "4.5.0" */
  readonly version: string;
  /** As it was given to the loader. */
  readonly path: string;
  /** Directories that are open: 0 where nothing leaks. */
  readonly openHandles: number;
  /** @throws TiffError with libtiff's own words */
  openDirectory(storage: TiffStorage, options: OpenDirectoryOptions): TiffDirectory;
  /** Closes what is open and releases the library; a second call does nothing. */
  close(): void;
}
