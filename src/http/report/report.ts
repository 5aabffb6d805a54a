/** What the daemon is and does, as the page shows it: composed in the main thread, from what is in memory alone. */
import { hostname } from "node:os";
import { PROGRAM_VERSION } from "../../config/program.ts";
import { counted } from "../../log/counted.ts";
import { PATTERN_PLUGIN } from "../messages.ts";
import type { Daemon } from "../../daemon/daemon.ts";
import { type DaemonStatus, holdingUp, percentile } from "../../daemon/status.ts";
import type { FrameEvent } from "../../frames/events.ts";
import { isSeries, type ParameterReading, type ParameterValue } from "../../parameters/parameter.ts";
import { outputFolder } from "../../config/settings.ts";
import type { PluginStatus } from "../../plugins/host/plugin_status.ts";
import type {
  FoldersPayload,
  FramePayload,
  GeometryPayload,
  HelloPayload,
  ParameterPayload,
  PluginPayload,
  StatePayload,
} from "../payloads.ts";
import type { DaemonReading } from "../metrics/families.ts";
import { LatencyHistogram } from "../metrics/latency_histogram.ts";
import { FillTime } from "./fill_time.ts";
import { FrameHistory } from "./frame_history.ts";
import { verdictOf } from "./sentence.ts";
import { Trends } from "./trends.ts";

export type ReportedDaemon = Pick<Daemon, "settings" | "status" | "parameters">;

/** Latencies are looked at over so long. */
const LATENCY_WINDOW_S = 10;
const QUARANTINE_NEWS_S = 600;
/** Each frame may have one; nobody reads more, and each viewer gets them once a second. */
const CONDITIONS_MAX = 12;
const PARAMETERS_MAX = 200;
const ITEMS_SHOWN_MAX = 16;
const TEXT_SHOWN_MAX = 300;
const REASON_SHOWN_MAX = 1000;

export class Report {
  readonly frames: FrameHistory;
  readonly #daemon: ReportedDaemon;
  readonly #trends = new Trends();
  readonly #fill = new FillTime();
  readonly #since = new Date();
  #fillPath = "";
  readonly #histogram = new LatencyHistogram();
  readonly #quarantined = { unreadable: 0, undeliverable: 0 };
  #darksKept = 0;
  #latencies: { readonly at_s: number; readonly latency_s: number }[] = [];
  #quarantined_s: number[] = [];
  geometry: GeometryPayload | null = null;

  constructor(daemon: ReportedDaemon) {
    this.#daemon = daemon;
    this.frames = new FrameHistory({ verifies: () => daemon.settings.frames.verify === "compare" });
  }

  /** One step of a frame. @returns what the page lists of it, or null */
  frame(event: FrameEvent): FramePayload | null {
    if (event.type === "delivered") {
      this.#latencies.push({ at_s: now_s(), latency_s: event.latency_s });
      this.#histogram.add(event.latency_s);
      if (event.dark === true) this.#darksKept++;
    } else if (event.type === "quarantined") {
      this.#quarantined_s.push(now_s());
      this.#quarantined[event.cause ?? "unreadable"]++;
    }
    return this.frames.add(event);
  }

  /** To be called once a second. */
  sample(status: DaemonStatus): void {
    const latencies = this.#latencies.filter(({ at_s }) => at_s > now_s() - 1).map(({ latency_s }) => latency_s);
    this.#forget();
    const { raw } = this.#daemon.settings.folders;
    if (raw !== this.#fillPath || status.space.raw === null) this.#fill.forget();
    this.#fillPath = raw;
    if (status.space.raw !== null) this.#fill.add(now_s(), status.space.raw);
    this.#trends.add({
      rate_per_s: status.frames.rate_per_s,
      latency_s: percentile(latencies, 0.5),
      waiting: status.frames.backlog,
      ramFree: status.space.raw,
    }, Date.now());
  }

  state(status: DaemonStatus): StatePayload {
    this.#forget();
    const { settings } = this.#daemon;
    const newest = this.frames.newest;
    const age_s = this.#newestAge_s;
    const fullIn_s = this.#fill.fullIn_s;
    const { raw } = settings.folders;
    const { waiting, space, frames } = status;
    const holding = new Set(holdingUp(status));
    const sorted = [...holding, ...status.standing.filter((condition) => !holding.has(condition))];
    const verdict = verdictOf({
      status,
      rawFolder: raw,
      age_s,
      fullIn_s,
      quarantinedLately: this.#quarantined_s.length,
    });
    return {
      time: new Date().toISOString(),
      state: status.state,
      ...verdict,
      running: status.running,
      conditions: sorted.slice(0, CONDITIONS_MAX).map((condition) => ({
        ...condition,
        message: cut(condition.message, REASON_SHOWN_MAX),
        level: status.running && holding.has(condition) ? "bad" : "attention",
        since: condition.since.toISOString(),
      })),
      conditionsLeftOut: Math.max(0, status.standing.length - CONDITIONS_MAX),
      rate_per_s: frames.rate_per_s,
      newest: newest === null ? null : { id: newest.id, time: newest.time, age_s: Number(age_s!.toFixed(1)) },
      latency_s: percentile(this.#latencies.map(({ latency_s }) => latency_s), 0.5),
      waiting: { total: waiting.raw + waiting.temp + waiting.proc, ...waiting },
      ramDisk: {
        path: raw,
        free: space.raw,
        total: space.rawTotal,
        fullIn_s: fullIn_s === null ? null : Math.round(fullIn_s),
      },
      output: { path: outputFolder(settings), free: space.output, total: space.outputTotal },
      counts: {
        since: this.#since.toISOString(),
        delivered: frames.delivered,
        bytes: frames.bytesDelivered,
        quarantined: frames.failed,
        darks: frames.darksRemoved,
      },
    };
  }

  /** All but the quarantine, which the worker looks at. */
  hello(): Omit<HelloPayload, "quarantine"> {
    const { settings } = this.#daemon;
    const status = this.#daemon.status();
    return {
      version: PROGRAM_VERSION,
      instrument: settings.beamline.short_name ?? settings.beamline.name ?? "",
      host: hostname(),
      device: settings.tango.enabled ? settings.tango.device : null,
      control: settings.http.token !== "",
      integrates: Object.hasOwn(settings.plugins.tables, PATTERN_PLUGIN),
      geometry: this.geometry,
      saturation: settings.detector.saturation_value ?? null,
      folders: this.folders(),
      state: this.state(status),
      trends: this.#trends.payload,
      frames: this.frames.listed,
      plugins: this.plugins(status),
      parameters: this.parameters(),
    };
  }

  metrics(): DaemonReading {
    const { state, running, frames, waiting, space, standing, retries, missedTicks, threads, plugins } = this.#daemon
      .status();
    return {
      version: PROGRAM_VERSION,
      status: { state, running, frames, waiting, space, standing, retries, missedTicks, threads },
      plugins: plugins.map(({ state, firings, failures }) => ({ state, firings, failures })),
      latency: this.#histogram.reading,
      quarantined: this.#quarantined,
      darksKept: this.#darksKept,
      newestAge_s: this.#newestAge_s,
      rawFullIn_s: this.#fill.fullIn_s,
      startedAt_s: performance.timeOrigin / 1000,
    };
  }

  get #newestAge_s(): number | null {
    const newest = this.frames.newest;
    return newest === null ? null : Math.max(0, (Date.now() - Date.parse(newest.time)) / 1000);
  }

  folders(): FoldersPayload {
    const { raw, temp, proc, output_root, output_dir } = this.#daemon.settings.folders;
    return { raw, temp, proc, output_root, output_dir };
  }

  plugins(status: DaemonStatus): PluginPayload[] {
    return status.plugins.map(pluginPayload);
  }

  parameters(): ParameterPayload[] {
    return (this.#daemon.parameters?.last() ?? []).slice(0, PARAMETERS_MAX).map(parameterPayload);
  }

  #forget(): void {
    this.#latencies = this.#latencies.filter(({ at_s }) => at_s > now_s() - LATENCY_WINDOW_S);
    this.#quarantined_s = this.#quarantined_s.filter((at_s) => at_s > now_s() - QUARANTINE_NEWS_S);
  }
}

/** On a clock that never goes back. */
function now_s(): number {
  return performance.now() / 1000;
}

function pluginPayload(plugin: PluginStatus): PluginPayload {
  const { name, state, ticktack, essential, firings, failures, lastTime_ms: last_ms, file, problem, lastError } =
    plugin;
  const isWell = state === "ready" || state === "firing";
  const why = problem ?? (isWell ? null : lastError);
  return {
    name,
    state,
    ticktack,
    essential,
    firings,
    failures,
    last_ms,
    problem: why === null ? null : cut(why, REASON_SHOWN_MAX),
    file,
  };
}

function parameterPayload(reading: ParameterReading): ParameterPayload {
  const { name, value, note, unit, origin, plugin, time } = reading;
  return {
    name,
    value: value === null ? `none: ${note}` : shown(value),
    unit: unit ?? null,
    from: origin ?? plugin ?? null,
    time: time.toISOString(),
  };
}

/** Short values as they are; of long ones, the beginning. JSON has no NaN and no 64-bit integers: those are texts. */
function shown(value: ParameterValue): ParameterPayload["value"] {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "string") return cut(value, TEXT_SHOWN_MAX);
  if (typeof value === "boolean") return value;
  if (isSeries(value)) return `${counted(value.times.length, "value")} over time`;
  const items = Array.from<unknown>(value).slice(0, ITEMS_SHOWN_MAX).map(String).join(", ");
  return value.length <= ITEMS_SHOWN_MAX ? items : `${items}, … (${value.length} values)`;
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
