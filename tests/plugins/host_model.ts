/** What a plugin of the host is to do, as the design has it, without workers: the property test's model. */
import { PLUGIN_END_MS_MAX, STAGE_END_MS_MAX } from "../../src/plugins/host/plugin_worker.ts";
import { type Behaviour, outcome } from "./fake_workers.ts";

export const STAGE = "stage";
/** The url of the shipped stage. */
export const SHIPPED = "x:shipped";
const FAILURES_MAX = 3;
const LIMIT_MS = 300_000;
/** What a plugin without a rhythm, and a stage that is suspended, are tried at. */
const UNKNOWN = { ticktack: 3, offset: 0 };
const ASIDE = { ticktack: 30, offset: 0 };

/** What lies in the folder under a name: the url of a version, one that cannot be loaded, or nothing. */
export type File = { readonly url: string | null; readonly hash: string } | null;

/** One plugin as the rules of the design have it, in the order of time. */
export class Model {
  readonly fired: string[] = [];
  user: File = null;
  gaveWay = false;
  running: string | null = null;
  state = "starting";
  alive = false;
  skips = 0;
  failures = 0;
  inRow = 0;
  knowsRhythm = false;
  aborted = false;
  /** What is in progress: it ends at a time of its own, or when it is cut off. */
  under: { what: "start" | "firing"; ends_ms: number; cut_ms: number; limit_ms: number } | null = null;
  /** The tick of a firing that needs a new worker first: a change may come in between. */
  awaiting: number | null = null;

  constructor(readonly name: string, readonly behaviours: Map<string, Behaviour>) {}

  get stage(): boolean {
    return this.name === STAGE;
  }

  get shipped(): string | null {
    return this.stage ? SHIPPED : null;
  }

  get ofUser(): boolean {
    return this.running !== null && this.running !== SHIPPED;
  }

  target(): string | null {
    if (this.user === null || this.gaveWay) return this.shipped;
    return this.user.url ?? (this.ofUser ? this.running : this.shipped);
  }

  behaviour(): Behaviour {
    return this.behaviours.get(this.running!)!;
  }

  get bound_ms(): number {
    if (!this.stage) return PLUGIN_END_MS_MAX;
    return this.ofUser ? STAGE_END_MS_MAX : Infinity;
  }

  rhythm() {
    if (this.state === "aside") return ASIDE;
    return this.knowsRhythm ? this.behaviour() : UNKNOWN;
  }

  /** All that ends up to this time. */
  goTo(now_ms: number): void {
    for (;;) {
      const { under } = this;
      if (under === null) return;
      const { ends_ms, cut_ms, limit_ms } = under;
      const at_ms = Math.min(ends_ms, cut_ms, limit_ms);
      if (at_ms > now_ms) return;
      this.under = null;
      if (at_ms !== ends_ms) this.alive = false; // ended with its worker
      if (under.what === "start") this.startFailed();
      else this.firingEnded(at_ms === ends_ms ? this.outcome() : "cut");
      this.settle(at_ms);
    }
  }

  tick(counter: number, now_ms: number): void {
    const { ticktack, offset } = this.rhythm();
    if (counter - offset <= 0 || (counter - offset) % ticktack !== 0) return;
    if (this.state === "refused" || this.state === "stopped" || (this.state === "aside" && !this.stage)) return;
    if (this.under !== null) {
      this.skips++;
      return;
    }
    if (this.running === null) return;
    if (!this.alive) {
      this.awaiting = counter;
      return;
    }
    this.fire(counter, now_ms);
    this.settle(now_ms);
  }

  /** The end of a tick. */
  begun(now_ms: number): void {
    const { awaiting } = this;
    this.awaiting = null;
    if (awaiting === null) return;
    if (this.begin(now_ms) && this.target() === this.running && !this.aborted) this.fire(awaiting, now_ms);
    this.settle(now_ms);
  }

  fire(counter: number, now_ms: number): void {
    const { duration_ms } = this.behaviour();
    this.state = "firing";
    this.fired.push(`${this.running} at ${counter}`);
    if (duration_ms === 0) return this.firingEnded(this.outcome());
    const limit_ms = this.stage && !this.ofUser ? Infinity : now_ms + LIMIT_MS;
    this.under = { what: "firing", ends_ms: now_ms + duration_ms, cut_ms: Infinity, limit_ms };
  }

  /** What the firing that began last comes to by itself. */
  outcome(): "well" | "throws" | "dies" {
    const number = this.fired.filter((firing) => firing.startsWith(`${this.running} at`)).length;
    return outcome(this.behaviour(), number);
  }

  firingEnded(how: "well" | "throws" | "dies" | "cut"): void {
    if (how === "dies") this.alive = false;
    if (how !== "well") return this.fail();
    this.state = "ready";
    this.inRow = 0;
  }

  /** Whether it comes to a firing at once. */
  begin(now_ms: number): boolean {
    const { starts } = this.behaviour();
    const aside = this.state === "aside";
    if (!aside) this.state = "starting";
    this.alive = false;
    if (starts === "hangs") {
      const cut_ms = this.aborted ? now_ms + this.bound_ms : Infinity;
      this.under = { what: "start", ends_ms: Infinity, cut_ms, limit_ms: now_ms + LIMIT_MS };
      return false;
    }
    if (starts === "throws") {
      this.startFailed();
      return false;
    }
    this.knowsRhythm = true;
    if (starts === "refuses") {
      this.state = "refused";
      if (this.ofUser && this.stage) this.giveWay();
      return false;
    }
    this.alive = true;
    if (!aside) this.state = "ready";
    return true;
  }

  startFailed(): void {
    this.alive = false;
    this.fail();
    if (this.ofUser && this.stage) this.giveWay();
  }

  fail(): void {
    if (this.state === "aside" && !this.stage) return;
    this.failures++;
    this.inRow++;
    if (this.inRow < FAILURES_MAX) this.state = "failed";
    else if (this.ofUser && this.stage) this.giveWay();
    else {
      this.state = "aside";
      if (!this.stage) this.alive = false;
    }
  }

  giveWay(): void {
    if (this.user?.url === null || this.user?.url === this.running) this.gaveWay = true;
  }

  offer(user: File, now_ms: number): void {
    if (user?.hash !== this.user?.hash) this.gaveWay = false;
    this.user = user;
    if (this.under === null && this.running === null && this.target() === null) this.state = "refused";
    this.hurry(now_ms);
  }

  /** Another version is wanted: what is in progress is asked to end, or swapped at once. */
  hurry(now_ms: number): void {
    if (this.target() === this.running && !this.aborted) return;
    if (this.awaiting !== null) {
      this.aborted = true;
      return;
    }
    if (this.under === null) return this.settle(now_ms);
    if (!this.aborted && this.under.what === "firing" && this.behaviour().heedsAbort) this.under.ends_ms = now_ms;
    this.aborted = true;
    this.under.cut_ms = Math.min(this.under.cut_ms, now_ms + this.bound_ms);
    if (this.under.ends_ms === now_ms) {
      this.under = null;
      this.firingEnded("well"); // the fake worker ends an aborted firing well
      this.settle(now_ms);
    }
  }

  settle(now_ms: number): void {
    while (this.under === null && (this.target() !== this.running || this.aborted)) {
      this.running = this.target();
      this.aborted = false;
      this.alive = false;
      this.state = "starting";
      this.inRow = 0;
      this.knowsRhythm = false;
      if (this.running === null) this.state = this.user === null ? "stopped" : "refused";
      else this.begin(now_ms);
    }
  }

  retry(now_ms: number): void {
    if (this.user !== null && this.user.url === null) return;
    const asked = this.gaveWay || ["refused", "aside", "stopped"].includes(this.state);
    this.gaveWay = false;
    if (!asked || this.under !== null || this.target() !== this.running || this.aborted) return this.hurry(now_ms);
    if (this.running === null) return;
    this.state = "starting";
    this.inRow = 0;
    this.begin(now_ms);
    this.settle(now_ms);
  }

  /** Nothing of it is left. */
  get gone(): boolean {
    return !this.stage && this.user === null && this.running === null && this.under === null;
  }
}
