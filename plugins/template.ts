/** What this plugin does, in one line. It runs as it is: for each delivered frame it writes a line into the log. */
import { type DeliveredFrame, type PluginContext, readImage } from "pewatch";
import * as v from "valibot";

// Fires at every third tick: once a second, unless [daemon] says otherwise. TICKTACK_OFFSET shifts the first firing.
export const TICKTACK = 3;
export const TICKTACK_OFFSET = 0;
// The contract's version (docs/plugins.md): with 2, frames go on over restarts where they were.
export const CONTRACT = 2;
// The plugin's name, here and in the configuration. Without this line it is the file's name.
// export const NAME = "my_plugin";

// Optional: the schema of the table [plugins.NAME] of pewatch.toml. Where the table does not fit, the plugin does not
// run, and each fault is shown.
export const CONFIG = v.object({
  // Whether the brightest pixel is logged too. For that the whole image is read.
  brightest: v.optional(v.boolean("true or false is needed"), false),
});
type Context = PluginContext<v.InferOutput<typeof CONFIG>>;

// Optional: called once, before the first firing. Open here what work needs. If it throws, the plugin does not run, and
// the error is shown.
export function setup(context: Context): void {
  context.log.info(`reads the frames delivered to ${context.folders.output}`);
}

// One firing. The next one begins after it has ended, and frames do not wait for it.
export async function work(context: Context): Promise<void> {
  // Each frame that was delivered since the last firing, once.
  for await (const frame of context.frames) {
    context.log.info(describe(frame, context.config.brightest));
    context.counters.add("frames"); // shown in the status
  }
  // Writes a value into the files of the frames that follow, with its unit and its place in the NeXus file:
  // context.parameters.set("temperature", 295.1, { unit: "K", path: "/entry/sample/temperature" });
  // Long work checks context.signal.aborted now and then: it is true when the daemon stops.
}

// Optional: called once, before the end. Close here what setup opened.
export function teardown(context: Context): void {
  context.log.info("ends");
}

function describe(frame: DeliveredFrame, brightest: boolean): string {
  // Also there: frame.files (paths), frame.tags(), frame.sidecar()?.value("section", "key").
  const exposure_s = frame.sidecar()?.view.exposureTime_s ?? "?";
  const text = `${frame.name}: ${frame.bytes} bytes, exposed for ${exposure_s} s`;
  if (!brightest) return text;
  // Typed array `data`, row after row: pixel (x, y) is data[y * width + x].
  const { data, width, height } = readImage(frame);
  let highest = -Infinity;
  for (const value of data) if (value > highest) highest = value;
  return `${text}, ${width} x ${height} pixels, the brightest is ${highest}`;
}
