/**
 * The ledger, its real writer, and a shipped plugin in its real worker, without the frames themselves: what the ledger
 * says was delivered is announced.
 */
import { Cursors } from "../../src/ledger/cursors.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import { PluginHost } from "../../src/plugins/host/plugin_host.ts";
import type { ConsumerStatus } from "../../src/plugins/host/frame_feed.ts";
import { shippedExtras } from "../../src/plugins/host/shipped.ts";
import type { DeliveredEntry } from "../../src/ledger/line.ts";
import { type MemoryLog, memoryLog, settingsIn, until } from "../daemon/helpers.ts";
import { deliveredEntry } from "../ledger/lines.ts";

export interface AnnouncingOptions {
  /** Its `state` folder holds ledger and cursors. */
  readonly folder: string;
  readonly plugin: string;
  readonly table: Record<string, unknown>;
}

const TICK_MS = 20;

export class Announcing implements AsyncDisposable {
  readonly ledger: Ledger;
  readonly conditions = new Map<string, string>();
  /** Every condition that was reported. */
  readonly reported: string[] = [];
  readonly log: MemoryLog = memoryLog();
  readonly #cursors: Cursors;
  readonly #host: PluginHost;
  readonly #plugin: string;
  #tick = 0;
  #timer: ReturnType<typeof setInterval> | null = null;

  private constructor({ folder, plugin, table }: AnnouncingOptions) {
    const settings = settingsIn(folder, { [plugin]: table });
    const { log } = this;
    this.#plugin = plugin;
    this.#cursors = new Cursors({ stateDir: folder, log, fsync: () => false });
    this.ledger = new Ledger({
      stateDir: folder,
      log,
      settings: () => ({ fsync: false, keep_days: 0 }),
      seen: this.#cursors.highest,
    });
    this.#host = new PluginHost({
      sources: shippedExtras(settings),
      log,
      ledger: this.ledger,
      cursors: this.#cursors,
      settings: () => settings,
      onFrame: () => {},
      onCondition: ({ key, message }) => {
        if (message === null) return void this.conditions.delete(key);
        this.conditions.set(key, message);
        this.reported.push(message);
      },
      onBacklog: () => {},
    });
  }

  static async start(options: AnnouncingOptions): Promise<Announcing> {
    const announcing = new Announcing(options);
    await announcing.ledger.check();
    await announcing.#host.start();
    announcing.#timer = setInterval(() => announcing.#host.tick(++announcing.#tick), TICK_MS);
    await until(() => announcing.consumer !== undefined || announcing.conditions.size > 0, "the plugin's first look");
    return announcing;
  }

  get consumer(): ConsumerStatus | undefined {
    return this.#host.consumers().find(({ name }) => name.startsWith(`${this.#plugin}/`));
  }

  get counters(): Readonly<Record<string, number>> {
    return this.#host.statuses()[0]?.counters ?? {};
  }

  get condition(): string | undefined {
    return [...this.conditions.values()][0];
  }

  /** Writes lines of frames with these numbers. */
  async deliver(from: number, to: number, more: Partial<DeliveredEntry> = {}): Promise<void> {
    for (let number = from; number <= to; number++) await this.ledger.append(deliveredEntry(number, more));
  }

  /** Waits until all lines are announced. */
  async done(): Promise<void> {
    await until(() => this.ledger.newest > 0 && this.consumer?.sequence === this.ledger.newest, "all announcements");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#host.stop();
    await this.#cursors.flush();
    await this.ledger.close();
  }
}
