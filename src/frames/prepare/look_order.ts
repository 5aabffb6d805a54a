/**
 * Which of the frames in raw a firing looks at, and how many of them may be claimed. A few are all looked at each time.
 * Of a crowd (frames that wait for the output, a folder of old frames) the new ones come first, so that what is measured
 * now is delivered now; the others have their turn one after the other, some at each firing.
 */
import type { Candidate } from "./scan.ts";

/** More frames than this are a crowd. */
export const CROWD_MIN = 1000;
/** A frame that was found so recently, or got another file so recently, is new. Longer than the default wait for a sidecar. */
const NEW_MS = 60_000;
/** Of a crowd the others are looked at for so long at each firing. */
const OTHERS_MS_MAX = 50;

interface Known {
  readonly candidate: Candidate;
  /** On the monotonic clock; -Infinity for what was there at the first look. */
  readonly since_ms: number;
}

export interface Looks {
  /** New frames of a crowd, or all where there is none. */
  readonly first: readonly Candidate[];
  /** The others, beginning with the one whose turn it is. */
  readonly others: Iterable<Candidate>;
}

export class LookOrder {
  readonly #now_ms: () => number;
  #known = new Map<string, Known>();
  #candidates: readonly Candidate[] | null = null;
  /** Where the next firing goes on among the others; null at their beginning. */
  #next: Candidate | null = null;

  constructor(now_ms: () => number = () => performance.now()) {
    this.#now_ms = now_ms;
  }

  /** @param candidates in series order */
  looks(candidates: readonly Candidate[]): Looks {
    if (candidates !== this.#candidates) this.#learn(candidates);
    if (candidates.length < CROWD_MIN) {
      this.#next = null;
      return { first: candidates, others: [] };
    }
    const new_ms = this.#now_ms() - NEW_MS;
    const isNew = (candidate: Candidate) => this.#known.get(keyOf(candidate))!.since_ms > new_ms;
    return { first: candidates.filter(isNew), others: this.#others(candidates, isNew) };
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
    const now_ms = this.#candidates === null ? -Infinity : this.#now_ms();
    this.#candidates = candidates;
    const known = new Map<string, Known>();
    for (const candidate of candidates) {
      const key = keyOf(candidate);
      const before = this.#known.get(key);
      const same = before !== undefined && before.candidate.sidecar === candidate.sidecar &&
        before.candidate.others.length === candidate.others.length;
      known.set(
        key,
        before?.candidate === candidate ? before : { candidate, since_ms: same ? before.since_ms : now_ms },
      );
    }
    this.#known = known;
  }
}

function keyOf({ folder, image }: Candidate): string {
  // Of two raw folders one may hide a frame of the other's: it is then not new, and has its turn.
  return folder === "" ? image : `${folder}/${image}`;
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
