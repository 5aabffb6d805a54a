/** What stands in for Tango's library and for the daemon where neither is what a test is about. */
import type {
  TangoCommandCall,
  TangoDemand,
  TangoError,
  TangoLibrary,
  TangoPlace,
  TangoRequest,
  TangoScalar,
  TangoServer,
  TangoState,
  TangoTable,
  TangoWrite,
} from "../../ffi/tango/mod.ts";
import type { Settings } from "../../src/config/settings.ts";
import { type SettingChange, withChange } from "../../src/daemon/settings/client_settings.ts";
import type { DaemonStatus } from "../../src/daemon/status.ts";
import type { FrameEvent } from "../../src/frames/events.ts";
import type { PluginStatus } from "../../src/plugins/host/plugin_status.ts";
import type { DeviceDaemon } from "../../src/tango/device.ts";
import type { DeviceTable } from "../../src/tango/table.ts";
import { settingsIn } from "../daemon/helpers.ts";

export type Answer = { readonly accepted: unknown } | { readonly refused: string };

/** A server that remembers what is set; a test asks it for what clients would. */
export class FakeServer implements TangoServer<DeviceTable> {
  readonly values = new Map<string, unknown>();
  readonly times = new Map<string, Date>();
  /** Each change of a value, as an event is made of it. */
  readonly events: [name: string, value: unknown][] = [];
  readonly places: TangoPlace[] = [];
  state: [TangoState, string] | null = null;
  /** What the next starts come to; then they succeed. */
  readonly startFaults: Error[] = [];
  readonly #queue: TangoRequest[] = [];
  #wake: () => void = () => {};
  #ended = false;

  start(place: TangoPlace): Promise<string> {
    this.places.push(place);
    const fault = this.startFaults.shift();
    return fault === undefined ? Promise.resolve("tango://fake/device") : Promise.reject(fault);
  }

  set(name: string, value: unknown, options: { readonly time?: Date } = {}): void {
    const known = this.values.has(name);
    if (!known || Deno.inspect(this.values.get(name)) !== Deno.inspect(value)) this.events.push([name, value]);
    this.values.set(name, value);
    if (options.time !== undefined) this.times.set(name, options.time);
  }

  setState(state: TangoState, status: string): void {
    this.state = [state, status];
  }

  async *requests(): AsyncIterableIterator<TangoRequest> {
    for (;;) {
      const request = this.#queue.shift();
      if (request !== undefined) yield request;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  write(name: string, value: TangoScalar): Promise<Answer> {
    return this.#ask((answer) => ({ kind: "write", name, value, ...answer }) satisfies TangoWrite);
  }

  command(name: string, argument?: string): Promise<Answer> {
    return this.#ask((answer) => ({ kind: "command", name, argument, ...answer }) satisfies TangoCommandCall);
  }

  demand(name: string): Promise<Answer> {
    return this.#ask((answer) => ({ kind: "demand", name, ...answer }) satisfies TangoDemand);
  }

  #ask(
    request: (answer: { accept(value?: unknown): boolean; refuse(text: string): boolean }) => TangoRequest,
  ): Promise<Answer> {
    return new Promise((resolve) => {
      this.#put(request({
        accept: (accepted) => (resolve({ accepted }), true),
        refuse: (refused) => (resolve({ refused }), true),
      }));
    });
  }

  /** As where a client kills it. */
  kill(): void {
    this.#put({ kind: "notice", notice: "stopped", text: "" });
    this.#ended = true;
    this.#wake();
  }

  /** As where a client restarts it. */
  notify(notice: "init" | "restart"): void {
    this.#put({ kind: "notice", notice, text: `A client called ${notice}` });
  }

  #put(request: TangoRequest): void {
    this.#queue.push(request);
    this.#wake();
  }

  stop(): Promise<void> {
    this.#ended = true;
    this.#wake();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

export class FakeLibrary implements TangoLibrary {
  readonly version = "0.0.0";
  readonly path = "fake";
  readonly server = new FakeServer();
  checked: TangoError | null = null;
  properties: Promise<Map<string, string[]>> = Promise.resolve(new Map());

  createServer<const T extends TangoTable>(_table: T): TangoServer<T> {
    return this.server as unknown as TangoServer<T>;
  }

  register(): Promise<void> {
    return Promise.resolve();
  }

  unregister(): Promise<void> {
    return Promise.resolve();
  }

  check(): Promise<TangoError | null> {
    return Promise.resolve(this.checked);
  }

  deviceProperties(): Promise<Map<string, string[]>> {
    return this.properties;
  }

  exit(code: number): never {
    throw new Error(`exit ${code}`);
  }

  close(): void {}

  [Symbol.dispose](): void {}
}

export const PLUGIN: PluginStatus = {
  name: "01_prepare_raw",
  file: null,
  replaces: false,
  version: "",
  ticktack: 3,
  offset: 1,
  essential: true,
  state: "ready",
  firings: 7,
  skips: 1,
  failures: 2,
  failuresInRow: 0,
  lastError: "the disk is full",
  problem: null,
  lastTime_ms: 12.3,
  longestTime_ms: 45.6,
  counters: { claimed: 3 },
};

export const STATUS: DaemonStatus = {
  state: "RUNNING",
  text: "Waiting for frames",
  behind: false,
  running: true,
  threads: 4,
  space: { raw: 1024, output: null, rawTotal: 4096, outputTotal: null },
  tick: 1,
  period_s: 1 / 3,
  missedTicks: 0,
  frames: {
    delivered: 0,
    failed: 0,
    darksRemoved: 0,
    bytesDelivered: 0,
    backlog: 0,
    unclaimed: {},
    rate_per_s: 0,
    latency_s: null,
    lastFrame: null,
    lastError: null,
  },
  waiting: { raw: 0, temp: 0, proc: 0 },
  conditions: [],
  standing: [],
  retries: {},
  plugins: [PLUGIN],
  consumers: [{
    name: "notify/http://h/f",
    sequence: 8,
    behind: 12,
    skipped: 1,
    lastSkipped: "P.tif",
    moved: "2026-01-01T00:00:00.000Z",
    active: true,
  }],
};

export class FakeDaemon implements DeviceDaemon {
  settings: Settings;
  now: DaemonStatus = STATUS;
  readonly calls: string[] = [];
  /** What Start, Stop and Retry wait for. */
  work: Promise<void> = Promise.resolve();
  refusal: Error | null = null;
  readonly #frames = new Set<(event: FrameEvent) => void>();
  readonly #settings = new Set<(settings: Settings) => void>();

  constructor(base = "/base") {
    this.settings = settingsIn(base);
  }

  get period_s(): number {
    return 3600; // a test makes its own ticks
  }

  get listeners(): number {
    return this.#frames.size + this.#settings.size;
  }

  status(): DaemonStatus {
    return this.now;
  }

  start(): Promise<void> {
    this.calls.push("start");
    return this.work;
  }

  stop(): Promise<void> {
    this.calls.push("stop");
    return this.work;
  }

  async change(change: SettingChange): Promise<void> {
    this.calls.push(`change ${change.key}`);
    await this.work;
    if (this.refusal !== null) throw this.refusal;
    this.settings = withChange(this.settings, change);
    for (const listener of this.#settings) listener(this.settings);
  }

  changeDefault(change: SettingChange): Promise<void> {
    this.calls.push(`changeDefault ${change.key} ${change.value}`);
    if (this.refusal !== null) return Promise.reject(this.refusal);
    this.settings = withChange(this.settings, change);
    return Promise.resolve();
  }

  async retryFrames(): Promise<string> {
    this.calls.push("retryFrames");
    await this.work;
    return "2 frames are retried";
  }

  reloadPlugins(): void {
    this.calls.push("reloadPlugins");
  }

  onFrame(listener: (event: FrameEvent) => void): () => void {
    this.#frames.add(listener);
    return () => void this.#frames.delete(listener);
  }

  onSettings(listener: (settings: Settings) => void): () => void {
    this.#settings.add(listener);
    return () => void this.#settings.delete(listener);
  }

  /** A frame that was delivered, counted as the daemon counts. */
  deliver(frame: string, image = `/out/${frame}`): void {
    const { frames } = this.now;
    this.now = { ...this.now, frames: { ...frames, delivered: frames.delivered + 1, lastFrame: frame } };
    const roles = { image, sidecar: null, nexus: null };
    this.#report({ type: "delivered", frame, files: [image], bytes: 10, latency_s: 0.5, roles });
  }

  #report(event: FrameEvent): void {
    for (const listener of this.#frames) listener(event);
  }
}
