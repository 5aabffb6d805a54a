/** The daemon's ledger from a start to a stop: its faults are conditions, and are looked at again when nothing flows. */
import type { Settings } from "../config/settings.ts";
import type { Condition } from "../frames/events.ts";
import { LedgerError } from "../ledger/error.ts";
import { Cursors } from "../ledger/cursors.ts";
import { Ledger } from "../ledger/ledger.ts";
import type { Logger } from "../log/logger.ts";
import { ClientConsumers } from "./client_consumers.ts";

/** How often a ledger that could not be written is retried while no frame needs it. */
const CHECK_EACH_MS = 5000;
/** A disk that has not answered for so long is reported. */
const STALLED_MS = 10_000;

export interface LedgerKeeperOptions {
  readonly log: Logger;
  settings(): Settings;
  onCondition(condition: Condition): void;
}

export class LedgerKeeper {
  readonly ledger: Ledger;
  readonly cursors: Cursors;
  readonly clients: ClientConsumers;
  readonly #options: LedgerKeeperOptions;
  #nextCheck_ms = 0;
  #stalled = false;

  constructor(options: LedgerKeeperOptions) {
    this.#options = options;
    const { log } = options;
    const stateDir = options.settings().daemon.state_dir;
    this.cursors = new Cursors({ stateDir, log, fsync: () => options.settings().frames.fsync });
    this.ledger = new Ledger({
      stateDir,
      log,
      seen: this.cursors.highest,
      settings: () => {
        const { frames, ledger } = options.settings();
        return { fsync: frames.fsync, keep_days: ledger.keep_days };
      },
      onFault: (message) => this.#report(message),
    });
    this.clients = new ClientConsumers(this.ledger, this.cursors);
  }

  /** Finds where the ledger ends; what is wrong with it becomes a condition, and frames wait. */
  async open(): Promise<void> {
    try {
      await this.ledger.check();
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
    }
  }

  /** @param now_ms on the monotonic clock */
  tick(now_ms: number): void {
    const stalled = this.ledger.waiting_ms() > STALLED_MS;
    if (stalled !== this.#stalled) {
      this.#stalled = stalled;
      const folder = this.ledger.folder;
      this.#report(stalled ? `the disk of the ledger ${folder} has not answered for ${STALLED_MS / 1000} s` : null);
    }
    if (this.ledger.fault === null || stalled || now_ms < this.#nextCheck_ms) return;
    this.#nextCheck_ms = now_ms + CHECK_EACH_MS;
    void this.open();
  }

  /** After the last word of the plugins. */
  async close(): Promise<void> {
    await this.cursors.flush();
    await this.ledger.close();
  }

  #report(message: string | null): void {
    this.#options.onCondition({
      key: "ledger",
      message: message === null ? null : `${message}; frames wait until it can be written`,
    });
  }
}
