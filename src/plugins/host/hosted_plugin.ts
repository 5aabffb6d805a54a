/** One plugin under the daemon's care, by its file's name: when it fires, and when another version takes over. */
import { PluginChoice } from "./plugin_choice.ts";
import { messageOf } from "./plugin_instance.ts";
import { FINE, type FiringResult, type Named, PluginLife, type PluginSurroundings } from "./plugin_life.ts";
import type { PluginStatus } from "./plugin_status.ts";
import { isDue, type Rhythm } from "./scheduler.ts";
import type { PluginSource } from "../source.ts";

/** A module that cannot be imported has no rhythm of its own: it is tried again each second by default. */
const RHYTHM_UNKNOWN: Rhythm = { ticktack: 3, offset: 0 };
/** A stage that is put aside is tried again all the same, at this rhythm: 10 s by default, which floods no log. */
const RHYTHM_ASIDE: Rhythm = { ticktack: 30, offset: 0 };
/** From the abort of its signal on, a firing has so long before its worker is ended. */
export const PLUGIN_END_MS_MAX = 10_000;
/** A stage may have frames under way: the largest one to a slow disk takes less than this. */
export const STAGE_END_MS_MAX = 60_000;

export class HostedPlugin implements Named {
  /** Its file's name without the ending: what it is known by, whatever NAME its module has. */
  readonly fileName: string;
  readonly #choice: PluginChoice;
  readonly #around: PluginSurroundings;
  readonly #life: PluginLife;
  #busy: Promise<FiringResult> | null = null;

  constructor(origin: { fileName: string; shipped: PluginSource | null }, around: PluginSurroundings) {
    this.fileName = origin.fileName;
    this.#around = around;
    this.#choice = new PluginChoice(origin.shipped);
    this.#life = new PluginLife({
      plugin: this,
      choice: this.#choice,
      around,
      onGaveWay: () => {
        if (this.#busy === null) this.start(); // else it comes behind what is under way
      },
    });
  }

  get name(): string {
    return this.#life.name;
  }

  /** Whether there is no use in firing it: it refused, was put aside or stopped. */
  get out(): boolean {
    const { state } = this.#life.record;
    return state === "refused" || state === "aside" || state === "stopped";
  }

  /** Whether nothing of it is left: its file was removed, and its worker has ended. */
  get gone(): boolean {
    const { shipped, user } = this.#choice;
    return shipped === null && user === null && this.#life.running === null && this.#busy === null;
  }

  /** Whether it stands in the place of a stage of the way. */
  get stage(): boolean {
    return this.#choice.stage;
  }

  get hasWorker(): boolean {
    return this.#life.hasWorker;
  }

  /** Comes when nothing of it is under way. */
  get idle(): Promise<unknown> {
    return this.#busy ?? Promise.resolve();
  }

  /** Hashes of what is imported or about to be. */
  get hashes(): string[] {
    return [this.#choice.user, this.#life.running].flatMap((source) => source?.hash ? [source.hash] : []);
  }

  status(): PluginStatus {
    const { ticktack, offset } = this.#life.rhythm ?? RHYTHM_UNKNOWN;
    const record = this.#life.record.reading();
    const running = this.#life.running;
    const { problem, shipped, user, stage } = this.#choice;
    return {
      name: this.name,
      file: running === null ? user?.file ?? null : running.file,
      replaces: shipped !== null && this.#life.ofUser,
      version: running?.hash.slice(0, 8) ?? "",
      ticktack,
      offset,
      essential: stage,
      ...record,
      lastError: problem ?? record.lastError,
      problem,
    };
  }

  /** What lies in the plugins folder under this name now; null: nothing. Takes effect between two firings. */
  offer(user: PluginSource | null): void {
    this.#choice.offer(user);
    this.#life.tellProblem();
    if (this.#busy === null && this.#life.running === null && this.#target === null) {
      this.#life.record.state = "refused";
    }
    this.start();
  }

  /** Starts what is to run, if it does not run yet; ends what is not. `idle` comes when that is done. */
  start(): void {
    if (this.#life.stopping || this.#settled()) return;
    if (this.#busy === null) void this.#occupy(() => Promise.resolve(FINE));
    else this.#life.abort(this.#endBound_ms());
  }

  /** Fires the plugin where it is due at this value of the counter. */
  tick(counter: number): void {
    if (!isDue(counter, this.#rhythmNow())) return;
    const { state } = this.#life.record;
    if (state === "refused" || state === "stopped") return;
    if (state === "aside" && !this.#choice.stage) return;
    if (this.#busy !== null) {
      this.#life.record.skips++;
      this.#around.log.debug(`${this.name}: still at work, firing at tick ${counter} left out`);
      return;
    }
    void this.fire(counter);
  }

  /** One firing, with a new worker where the last one died. Never rejects. What is under way is waited for instead. */
  fire(tick: number): Promise<FiringResult> {
    return this.#busy ?? this.#occupy(() => this.#life.fire(tick, () => this.#settled()));
  }

  /** Another chance, whatever went wrong; gives why there is none. */
  retry(): string | null {
    if (this.#life.stopping) return "pewatch is about to stop";
    const choice = this.#choice;
    if (choice.user?.problem) return choice.user.problem;
    const asked = choice.gaveWay || this.out;
    choice.reopen();
    this.#life.tellProblem();
    if (!asked || this.#busy !== null || !this.#settled()) {
      this.start();
      return null;
    }
    void this.#occupy(() => this.#life.again());
    return null;
  }

  /** This name has been given up by another plugin. */
  nameIsFree(key: string): void {
    if (this.#life.clash === key) this.retry();
  }

  /** Lets the firing under way come to its end, bounded; then the plugin close what it opened; then ends the worker. */
  async stop(): Promise<void> {
    this.#life.stopping = true;
    this.#life.abort(this.#choice.stage ? STAGE_END_MS_MAX : PLUGIN_END_MS_MAX);
    await this.#busy;
    this.#life.record.state = "stopped";
    await this.#life.end();
  }

  /** Whether what is shipped runs, or is about to. */
  get runsShipped(): boolean {
    return this.#choice.shipped !== null && this.#target === this.#choice.shipped;
  }

  get #target(): PluginSource | null {
    return this.#choice.target(this.#life.running);
  }

  /** Whether what runs is what should, and can go on. */
  #settled(): boolean {
    return this.#target === this.#life.running && !this.#life.aborted;
  }

  /** A shipped stage is never cut off: two workers would move the same frames (see PluginInstance). */
  #endBound_ms(): number | null {
    if (!this.#choice.stage) return PLUGIN_END_MS_MAX;
    return this.#life.ofUser ? STAGE_END_MS_MAX : null;
  }

  #rhythmNow(): Rhythm {
    return this.#life.record.state === "aside" ? RHYTHM_ASIDE : this.#life.rhythm ?? RHYTHM_UNKNOWN;
  }

  /** What is under way is one thing at a time; behind each, another version takes over where there is one. */
  #occupy(run: () => Promise<FiringResult>): Promise<FiringResult> {
    const busy = (async () => {
      let result: FiringResult;
      try {
        result = await run();
        while (!this.#life.stopping && !this.#settled()) result = await this.#swap();
      } catch (error) {
        result = { error: this.#life.fail(messageOf(error)) };
      }
      this.#busy = null;
      return result;
    })();
    return this.#busy = busy;
  }

  /** The old version ends before the new one begins: a stage is never run by two. */
  async #swap(): Promise<FiringResult> {
    await this.#life.end();
    return this.#life.stopping ? FINE : await this.#life.begin(this.#target);
  }
}
