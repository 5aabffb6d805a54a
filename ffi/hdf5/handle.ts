/** An owned id: closed once, by whoever made it. */
import { Hdf5Error } from "./error.ts";
import type { Native } from "./c/native.ts";

/** What each kind of id adds: its word in messages, and the function that closes it. */
export interface HandleKind {
  readonly noun: string;
  readonly close: (native: Native, id: bigint) => number;
  /** True for ids that H5Fget_obj_count does not count. */
  readonly countedHere: boolean;
}

export abstract class Handle implements Disposable {
  readonly native: Native;
  readonly #kind: HandleKind;
  #id: bigint | null;

  constructor(native: Native, id: bigint, kind: HandleKind) {
    this.native = native;
    this.#id = id;
    this.#kind = kind;
    if (kind.countedHere) native.openOthers++;
  }

  /** For the wrappers of this folder alone. */
  get id(): bigint {
    if (this.#id === null) throw new Hdf5Error(`Cannot use ${this.#kind.noun}: it is closed`);
    return this.#id;
  }

  /** A second call does nothing. @throws Hdf5Error */
  close(): void {
    const result = this.#release();
    if (result < 0) this.native.fail(`close ${this.#kind.noun}`);
  }

  /** Closes without a word: what leaves a scope by an error must not cover that error with another. */
  [Symbol.dispose](): void {
    this.#release();
  }

  #release(): number {
    if (this.#id === null) return 0;
    const id = this.#id;
    this.#id = null;
    if (this.#kind.countedHere) this.native.openOthers--;
    return this.#kind.close(this.native, id);
  }
}
