/** From the first start to the end, whether the daemon ticks or not: folders with their locks, and requests of other processes. */
import type { Settings } from "../config/settings.ts";
import type { Logger } from "../log/logger.ts";
import { onPulse } from "../time/pulse.ts";
import type { SerialQueue } from "../time/serial_queue.ts";
import { requestFolder } from "./requests/request_files.ts";
import { type RequestHandlers, Requests } from "./requests/requests.ts";
import type { LiveSettings } from "./settings/live_settings.ts";
import { FolderError, makeFolders, transpiledFolder } from "./settings/make_folders.ts";
import { misplacedPlugins } from "./settings/plugins_apart.ts";

/** How often requests are looked for. */
const REQUEST_PULSES = 1;
/** How often a folder that is not there is looked for again. */
const LOOK_AGAIN_PULSES = 2;

export interface SessionOptions {
  readonly log: Logger;
  readonly live: LiveSettings;
  /** The configuration's: by its raw folder other processes find the requests' folder. */
  readonly configured: Settings;
  /** False: an output root that is not there is waited for. */
  readonly makesOutput: boolean;
  readonly handlers: RequestHandlers;
  readonly onStopRequest: (() => void) | null;
  /** Starts, stops, changes and looks at the folders go one after the other. */
  readonly queue: SerialQueue;
}

export class Session {
  readonly #options: SessionOptions;
  #requests: Requests | null = null;
  #isOpen = false;
  #looking = false;
  #ends: (() => void)[] = [];

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /**
   * Does nothing where it is open.
   * @throws {FolderError} {@linkcode FolderInUseError}
   */
  async open(): Promise<void> {
    if (this.#isOpen) return;
    const { live, configured, makesOutput, log, handlers, onStopRequest: onStop } = this.#options;
    makeFolders(live.settings, live.written, { makesOutput });
    const misplaced = await misplacedPlugins(live.settings);
    if (misplaced !== null) throw new FolderError("plugins.dir", misplaced);
    // Two daemons on different folders, but with one state folder, would fire the same plugins and remove each other's
    // transpiled copies.
    await live.open([transpiledFolder(configured)]);
    this.#requests = Requests.open({ folder: requestFolder(configured), log, handlers, onStop });
    this.#isOpen = true;
    this.#lookAgain();
    this.#ends = [
      onPulse(REQUEST_PULSES, () => void this.#requests?.poll()),
      onPulse(LOOK_AGAIN_PULSES, () => this.#lookAgain()),
    ];
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    for (const end of this.#ends.splice(0)) end();
    await this.#options.live.close();
    // Last: whoever asked for the stop waits for this.
    await this.#requests?.close();
    this.#requests = null;
    this.#isOpen = false;
  }

  #lookAgain(): void {
    if (this.#looking) return;
    this.#looking = true;
    const look = async () => {
      // Behind the end, whose turn may come first, it would lock the folders again.
      if (this.#isOpen) await this.#options.live.lookAgain();
    };
    void this.#options.queue.take(look).finally(() => this.#looking = false);
  }
}
