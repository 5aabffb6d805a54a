/** A plugin's status, and the counts behind it, which outlive workers and versions of the file. */

export type PluginState =
  | "starting"
  | "ready"
  | "firing"
  /** The last firing failed; the next one is tried. */
  | "failed"
  /** Its setup threw, its table is wrong, or its file cannot be loaded; not retried until its file changes. */
  | "refused"
  /** Suspended after too many failures in a row. */
  | "aside"
  | "stopped";

export interface PluginStatus {
  readonly name: string;
  /** The user's file that runs, or, where none runs, that would; null for shipped plugins. */
  readonly file: string | null;
  /** Whether a user's file replaces a shipped plugin. */
  readonly replaces: boolean;
  /** The first digits of the hash of what runs; "" for shipped plugins. */
  readonly version: string;
  readonly ticktack: number;
  readonly offset: number;
  /** Whether it is a stage. */
  readonly essential: boolean;
  readonly state: PluginState;
  readonly firings: number;
  /** Firings skipped because the one before was still running. */
  readonly skips: number;
  readonly failures: number;
  readonly failuresInRow: number;
  readonly lastError: string | null;
  /** Why the user's file, as it stands, does not run; null where it does. */
  readonly problem: string | null;
  readonly lastTime_ms: number | null;
  readonly longestTime_ms: number | null;
  readonly counters: Readonly<Record<string, number>>;
}

/** A plugin that counts under ever new names would fill the memory. */
const COUNTERS_MAX = 100;

export class PluginRecord {
  state: PluginState = "starting";
  firings = 0;
  skips = 0;
  failures = 0;
  failuresInRow = 0;
  lastError: string | null = null;
  lastTime_ms: number | null = null;
  longestTime_ms: number | null = null;
  readonly #counters = new Map<string, number>();

  took(time_ms: number): void {
    this.lastTime_ms = time_ms;
    this.longestTime_ms = Math.max(this.longestTime_ms ?? 0, time_ms);
  }

  /** Another version, or the same once more: earlier failures do not count. */
  begin(): void {
    this.state = "starting";
    this.failuresInRow = 0;
    this.lastError = null;
  }

  /** A new worker is started. What is suspended stays so until a firing succeeds. */
  starting(): void {
    if (this.state !== "aside") this.state = "starting";
  }

  started(): void {
    if (this.state !== "aside") this.state = "ready";
  }

  firing(): void {
    this.state = "firing";
    this.firings++;
  }

  succeeded(): void {
    this.state = "ready";
    this.failuresInRow = 0;
  }

  refuse(reason: string): void {
    this.state = "refused";
    this.lastError = reason;
  }

  fail(message: string): void {
    this.failures++;
    this.failuresInRow++;
    this.lastError = message;
  }

  /** The failures since the last success, in words. */
  get failed(): string {
    return this.failuresInRow === 1 ? "failed" : `failed ${this.failuresInRow} times in a row`;
  }

  count(counter: string, by: number): void {
    if (typeof counter !== "string" || !Number.isFinite(by)) return;
    if (!this.#counters.has(counter) && this.#counters.size >= COUNTERS_MAX) return;
    this.#counters.set(counter, (this.#counters.get(counter) ?? 0) + by);
  }

  reading() {
    const { ...counts }: PluginRecord = this;
    return { ...counts, counters: Object.fromEntries(this.#counters) };
  }
}
