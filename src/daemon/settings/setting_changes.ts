/** Changes of settings in their turn: behind a start, a stop or another change, each made or refused in time. */
import type { Settings } from "../../config/settings.ts";
import { messageOf } from "../../files/errors.ts";
import type { SerialQueue } from "../../time/serial_queue.ts";
import type { Listeners } from "../listeners.ts";
import { CHECK_MS_MAX, refusal } from "./check_change.ts";
import { type ClientSetting, keyOf, type SettingChange, SettingRefusedError } from "./client_settings.ts";
import type { LiveSettings } from "./live_settings.ts";

export interface SettingChangesOptions {
  readonly live: LiveSettings;
  readonly queue: SerialQueue;
  readonly listeners: Listeners<Settings>;
  /** Opens the folders, of which a change needs the locks. */
  open(): Promise<void>;
  /** Comes when no stage works with the settings of now; null where none is started. */
  stagesOver(): Promise<void> | null;
}

export class SettingChanges {
  readonly #options: SettingChangesOptions;

  constructor(options: SettingChangesOptions) {
    this.#options = options;
  }

  /** @throws {SettingRefusedError} */
  change(change: SettingChange, { ofClient }: { readonly ofClient: boolean }): Promise<void> {
    return this.#inTurn(
      (deadline_ms) => this.#options.live.change(change, { ofClient, deadline_ms }),
      (reason) => refusal(change, reason),
    );
  }

  /**
   * @returns whether a client had set it
   * @throws {SettingRefusedError}
   */
  async forget(key: ClientSetting): Promise<boolean> {
    let forgotten = false;
    await this.#inTurn(
      async (deadline_ms) => forgotten = await this.#options.live.forget(key, deadline_ms),
      (reason) => new SettingRefusedError(`Cannot forget ${keyOf(key)}: ${reason}`),
    );
    return forgotten;
  }

  /** @param make returns whether anything has changed */
  #inTurn(make: (deadline_ms: number) => Promise<boolean>, refused: (reason: string) => Error): Promise<void> {
    const { live, queue, listeners, open } = this.#options;
    const deadline_ms = performance.now() + CHECK_MS_MAX;
    const late = () => refused("pewatch is busy with a start, a stop or another change; try again");
    return queue.takeBy(deadline_ms, async () => {
      try {
        await open();
      } catch (error) {
        throw refused(messageOf(error));
      }
      if (!await make(deadline_ms)) return;
      this.#closeDrainingLater();
      listeners.report(live.settings);
    }, late);
  }

  /** A firing in progress may still put claims into a folder that has just been replaced. */
  #closeDrainingLater(): void {
    const { live: { folders }, stagesOver } = this.#options;
    const ids = folders.drainingIds;
    const over = stagesOver();
    if (over === null) folders.closeDraining(ids);
    else void over.then(() => folders.closeDraining(ids));
  }
}
