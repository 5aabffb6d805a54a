/** The device as Tango has it: class, attributes and commands, with all that a client sees of each. */
import type { TangoTable } from "../../ffi/tango/library.ts";
import { MAX_PROC } from "../config/ranges.ts";

/** Plugins that are listed; more than anybody has. */
export const PLUGINS_MAX = 256;
/** Pixels of a side of the preview: enough for a screen, half a megabyte on the wire. */
export const PREVIEW_SIDE_MAX = 512;

const FOLDER_RULE = "Written: an absolute path of a folder that is there, and that no other setting uses; else the " +
  "write is refused and the old value stays. Frames in progress are delivered where they were going.";

/** Names, types, units and access of the first implementation are kept. */
export const DEVICE_TABLE = {
  className: "PeWatchDaemon",
  description: "pewatch: takes the frames of a Perkin Elmer detector from QXRD and delivers them with their metadata",
  attributes: [
    {
      name: "TickTackPeriod",
      type: "double",
      events: true,
      label: "Tick",
      unit: "s",
      numberFormat: "%.3f",
      min: "0",
      description: "Time between two ticks: TICKTACK / MULTIPLIER. Plugins fire every so many ticks.",
    },
    {
      name: "NumThreads",
      type: "long64",
      events: true,
      label: "Threads",
      min: "1",
      description: "Threads that work: the workers of the plugins, and the main thread.",
    },
    {
      name: "DirRaw",
      type: "string",
      writable: true,
      events: true,
      label: "Raw folder",
      description: `Folder where QXRD saves its frames. ${FOLDER_RULE}`,
    },
    {
      name: "DirTemp",
      type: "string",
      writable: true,
      events: true,
      label: "Temp folder",
      description: `Folder where frames wait while they are worked on. ${FOLDER_RULE}`,
    },
    {
      name: "DirProc",
      type: "string",
      writable: true,
      events: true,
      label: "Proc folder",
      description: `Folder where finished frames wait for their delivery. ${FOLDER_RULE}`,
    },
    {
      name: "DirOutputRoot",
      type: "string",
      writable: true,
      events: true,
      label: "Output root",
      description: `Folder below which frames are delivered. ${FOLDER_RULE}`,
    },
    {
      name: "DirOutput",
      type: "string",
      writable: true,
      events: true,
      label: "Output folder",
      description:
        "Folder below DirOutputRoot that frames are delivered to, as a/b or a\\b. Made where it is missing; " +
        "empty for the root itself. It cannot lead out of the root.",
    },
    {
      name: "MaxProc",
      type: "long64",
      writable: true,
      events: true,
      label: "Frames at once",
      min: String(MAX_PROC.low),
      max: String(MAX_PROC.high),
      description: "How many frames a stage works on at once.",
    },
    {
      name: "FramesDelivered",
      type: "long64",
      events: true,
      label: "Delivered",
      min: "0",
      description: "Frames delivered since pewatch was started. Each delivery is an event.",
    },
    {
      name: "FramesFailed",
      type: "long64",
      events: true,
      label: "Failed",
      min: "0",
      description: "Frames put into quarantine since pewatch was started; a text beside each says why. See Retry.",
    },
    {
      name: "DarksRemoved",
      type: "long64",
      events: true,
      label: "Darks removed",
      min: "0",
      description: "Dark frames removed since pewatch was started.",
    },
    {
      name: "Backlog",
      type: "long64",
      events: true,
      label: "Backlog",
      min: "0",
      description: "Frames that wait or are in progress, from the raw folder to the output.",
    },
    {
      name: "BytesDelivered",
      type: "long64",
      events: true,
      label: "Delivered bytes",
      unit: "bytes",
      min: "0",
      description: "Bytes delivered since pewatch was started, metadata and NeXus files included.",
    },
    {
      name: "FrameRate",
      type: "double",
      events: true,
      label: "Frame rate",
      unit: "1/s",
      numberFormat: "%.2f",
      min: "0",
      description: "Frames delivered each second, over the last 10 s.",
    },
    {
      name: "Latency",
      type: "double",
      events: true,
      label: "Latency",
      unit: "s",
      numberFormat: "%.3f",
      min: "0",
      description: "Time from seeing the sidecar to delivering the frame: 95th percentile of the last 100 frames. " +
        "Invalid before the first frame.",
    },
    {
      name: "RamDiskFree",
      type: "long64",
      events: true,
      label: "RAM disk free",
      unit: "bytes",
      min: "0",
      description: "Bytes free on the volume of DirRaw. Invalid where the volume does not report it.",
    },
    {
      name: "OutputFree",
      type: "long64",
      events: true,
      label: "Output free",
      unit: "bytes",
      min: "0",
      description: "Bytes free on the volume of DirOutputRoot. Invalid where the volume does not report it.",
    },
    {
      name: "LastFrame",
      type: "string",
      events: true,
      label: "Last frame",
      description: "The frame that was delivered last: the image's path below DirRaw. Empty before the first.",
    },
    {
      name: "LastError",
      type: "string",
      events: true,
      label: "Last error",
      description: "What went wrong last, of a frame or of the environment. Empty where nothing did.",
    },
    {
      name: "Plugins",
      type: "string",
      format: "spectrum",
      size: [PLUGINS_MAX],
      level: "expert",
      label: "Plugins",
      description: "A line for each plugin: name, ticktack, offset, state. The three stages are among them.",
    },
    {
      name: "Consumers",
      type: "string",
      format: "spectrum",
      size: [PLUGINS_MAX],
      level: "expert",
      label: "Consumers",
      description:
        "A line for each reader of the ledger: name, frames that it has not yet done, frames that were skipped.",
    },
    {
      name: "Preview",
      type: "ushort",
      format: "image",
      size: [PREVIEW_SIDE_MAX, PREVIEW_SIDE_MAX],
      onDemand: true,
      label: "Preview",
      description:
        "The frame that was delivered last, made smaller by whole blocks of pixels (their means): 0 is the " +
        "1st percentile, 65535 the 99.9th, linear between; PreviewLow and PreviewHigh are these two in counts. " +
        "Invalid before the first frame.",
    },
    {
      name: "PreviewLow",
      type: "double",
      events: true,
      onDemand: true,
      label: "Preview, black",
      unit: "counts",
      numberFormat: "%.6g",
      description: "Counts of a pixel that Preview shows as 0. Invalid before the first frame.",
    },
    {
      name: "PreviewHigh",
      type: "double",
      events: true,
      onDemand: true,
      label: "Preview, white",
      unit: "counts",
      numberFormat: "%.6g",
      description: "Counts of a pixel that Preview shows as 65535. Invalid before the first frame.",
    },
  ],
  commands: [
    {
      name: "Start",
      input: "void",
      output: "void",
      inputDescription: "none",
      outputDescription: "none; frames are taken from now on",
    },
    {
      name: "Stop",
      input: "void",
      output: "void",
      inputDescription: "none",
      outputDescription: "none; frames in progress are finished, others wait",
    },
    {
      name: "PluginInfo",
      input: "string",
      output: "string",
      level: "expert",
      inputDescription: "name of a plugin, empty for all",
      outputDescription: "a line for each: name, ticktack, offset, state; of a single one more",
    },
    {
      name: "ReloadPlugins",
      input: "void",
      output: "void",
      level: "expert",
      inputDescription: "none",
      outputDescription: "none; the plugins folder is looked at, and each plugin that does not run gets another chance",
    },
    {
      name: "Retry",
      input: "void",
      output: "string",
      inputDescription: "none",
      outputDescription: "the result; frames in quarantine and those that wait with a fault are retried",
    },
  ],
} as const satisfies TangoTable;

export type DeviceTable = typeof DEVICE_TABLE;
