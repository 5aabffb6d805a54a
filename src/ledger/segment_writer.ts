/** The segment that lines are appended to: it is begun, checked, flushed, and cut back where a write has failed. */
import { join } from "node:path";
import { removeFile, syncFileBehind, syncFolderBehind } from "../files/durable.ts";
import { statOf } from "../files/listing.ts";
import { openPlain } from "../files/plain_file.ts";
import { writeProbe } from "../files/probe.ts";
import { cutSegment, type Segment, segmentName } from "./segments.ts";

const SEGMENT_BYTES = 8 * 1024 * 1024;
/** What the volume must have room for before a full ledger counts as mended. */
const PROBE_TEXT = "x".repeat(65_536);

interface OpenSegment extends Segment {
  readonly file: Deno.FsFile;
  readonly ino: number | null;
  size: number;
}

export class SegmentWriter {
  readonly #folder: string;
  readonly #segmentBytes: number;
  #open: OpenSegment | null = null;
  /** What a write that failed may have left: it is cut off before anything else is done. */
  #leftover: { readonly path: string; readonly size: number } | null = null;
  #writeFailed = false;

  /** @param segmentBytes a segment that has grown so large is followed by a new one */
  constructor(folder: string, segmentBytes = SEGMENT_BYTES) {
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
  }

  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** A full volume may have room for one short line, and be full again with the next. */
  probeAfterFailure(): void {
    if (this.#writeFailed) writeProbe(this.#folder, PROBE_TEXT);
    this.#writeFailed = false;
  }

  cutLeftover(): void {
    if (this.#leftover === null) return;
    cutSegment(this.#leftover);
    this.#leftover = null;
  }

  /** It stays where it is. */
  forgetLeftover(): void {
    this.#leftover = null;
  }

  /** Lines are appended to this one from now on. */
  continue(segment: Segment, size: number): void {
    const file = openPlain(segment.path, { append: true });
    this.#open = { ...segment, file, ino: file.statSync().ino, size };
  }

  /** False where somebody has removed, cut or replaced the open file. */
  async isUnchanged(): Promise<boolean> {
    const open = this.#open;
    if (open === null) return false;
    let info: Deno.FileInfo | null = null;
    try {
      info = await Deno.lstat(open.path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return info?.size === open.size && (info.ino === null || open.ino === null || info.ino === open.ino);
  }

  /**
   * Appends whole lines. What a write that fails leaves is cut off, now or before the next one.
   * @param first sequence number of the first line
   * @returns whether a new segment was begun
   * @throws the system's error
   */
  async write(bytes: Uint8Array, { first, fsync }: { first: number; fsync: boolean }): Promise<boolean> {
    if (this.#open !== null && this.#open.size > 0 && this.#open.size + bytes.length > this.#segmentBytes) this.close();
    const isNew = this.#open === null;
    try {
      this.#open ??= this.#newSegment(first);
      const { file, path } = this.#open;
      for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
      if (fsync) await syncFileBehind(file, path);
      if (fsync && isNew) await syncFolderBehind(this.#folder);
    } catch (error) {
      this.#giveUpWrite();
      throw error;
    }
    this.#open.size += bytes.length;
    return isNew;
  }

  close(): void {
    this.#open?.file.close();
    this.#open = null;
  }

  #newSegment(first: number): OpenSegment {
    const name = segmentName(first);
    const path = join(this.#folder, name);
    // A stop came between the making of a segment and its first line.
    if (statOf(path)?.size === 0) removeFile(path);
    const file = Deno.openSync(path, { append: true, createNew: true });
    return { name, path, first, file, ino: file.statSync().ino, size: 0 };
  }

  /** Nobody may go on from lines whose flush has failed: they are cut off, now or before the next try. */
  #giveUpWrite(): void {
    const open = this.#open;
    this.#writeFailed = true;
    if (open === null) return;
    this.#leftover = { path: open.path, size: open.size };
    try {
      open.file.truncateSync(open.size);
      if (open.size === 0) removeFile(open.path);
      this.#leftover = null;
    } catch {
      // retried before the next write
    }
    this.close();
  }
}
