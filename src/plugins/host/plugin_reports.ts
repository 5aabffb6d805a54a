/** What the log and the conditions say of one plugin. */
import type { Condition } from "../../frames/events.ts";
import type { Logger } from "../../log/logger.ts";
import type { PluginRecord } from "./plugin_status.ts";
import type { PluginVersions } from "./plugin_versions.ts";
import { RHYTHM_SUSPENDED } from "./scheduler.ts";

export interface PluginReportsOptions {
  readonly log: Logger;
  /** In the keys of its conditions: its name may change. */
  readonly fileName: string;
  name(): string;
  onCondition(condition: Condition): void;
}

export class PluginReports {
  readonly #options: PluginReportsOptions;

  constructor(options: PluginReportsOptions) {
    this.#options = options;
  }

  log(level: keyof Logger, message: string): void {
    this.#options.log[level](this.#text(message));
  }

  /** A shipped stage makes no progress; null: it does again. */
  slow(message: string | null): void {
    this.#condition(":slow", message);
  }

  /** Why the user's file, as it is, does not run. */
  problem({ problem, instead }: PluginVersions): void {
    this.#condition(":file", problem === null ? null : `${problem}; ${instead}`);
  }

  /** A stage that refused holds frames up. */
  refusedStage(message: string): void {
    this.#condition("", message);
  }

  suspended(record: PluginRecord, { stage }: PluginVersions): void {
    const next = stage
      ? `it is retried every ${RHYTHM_SUSPENDED.ticktack} ticks`
      : `suspended until its file changes or until: pewatch plugins retry ${this.#options.name()}`;
    this.#condition("", `${record.failed}: ${record.lastError}; ${next}`);
  }

  /** It fires again, or another version runs. */
  solved(): void {
    this.#condition("", null);
  }

  #condition(kind: string, message: string | null): void {
    const { fileName, onCondition } = this.#options;
    onCondition({ key: `plugin:${fileName}${kind}`, message: message === null ? null : this.#text(message) });
  }

  #text(message: string): string {
    return `${this.#options.name()}: ${message}`;
  }
}
