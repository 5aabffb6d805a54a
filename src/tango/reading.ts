/** What the device's attributes are, out of the daemon's status and settings. */
import type { TangoAttributeNamed, TangoValueOf } from "../../ffi/tango/library.ts";
import type { Settings } from "../config/settings.ts";
import type { DaemonStatus } from "../daemon/status.ts";
import { consumerLine, pluginLine } from "./plugin_info.ts";
import { type DeviceTable, PLUGINS_MAX } from "./table.ts";

type AttributeName = DeviceTable["attributes"][number]["name"];

/** All that is not made on demand. */
export type DeviceReading = {
  readonly [N in Exclude<AttributeName, "Preview" | "PreviewLow" | "PreviewHigh">]: TangoValueOf<
    TangoAttributeNamed<DeviceTable, N>
  >;
};

export function readDevice(status: DaemonStatus, settings: Settings): DeviceReading {
  const { frames, space } = status;
  const { raw, temp, proc, output_root, output_dir } = settings.folders;
  return {
    TickTackPeriod: status.period_s,
    NumThreads: status.threads,
    DirRaw: raw,
    DirTemp: temp,
    DirProc: proc,
    DirOutputRoot: output_root,
    DirOutput: output_dir,
    MaxProc: settings.daemon.max_proc,
    FramesDelivered: frames.delivered,
    FramesFailed: frames.failed,
    DarksRemoved: frames.darksRemoved,
    Backlog: frames.backlog,
    BytesDelivered: frames.bytesDelivered,
    FrameRate: frames.rate_per_s,
    Latency: frames.latency_s,
    RamDiskFree: whole(space.raw),
    OutputFree: whole(space.output),
    // Not INVALID before the first: generic clients fail at reading that, and empty says the same.
    LastFrame: frames.lastFrame ?? "",
    LastError: frames.lastError ?? "",
    Plugins: status.plugins.slice(0, PLUGINS_MAX).map(pluginLine),
    Consumers: status.consumers.slice(0, PLUGINS_MAX).map(consumerLine),
  };
}

/** Large file systems have more bytes than a number counts exactly. */
function whole(bytes: number | null): bigint | null {
  return bytes === null ? null : BigInt(Math.round(bytes));
}
