/**
 * Which of the frames in raw a firing looks at, and how many of them may be claimed. A few are all looked at each time.
 * Of a crowd (frames that wait for the output, a folder of old frames) the new ones come first, so that what is measured
 * now is delivered now; the others have their turn one after the other, some at each firing.
 */
import type { Candidate } from "./sort_names.ts";

/** More frames than this are a crowd. */
export const CROWD_MIN = 1000;
/** A frame that was found so recently, or got another file so recently, is new. Longer than the default wait for a sidecar. */
const NEW_MS = 60_000;
/** Of a crowd the others are looked at for so long at each firing. */
const OTHERS_MS_MAX = 50;

export interface Looks {
  /** New frames of a crowd, or all where there is none. */
  readonly first: readonly Candidate[];
  /** The others, beginning with the one whose turn it is. */
  readonly others: Iterable<Candidate>;
}

export class LookOrder {
  readonly #now_ms: () => number;
  /** When each was found, on the monotonic clock. */
  readonly #new = new Map<Candidate, number>();
  /** Those that are there, and some that are gone. */
  readonly #seen = new Set<Candidate>();
  #version: unknown = null;
  /** Where the next firing goes on among the others; null at their beginning. */
  #next: Candidate | null = null;

  constructor(now_ms: () => number = () => performance.now()) {
    this.#now_ms = now_ms;
  }

  /**
   * @param candidates in series order; a frame that is another object than at the look before is new
   * @param version the same as before where the candidates are
   */
  looks(candidates: readonly Candidate[], version: unknown = candidates): Looks {
    if (version !== this.#version) this.#learn(candidates);
    this.#version = version;
    if (candidates.length < CROWD_MIN) {
      this.#next = null;
      return { first: candidates, others: [] };
    }
    this.#forgetOld();
    const isNew = (candidate: Candidate) => this.#new.has(candidate);
    return { first: this.#new.size === 0 ? [] : candidates.filter(isNew), others: this.#others(candidates, isNew) };
  }

  /** Whether each frame has been looked at since the round began: what was not asked for is not there any more. */
  get roundIsOver(): boolean {
    return this.#next === null;
  }

  *#others(candidates: readonly Candidate[], isNew: (candidate: Candidate) => boolean): Generator<Candidate> {
    const until_ms = this.#now_ms() + OTHERS_MS_MAX;
    for (let index = placeOf(this.#next, candidates); index < candidates.length; index++) {
      const candidate = candidates[index]!;
      if (isNew(candidate)) continue;
      // Also where the caller takes no more: it is this one's turn then.
      this.#next = candidate;
      if (this.#now_ms() > until_ms) return;
      yield candidate;
    }
    this.#next = null;
  }

  #learn(candidates: readonly Candidate[]): void {
    const now_ms = this.#now_ms();
    if (this.#seen.size > 2 * candidates.length) this.#forgetGone(candidates);
    this.#forgetOld();
    const isFirst = this.#version === null; // what is there at the first look is not new
    for (const candidate of candidates) {
      if (this.#seen.has(candidate)) continue;
      this.#seen.add(candidate);
      if (!isFirst) this.#new.set(candidate, now_ms);
    }
  }

  #forgetOld(): void {
    const new_ms = this.#now_ms() - NEW_MS;
    for (const [candidate, since_ms] of this.#new) if (since_ms <= new_ms) this.#new.delete(candidate);
  }

  #forgetGone(candidates: readonly Candidate[]): void {
    const present = new Set(candidates);
    for (const candidate of this.#seen) if (!present.has(candidate)) this.#seen.delete(candidate);
  }
}

/** Of the frame or, where that is gone, of the one behind it. */
function placeOf(wanted: Candidate | null, candidates: readonly Candidate[]): number {
  if (wanted === null) return 0;
  const { raw, folder, image } = wanted;
  const index = candidates.findIndex((one) =>
    one.raw === raw && (one.folder > folder || (one.folder === folder && one.image >= image))
  );
  return Math.max(0, index);
}
