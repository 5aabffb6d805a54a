/** The device: its attributes follow the daemon, its writes and commands go to it. */
import type {
  TangoCommandCall,
  TangoDemand,
  TangoNotice,
  TangoRequest,
  TangoServer,
  TangoState,
  TangoWrite,
} from "../../ffi/tango/library.ts";
import type { Daemon } from "../daemon/daemon.ts";
import { SettingRefusedError } from "../daemon/settings/client_settings.ts";
import { messageOf } from "../files/errors.ts";
import type { Logger } from "../log/logger.ts";
import { TIMED_OUT, withTimeout } from "../time/time_limit.ts";
import { pluginInfo } from "./plugin_info.ts";
import { LastPreview, type MakePreview } from "./preview.ts";
import { type DeviceReading, readDevice } from "./reading.ts";
import type { DeviceTable } from "./table.ts";
import { changeOf, inAttributeNames } from "./writes.ts";

export type DeviceDaemon = Pick<
  Daemon,
  | "settings"
  | "status"
  | "period_s"
  | "start"
  | "stop"
  | "change"
  | "changeDefault"
  | "retryFrames"
  | "reloadPlugins"
  | "onFrame"
  | "onSettings"
>;

export interface DeviceOptions {
  readonly server: TangoServer<DeviceTable>;
  readonly daemon: DeviceDaemon;
  readonly log: Logger;
  readonly makePreview: MakePreview;
  /** Called where a client restarted the device or the server, or called Init. */
  readonly onNotice?: (notice: TangoNotice) => void;
}

/** What is in progress shows as it is, whatever the daemon's state is by then. */
type Phase = readonly [state: TangoState, status: string];
const STARTING: Phase = ["INIT", "Starting: the plugins come up, then frames are taken"];
const STOPPING: Phase = ["RUNNING", "Stopping: finishing the frames in progress"];

/** Far below the 2.5 s after which the shim fails the call: on a busy machine this thread is held up, too. */
const ANSWER_MS_MAX = 500;
export class Device implements Disposable {
  readonly #options: DeviceOptions;
  readonly #ends: (() => void)[] = [];
  readonly #preview: LastPreview;
  #timer: ReturnType<typeof setInterval> | undefined;
  #ending = false;
  #phase: Phase | null = null;
  #set: Partial<DeviceReading> = {};

  constructor(options: DeviceOptions) {
    this.#options = options;
    const { makePreview, log } = options;
    this.#preview = new LastPreview(makePreview, (reason) => log.debug(`Tango: there is no preview: ${reason}`));
  }

  /** From now on the attributes follow the daemon. */
  follow(): void {
    const { daemon } = this.#options;
    this.refresh();
    this.#timer = setInterval(() => this.refresh(), daemon.period_s * 1000);
    this.#ends.push(
      daemon.onSettings(() => this.refresh()),
      // An event for each frame, not for each refresh: a client sees a gap by FramesDelivered.
      daemon.onFrame((event) => {
        const { type } = event;
        this.#preview.frame(event, new Date());
        if (type === "delivered" || type === "quarantined" || type === "dark_removed") this.#publish({ all: false });
      }),
    );
  }

  /** Sets all, also what is as it was: what is set gets the present time. Frames go on, whatever Tango does not take. */
  refresh(): void {
    try {
      this.#publish({ all: true });
    } catch (error) {
      this.#options.log.error(`Tango: attributes cannot be updated, clients read old values: ${messageOf(error)}`);
    }
  }

  /** The shim makes events of what is new. */
  #publish({ all }: { readonly all: boolean }): void {
    const { server, daemon } = this.#options;
    const status = daemon.status();
    const reading = readDevice(status, daemon.settings);
    for (
      const [name, value] of Object.entries(reading) as [keyof DeviceReading, DeviceReading[keyof DeviceReading]][]
    ) {
      if (!all && value === this.#set[name]) continue;
      server.set(name as "LastFrame", value as string);
    }
    this.#set = reading;
    server.setState(...this.#phase ?? [status.state, status.text]);
  }

  /** The program ends: clients watch it, and can do nothing. */
  end(): void {
    this.#ending = true;
    this.#show(STOPPING);
  }

  #show(phase: Phase | null): void {
    this.#phase = phase;
    this.refresh();
  }

  /** Answers what clients want, until the server has ended. */
  async serve(): Promise<void> {
    for await (const request of this.#options.server.requests()) this.#take(request);
  }

  #take(request: TangoRequest): void {
    if (request.kind === "notice") {
      this.#options.onNotice?.(request);
    } else if (this.#ending && request.kind !== "demand") {
      request.refuse("pewatch is stopping");
    } else {
      // Not awaited: a slow command does not hold up what other clients want.
      this.#answer(request).catch((error) => {
        const reason = inAttributeNames(messageOf(error));
        if (!(error instanceof SettingRefusedError)) {
          this.#options.log.error(`Tango: ${request.name} failed: ${reason}`);
        }
        request.refuse(reason);
      });
    }
  }

  #answer(request: TangoWrite | TangoCommandCall | TangoDemand): Promise<void> {
    switch (request.kind) {
      case "write":
        return this.#write(request);
      case "command":
        return this.#command(request);
      case "demand":
        return this.#showPreview(request);
    }
  }

  async #write(write: TangoWrite): Promise<void> {
    const { daemon } = this.#options;
    await daemon.change(changeOf(write, daemon.settings));
    this.refresh();
    write.accept();
  }

  async #showPreview(demand: TangoDemand): Promise<void> {
    const preview = await this.#preview.next();
    if (preview !== null) {
      const { server } = this.#options;
      const { image, time } = preview;
      server.set("PreviewLow", image?.low ?? null, { time });
      server.set("PreviewHigh", image?.high ?? null, { time });
      server.set("Preview", image, { time });
    }
    demand.accept();
  }

  async #command(call: TangoCommandCall): Promise<void> {
    const { daemon, log } = this.#options;
    switch (call.name) {
      case "Start":
        // Answered before: to make the workers holds this thread up until a client may have given up.
        call.accept();
        return await this.#perform("Start", { phase: STARTING, work: () => daemon.start() });
      case "Stop":
        // What takes longer than a client waits is accepted; State and Status say how it goes on.
        await withTimeout(this.#perform("Stop", { phase: STOPPING, work: () => daemon.stop() }), ANSWER_MS_MAX);
        call.accept();
        return;
      case "ReloadPlugins":
        daemon.reloadPlugins();
        call.accept();
        return;
      case "Retry": {
        log.info("Tango: a client called Retry");
        const result = await withTimeout(daemon.retryFrames(), ANSWER_MS_MAX);
        call.accept(result === TIMED_OUT ? "In progress; Backlog and LastError report the result" : result);
        return;
      }
      case "PluginInfo": {
        const { plugins } = daemon.status();
        const text = pluginInfo(plugins, call.argument ?? "");
        if (text !== null) call.accept(text);
        else {
          call.refuse(`There is no plugin ${call.argument}; there are ${plugins.map(({ name }) => name).join(", ")}`);
        }
        return;
      }
    }
    call.refuse(`There is no command ${call.name}`);
  }

  /** Shows what is in progress, and, until something else is, why it failed. Never rejects. */
  async #perform(command: string, { phase, work }: { phase: Phase; work: () => Promise<void> }): Promise<void> {
    const { daemon, log } = this.#options;
    log.info(`Tango: a client called ${command}`);
    // A daemon that runs, or is stopped, already does nothing.
    if (daemon.status().running === (phase === STOPPING)) this.#show(phase);
    let failed: Phase | null = null;
    try {
      await work();
    } catch (error) {
      failed = ["FAULT", `${command} failed: ${messageOf(error)}`];
      log.error(`Tango: ${failed[1]}`);
    }
    // Another may have come meanwhile, or the end.
    if ((this.#phase === phase || failed !== null) && !this.#ending) this.#show(failed);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const end of this.#ends.splice(0)) end();
  }
}
