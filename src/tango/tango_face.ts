/** The Tango device server beside the daemon: frames never wait for it, whatever becomes of it. */
import { TangoError, type TangoFailure, type TangoLibrary, type TangoNotice } from "../../ffi/tango/mod.ts";
import type { TangoSettings } from "../config/settings.ts";
import { messageOf } from "../files/errors.ts";
import type { Logger } from "../frames/events.ts";
import { Device, type DeviceDaemon } from "./device.ts";
import type { DeviceProperties } from "./device_properties.ts";
import { inTime } from "../time/in_time.ts";
import { PreviewMaker } from "./preview.ts";
import { placeOf } from "./place.ts";
import { DEVICE_TABLE } from "./table.ts";

export interface TangoFaceOptions {
  readonly settings: TangoSettings;
  readonly daemon: DeviceDaemon;
  readonly log: Logger;
  readonly library: TangoLibrary;
  readonly properties: DeviceProperties;
  /** A client killed the server: the program is to end. */
  readonly onKilled: (why: string) => void;
  readonly retry_ms?: number;
}

/** What hinders a start (a database that is away, a name that is taken) is tried again after so long. */
export const RETRY_MS = 5000;
/** The daemon's start waits no longer for the first attempt. */
const START_MS_MAX = 300;
/** The end of the program waits no longer for the server's: a start may hang at a database that does not answer. */
const STOP_MS_MAX = 3000;

const REMEDIES: Readonly<Record<TangoFailure, string>> = {
  database_away: "it is waited for",
  not_registered: "pewatch tango register does it",
  registered_elsewhere: "give [tango] another device, server or instance, or correct the database",
  already_running: "stop the other one, or give [tango] another instance and device",
  endpoint: "give [tango] endpoint another port, or an address of this computer",
  other: "pewatch doctor says more",
};

export class TangoFace {
  readonly #options: TangoFaceOptions;
  readonly #previews = new PreviewMaker();
  #device: Device | null = null;
  #wake: () => void = () => {};
  #stopped = false;
  #running: Promise<void> = Promise.resolve();
  #stopServer: () => Promise<void> = () => Promise.resolve();
  #said = "";
  #applying = false;

  constructor(options: TangoFaceOptions) {
    this.#options = options;
  }

  /**
   * Waits for the first attempt, but hardly: it takes some 50 ms, and the start of the daemon's workers would hold it up
   * for longer than it holds them up. The log tells what comes of it.
   */
  async start(): Promise<void> {
    const tried = Promise.withResolvers<void>();
    this.#running = this.#run(tried.resolve).catch((error) => {
      this.#device?.[Symbol.dispose]();
      this.#options.log.error(`Tango: the device is not served: ${messageOf(error)}`);
    }).finally(tried.resolve);
    await inTime(tried.promise, START_MS_MAX);
  }

  /** The daemon has started. */
  started(): void {
    this.#device?.started();
  }

  /** From now on clients read, but can do nothing: the program comes to its end. */
  end(): void {
    this.#device?.end();
  }

  /** Ends the server; bounded. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    this.#device?.[Symbol.dispose]();
    this.#previews[Symbol.dispose]();
    await inTime(Promise.all([this.#stopServer(), this.#running]), STOP_MS_MAX);
  }

  /** @param tried called when the first attempt has succeeded or failed */
  async #run(tried: () => void): Promise<void> {
    const { settings, daemon, log, library, properties } = this.#options;
    const begin_ms = performance.now();
    const server = library.createServer(DEVICE_TABLE);
    this.#stopServer = () => server.stop();
    const device = this.#device = new Device({
      server,
      daemon,
      log,
      makePreview: (path) => this.#previews.make(path),
      onNotice: (notice) => this.#notice(notice),
    });
    device.follow();
    const place = placeOf(settings);
    const host = Deno.env.get("TANGO_HOST");
    if (host !== undefined && host !== settings.database) {
      log.info(
        `Tango: [tango] database is ${JSON.stringify(settings.database)}, so TANGO_HOST, ${host}, does not count`,
      );
    }
    for (;;) {
      try {
        const name = await server.start(place);
        log.info(`Tango: ${name} is served after ${Math.round(performance.now() - begin_ms)} ms`);
        break;
      } catch (error) {
        if (this.#stopped) return;
        if (!(error instanceof TangoError) || error.failure === null) throw error;
        this.#tell(`Tango: ${error.message}; ${REMEDIES[error.failure]}`);
      }
      tried();
      await this.#pause();
      if (this.#stopped) return;
    }
    tried();
    if (!properties.known) void this.#applyProperties();
    await device.serve();
    if (!this.#stopped) this.#options.onKilled("a Tango client killed the server");
  }

  /** What reads the properties anew elsewhere does so here, too. */
  #notice({ notice, text }: TangoNotice): void {
    if (notice === "stopped") return;
    this.#options.log.info(`Tango: ${text}`);
    void this.#applyProperties();
  }

  /** Until they hold: the daemon may be busy, a folder not there yet. Never rejects. */
  async #applyProperties(): Promise<void> {
    if (this.#applying) return;
    this.#applying = true;
    while (!this.#stopped) {
      try {
        await this.#options.properties.apply(this.#options.daemon);
        break;
      } catch (error) {
        this.#tell(`Tango: the properties of the device do not hold yet: ${messageOf(error)}`);
      }
      await this.#pause();
    }
    this.#applying = false;
  }

  /** Until the next attempt, or the end. Never two at a time. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#options.retry_ms ?? RETRY_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Once as long as it stays the same. */
  #tell(text: string): void {
    if (this.#said === text) this.#options.log.debug(text);
    else this.#options.log.warn(`${text}. Frames go on; it is tried again each ${RETRY_MS / 1000} s`);
    this.#said = text;
  }
}
