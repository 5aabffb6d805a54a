/** Which metrics there are: docs/monitoring.md lists them. Labels have few values each, and none is a name from outside. */
import { CONDITION_KINDS } from "../../daemon/condition_kinds.ts";
import type { DaemonState, DaemonStatus } from "../../daemon/status.ts";
import process from "node:process";
import type { PluginState } from "../../plugins/host/plugin_status.ts";
import { LATENCY_BOUNDS_S, type LatencyCounts } from "./latency_histogram.ts";
import type { Family, Histogram, Sample } from "./text.ts";

/** What the main thread knows. */
export interface DaemonReading {
  readonly version: string;
  readonly status: Pick<
    DaemonStatus,
    "state" | "running" | "frames" | "waiting" | "space" | "standing" | "retries" | "missedTicks" | "threads"
  >;
  readonly plugins: readonly { readonly state: PluginState; readonly firings: number; readonly failures: number }[];
  readonly latency: LatencyCounts;
  /** Frames in quarantine since the start, by cause. */
  readonly quarantined: { readonly unreadable: number; readonly undeliverable: number };
  readonly darksKept: number;
  /** Null before the first. */
  readonly newestAge_s: number | null;
  readonly rawFullIn_s: number | null;
  /** Seconds since 1970 UTC. */
  readonly startedAt_s: number;
}

/** What the worker knows. */
export interface ServerReading {
  readonly viewers: number;
  readonly connections: number;
  readonly requests: number;
  readonly dropped: number;
}

const STATES: readonly DaemonState[] = ["ON", "RUNNING", "ALARM", "FAULT"];
const PLUGIN_STATES: readonly PluginState[] = ["starting", "ready", "firing", "failed", "refused", "aside", "stopped"];
const UNCLAIMED_KINDS = [
  "other",
  "companion",
  "unfinished",
  "hidden",
  "link",
  "special",
  "unreadable_name",
  "folder",
] as const;

export function familiesOf(daemon: DaemonReading, server: ServerReading): (Family | Histogram)[] {
  const { status, quarantined, latency } = daemon;
  const { frames, waiting, space } = status;
  const { deno } = Deno.version;
  return [
    {
      name: "pewatch_build",
      type: "info",
      help: "Version of pewatch, and of the Deno in it",
      samples: [{ labels: { version: daemon.version, deno, target: Deno.build.target }, value: 1 }],
    },
    gauge("process_start_time_seconds", "When the process began, seconds since 1970", daemon.startedAt_s),
    counter("process_cpu_seconds", "Time that the process had a processor", cpu_s()),
    gauge("process_resident_memory_bytes", "Memory that the process has", Deno.memoryUsage().rss),
    counter("pewatch_frames_delivered", "Frames delivered, darks that are kept among them", frames.delivered),
    counter("pewatch_delivered_bytes", "Bytes of all files delivered", frames.bytesDelivered),
    counter(
      "pewatch_darks",
      "Darks, by what became of them",
      by("action", { removed: frames.darksRemoved, kept: daemon.darksKept }),
    ),
    counter(
      "pewatch_frames_quarantined",
      "Frames that went to the quarantine, by the reason",
      by("cause", quarantined),
    ),
    counter(
      "pewatch_retries",
      "Failed attempts that are retried, by kind",
      each("reason", CONDITION_KINDS, (kind) => status.retries[kind] ?? 0),
    ),
    counter("pewatch_ticks_missed", "Ticks skipped since the main thread was busy", status.missedTicks),
    {
      name: "pewatch_frame_latency_seconds",
      type: "histogram",
      help: "Time from saving a frame to delivering it",
      bounds: LATENCY_BOUNDS_S,
      counts: latency.counts,
      sum: latency.sum_s,
    },
    gauge("pewatch_frames_waiting", "Frames that wait, by the folder", by("folder", waiting)),
    gauge(
      "pewatch_raw_unclaimed_files",
      "Entries of the raw folder that are not frames, by kind",
      each("kind", UNCLAIMED_KINDS, (kind) => frames.unclaimed[kind] ?? 0),
    ),
    gauge(
      "pewatch_volume_free_bytes",
      "Free space of the volumes of raw and output",
      by("volume", { raw: space.raw, output: space.output }),
    ),
    gauge(
      "pewatch_volume_size_bytes",
      "Size of the volumes of raw and output",
      by("volume", { raw: space.rawTotal, output: space.outputTotal }),
    ),
    gauge(
      "pewatch_raw_volume_full_seconds",
      "Until the volume of raw is full; absent while it does not fill up",
      daemon.rawFullIn_s,
    ),
    gauge(
      "pewatch_newest_frame_age_seconds",
      "Since the newest frame was saved; absent before the first",
      daemon.newestAge_s,
    ),
    gauge("pewatch_running", "1 while frames are taken, 0 while it is stopped", Number(status.running)),
    gauge(
      "pewatch_state",
      "1 for the state that it is in, as Tango shows it",
      each("state", STATES, (state) => Number(state === status.state)),
    ),
    gauge(
      "pewatch_conditions",
      "Faults of the environment that hold frames up now, by what they are about",
      each("kind", CONDITION_KINDS, (kind) => status.standing.filter((condition) => condition.kind === kind).length),
    ),
    gauge(
      "pewatch_plugins",
      "Plugins by state",
      each("state", PLUGIN_STATES, (state) => daemon.plugins.filter((plugin) => plugin.state === state).length),
    ),
    counter("pewatch_plugin_firings", "Firings of all plugins", sumOf(daemon.plugins, "firings")),
    counter("pewatch_plugin_failures", "Firings of all plugins that failed", sumOf(daemon.plugins, "failures")),
    gauge("pewatch_threads", "Threads that plugins work in, and the main thread", status.threads),
    gauge("pewatch_http_viewers", "Browsers that listen to events", server.viewers),
    gauge("pewatch_http_connections", "Open connections", server.connections),
    counter("pewatch_http_requests", "Requests answered", server.requests),
    counter("pewatch_http_dropped", "Listeners dropped since they read too slowly", server.dropped),
  ];
}

/** @param values null leaves the family out */
function gauge(name: string, help: string, values: number | null | readonly Sample[]): Family {
  return { name, type: "gauge", help, samples: samplesOf(values) };
}

function counter(name: string, help: string, values: number | readonly Sample[]): Family {
  return { name, type: "counter", help, samples: samplesOf(values) };
}

function samplesOf(values: number | null | readonly Sample[]): readonly Sample[] {
  if (values === null) return [];
  return typeof values === "number" ? [{ value: values }] : values;
}

/** Those that are not known are left out. */
function by(label: string, values: Readonly<Record<string, number | null>>): Sample[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === null ? [] : [{ labels: { [label]: name }, value }]
  );
}

function each<Name extends string>(label: string, names: readonly Name[], valueOf: (name: Name) => number): Sample[] {
  return names.map((name) => ({ labels: { [label]: name }, value: valueOf(name) }));
}

function sumOf(plugins: DaemonReading["plugins"], key: "firings" | "failures"): number {
  return plugins.reduce((sum, plugin) => sum + plugin[key], 0);
}

function cpu_s(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
