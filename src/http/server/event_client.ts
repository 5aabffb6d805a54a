/** One client of a stream of events. What it does not read waits in a bounded buffer; who reads too slowly is dropped. */

/** Some minutes of events of a quiet daemon, ten seconds of a busy one. */
const PENDING_BYTES_MAX = 256 * 1024;

export class EventClient {
  readonly #write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  readonly #close: () => void;
  readonly #queue: Uint8Array<ArrayBuffer>[] = [];
  #pending = 0;
  #writing = false;
  #drained: Promise<void> = Promise.resolve();
  #closed = false;
  /** Whether it was dropped since it read too slowly. */
  wasDropped = false;
  /** Called once, when the client is gone or dropped. */
  onClose: () => void = () => {};

  constructor(write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>, close: () => void) {
    this.#write = write;
    this.#close = close;
  }

  /** Never waits. A client whose buffer is full is dropped: its browser connects anew and begins with the present. */
  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#closed) return;
    // The first always fits: it may be a large one.
    if (this.#pending > 0 && this.#pending + bytes.length > PENDING_BYTES_MAX) {
      this.wasDropped = true;
      return this.close();
    }
    this.#queue.push(bytes);
    this.#pending += bytes.length;
    if (!this.#writing) this.#drained = this.#drain();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** For who sends no faster than the client reads: comes back when it has all, or is gone. */
  drained(): Promise<void> {
    return this.#drained;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue.length = 0;
    this.#close();
    this.onClose();
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    try {
      for (let bytes = this.#queue.shift(); bytes !== undefined; bytes = this.#queue.shift()) {
        await this.#write(bytes);
        this.#pending -= bytes.length;
      }
    } catch {
      this.close();
    }
    this.#writing = false;
  }
}
