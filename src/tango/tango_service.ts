/** The Tango device server beside the daemon: frames never wait for it, whatever becomes of it. */
import { TangoError, type TangoFailure, type TangoLibrary, type TangoNotice } from "../../ffi/tango/mod.ts";
import type { TangoSettings } from "../config/settings.ts";
import { messageOf } from "../files/errors.ts";
import type { Logger } from "../log/logger.ts";
import { Device, type DeviceDaemon } from "./device.ts";
import { databaseCause } from "./database_fault.ts";
import type { DeviceProperties } from "./device_properties.ts";
import { withTimeout } from "../time/time_limit.ts";
import { PreviewMaker } from "./preview.ts";
import { placeOf } from "./place.ts";
import { DEVICE_TABLE } from "./table.ts";
import { inAttributeNames } from "./writes.ts";

export interface TangoServiceOptions {
  readonly settings: TangoSettings;
  readonly daemon: DeviceDaemon;
  readonly log: Logger;
  readonly library: TangoLibrary;
  readonly properties: DeviceProperties;
  /** A client killed the server: the program is to end. */
  readonly onKilled: (why: string) => void;
  readonly retry_ms?: number;
  /** Why the database at "host:port" does not answer; a seam for tests. */
  readonly databaseCause?: (database: string) => Promise<string>;
}

/** What hinders a start (a database that is away, a name that is taken) is retried after so long. */
const RETRY_MS = 5000;
/** The end of the program waits no longer for the server's: a start may hang at a database that does not answer. */
const STOP_MS_MAX = 3000;

const REMEDIES: Readonly<Record<TangoFailure, string>> = {
  database_away: "",
  not_registered: "; pewatch tango register does it",
  registered_elsewhere: "; give [tango] another device, server or instance, or correct the database",
  already_running: "; stop the other one, or give [tango] another instance and device",
  endpoint: "; give [tango] endpoint another port, or an address of this computer",
  other: "; pewatch doctor says more",
};

export class TangoService {
  readonly #options: TangoServiceOptions;
  readonly #previews = new PreviewMaker();
  #device: Device | null = null;
  #wake: () => void = () => {};
  #stopped = false;
  #running: Promise<void> = Promise.resolve();
  #stopServer: () => Promise<void> = () => Promise.resolve();
  #said = "";
  #applying = false;

  constructor(options: TangoServiceOptions) {
    this.#options = options;
  }

  /**
   * To be called when the daemon runs: what keeps that from starting is not to stand behind words about ports and
   * databases. Gives at once; the log says what comes of it.
   */
  start(): void {
    this.#running = this.#run().catch((error) => {
      this.#device?.[Symbol.dispose]();
      this.#options.log.error(`Tango: the device is not served: ${messageOf(error)}`);
    });
  }

  /** From now on clients read, but can do nothing: the program ends. */
  end(): void {
    this.#device?.end();
  }

  /** Ends the server; bounded. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    this.#device?.[Symbol.dispose]();
    this.#previews[Symbol.dispose]();
    await withTimeout(Promise.all([this.#stopServer(), this.#running]), STOP_MS_MAX);
  }

  async #run(): Promise<void> {
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
        log.info(`Tango device ready: ${name} (${Math.round(performance.now() - begin_ms)} ms)`);
        break;
      } catch (error) {
        if (this.#stopped) return;
        if (!(error instanceof TangoError) || error.failure === null) throw error;
        this.#warn(`Tango: ${error.message}${await this.#causeOf(error)}${REMEDIES[error.failure]}`);
      }
      await this.#pause();
      if (this.#stopped) return;
    }
    if (!properties.known) void this.#applyProperties();
    await device.serve();
    if (!this.#stopped) this.#options.onKilled("a Tango client killed the server");
  }

  async #causeOf({ failure }: TangoError): Promise<string> {
    if (failure !== "database_away") return "";
    const { settings, databaseCause: causeOf = databaseCause } = this.#options;
    return ` (${await causeOf(settings.database)})`;
  }

  /** What reads the properties anew elsewhere does so here, too. */
  #notice({ notice, text }: TangoNotice): void {
    if (notice === "stopped") return;
    this.#options.log.info(`Tango: ${text}`);
    void this.#applyProperties();
  }

  /** Until they are applied: the daemon may be busy, a folder not there yet. Never rejects. */
  async #applyProperties(): Promise<void> {
    if (this.#applying) return;
    this.#applying = true;
    while (!this.#stopped) {
      try {
        await this.#options.properties.apply(this.#options.daemon);
        break;
      } catch (error) {
        this.#warn(`Tango: the properties of the device are not applied yet: ${inAttributeNames(messageOf(error))}`);
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
  #warn(text: string): void {
    if (this.#said === text) this.#options.log.debug(text);
    else this.#options.log.warn(`${text}. Retrying every ${RETRY_MS / 1000} s; frames are still delivered`);
    this.#said = text;
  }
}
