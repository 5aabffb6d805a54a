/** A file in memory in place of the one that tags are merged into. */
import type { MergeFile } from "../../src/tiff/merge_file.ts";

export class MemoryFile implements MergeFile {
  readonly size: number;
  bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.size = bytes.length;
    this.bytes = bytes.slice();
  }

  read(offset: number, length: number): Uint8Array {
    return this.bytes.slice(offset, offset + length);
  }

  write(offset: number, bytes: Uint8Array): void {
    const larger = new Uint8Array(Math.max(this.bytes.length, offset + bytes.length));
    larger.set(this.bytes);
    larger.set(bytes, offset);
    this.bytes = larger;
  }

  sync(): void {}

  truncate(size: number): void {
    this.bytes = this.bytes.slice(0, size);
  }
}
