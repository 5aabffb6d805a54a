/** Azimuthal integration of each delivered frame: I over 2θ or q beside the image, and a file for each series. */
import {
  type DeliveredFrame,
  FrameFileError,
  type FrameImage,
  ImageError,
  type PluginContext,
  readImage,
  saturationOf,
} from "pewatch";
import {
  changeOf,
  type FrameToIntegrate,
  isOutputError,
  type MadePattern,
  makeFoldersBelow,
  messageOf,
  NoPatternError,
  openHdf5Library,
  parameterIn,
  PatternMaker,
  type PatternOptions,
  patternOptions,
  type PatternSource,
  pixelsFrom,
  pluginWriter,
  publishPattern,
  ringReport,
  SeriesFiles,
  sourceOf,
  standBack,
  writeCake,
} from "pewatch/patterns";
import { dirname } from "node:path";
import { sidecarOf } from "./lib/sidecar_of.ts";

export const TICKTACK = 1;
export const CONTRACT = 2;
export const CONFIG = patternOptions;

type Context = PluginContext<PatternOptions>;

/** In the mode "live": with more frames waiting than these, all but the newest are left out. */
const WAITING_MAX = 20;
/** Frames that are asked for at once; what comes while they are integrated waits for the next time. */
const BATCH_MAX = 100;
/** A firing ends after so long: its counts are then shown, and settings that have changed apply. */
const FIRING_MS_MAX = 2000;
/** Reasons that are logged once, not at each frame. */
const LOGGED_MAX = 100;

let maker: PatternMaker;
let hdf5: ReturnType<typeof openHdf5Library> | null = null;
let series: SeriesFiles | null = null;
/** The sequence of the last frame that is done. */
let done = 0;
/** Its memory serves for the next one. */
let image: FrameImage | null = null;
let before: MadePattern | null = null;
let sinceCake = 0;
/** Why the last pattern, the last series file could not be written. */
let trouble: string | null = null;
let seriesTrouble: string | null = null;
let isDrifting = false;
let isSaturated = false;
const logged = new Set<string>();

/** Reads all files that the settings name: a wrong one is refused here, before the first frame. */
export function setup({ config, settings, folders }: Context): void {
  maker = new PatternMaker(config, settings);
  // Frames first: a busy processor is theirs.
  standBack();
  if (!config.files.includes("h5") && config.cake === 0) return;
  hdf5 = openHdf5Library();
  if (config.files.includes("h5")) {
    series = new SeriesFiles({ hdf5, settings, workFolder: folders.proc, writer: pluginWriter(folders.temp) });
  }
}

export async function work(context: Context): Promise<void> {
  const until_ms = performance.now() + FIRING_MS_MAX;
  for await (const batch of context.frames.batches(BATCH_MAX)) {
    if (!await integrateBatch(batch, context) || performance.now() > until_ms) break;
  }
  await flushSeries(context, {});
}

/** Returns false where some frames are left for the next firing. */
async function integrateBatch(batch: readonly DeliveredFrame[], context: Context): Promise<boolean> {
  for (const frame of context.config.mode === "live" ? newestOf(batch, context) : batch) {
    // It was done when a frame behind it came to nothing.
    if (frame.sequence <= done) continue;
    if (context.signal.aborted || !await tryToIntegrate(frame, context)) {
      frame.later();
      return false;
    }
    done = frame.sequence;
    await flushSeries(context, {});
  }
  return true;
}

export async function teardown(context: Context): Promise<void> {
  await flushSeries(context, { all: true });
  hdf5?.close();
}

/** What is measured now comes first: of too many frames the newest. */
function newestOf(batch: readonly DeliveredFrame[], { counters, log }: Context): readonly DeliveredFrame[] {
  const fresh = batch.filter(({ sequence }) => sequence > done);
  if (fresh.length <= WAITING_MAX) return fresh;
  const left = fresh.length - 1;
  counters.add("frames_left_out", left);
  warnOnce(
    "left out",
    `${left === 1 ? "1 frame" : `${left} frames`} came faster than they can be integrated and have no pattern; ` +
      'mode = "all" integrates each, later; the counter frames_left_out has their number',
    log,
  );
  return fresh.slice(-1);
}

async function integrate(frame: DeliveredFrame, context: Context): Promise<void> {
  const { counters, log, settings } = context;
  if (frame.dark) return counters.add("darks");
  const view = sidecarOf(frame, counters)?.view ?? null;
  try {
    image = readImage(frame, { into: image });
    const parameter = (name: string) => parameterIn(frame.tags(), name);
    const asked: FrameToIntegrate = { image, view, parameter };
    const made = maker.make(asked);
    for (const note of made.notes) warnOnce(note, `${frame.name}: ${note}`, log);
    const sha256 = frame.sums[frame.files.all.indexOf(frame.files.image)] ?? null;
    const source = sourceOf(frame.files.image, { view, settings, sha256, writtenAt: frame.deliveredAt });
    await deliver(frame, { made, source, asked }, context);
    counters.add("patterns");
    judge(frame, { made, source, asked }, context);
    before = made;
  } catch (error) {
    if (!(error instanceof NoPatternError || error instanceof ImageError || error instanceof FrameFileError)) {
      throw error;
    }
    counters.add("frames_without_pattern");
    warnOnce(error.message, `${frame.name} has no pattern: ${error.message}`, log);
  }
}

/** Returns false where the output takes nothing: the frame then waits. */
async function tryToIntegrate(frame: DeliveredFrame, context: Context): Promise<boolean> {
  try {
    await integrate(frame, context);
    noteTrouble(null, context);
    return true;
  } catch (error) {
    if (!isOutputError(error)) throw error;
    noteTrouble(`the pattern of ${frame.name} cannot be written: ${messageOf(error)}`, context);
    return false;
  }
}

/** Logged when it begins and when it is over. */
function noteTrouble(message: string | null, { log }: Context): void {
  if (message !== null && trouble === null) log.warn(`${message}; frames wait for their patterns and are retried`);
  if (message === null && trouble !== null) log.info("patterns are written again");
  trouble = message;
}

interface Result {
  readonly made: MadePattern;
  readonly source: PatternSource;
  readonly asked: FrameToIntegrate;
}

async function deliver(frame: DeliveredFrame, { made, source, asked }: Result, { config, folders, settings }: Context) {
  const writer = pluginWriter(folders.temp);
  const beside = dirname(frame.files.image);
  const folder = config.subfolder === "" ? beside : makeFoldersBelow(beside, config.subfolder.replaceAll("\\", "/"));
  if (config.files.includes("xye")) {
    await publishPattern(folder, { made, source }, { writer, fsync: settings.frames.fsync });
  }
  await series?.add(folder, { made, source });
  if (config.cake === 0 || hdf5 === null || ++sinceCake < config.cake) return;
  sinceCake = 0;
  const tools = { hdf5, settings, workFolder: folders.proc, writer };
  await writeCake(folder, { made, source, cake: maker.cake(asked) }, tools);
}

/** What a person should notice: saturated pixels, a geometry that drifts, how much has changed. */
function judge(frame: DeliveredFrame, { made, source, asked }: Result, context: Context): void {
  const { config, log, settings, counters } = context;
  const limit = saturationOf(asked.image.data, asked.view, settings);
  const saturated = limit === undefined ? null : pixelsFrom(asked.image.data, limit);
  if (saturated !== null && saturated > 0) counters.add("frames_saturated");
  if (saturated !== null && saturated > 0 && !isSaturated) {
    const pixels = saturated === 1 ? "1 pixel is" : `${saturated} pixels are`;
    log.warn(`${frame.name}: ${pixels} saturated; their counts are too low`);
  }
  isSaturated = (saturated ?? 0) > 0;
  const rings = config.calibrant === undefined ? null : ringReport(made, config.calibrant);
  if (rings !== null) warnOfDrift(frame, rings, context);
  if (!config.parameters) return;
  const change = before === null || before.setup !== made.setup ? null : changeOf(made.pattern, before.pattern);
  const set = (name: string, value: number | null, unit?: string) => {
    if (value === null) return;
    const options = { time: source.time > frame.deliveredAt ? frame.deliveredAt : source.time };
    const origin = `integrate of ${frame.name}`;
    context.parameters.set(`pattern_${name}`, value, { ...options, origin, ...unit === undefined ? {} : { unit } });
  };
  set("total_counts", made.pattern.total, "counts");
  set("saturated_pixels", saturated);
  set("change", change);
  set("ring_shift", rings?.shift_px ?? null, "pixel");
  set("rings", rings?.rings ?? null);
}

function warnOfDrift(frame: DeliveredFrame, rings: NonNullable<ReturnType<typeof ringReport>>, context: Context): void {
  const { config, log, counters } = context, drifts = Math.abs(rings.shift_px) > config.drift_px;
  const text = `${rings.rings} rings of ${config.calibrant} lie ${rings.shift_px.toFixed(2)} pixels off`;
  if (drifts) counters.add("frames_drifted");
  if (drifts && !isDrifting) log.warn(`${frame.name}: ${text}, more than drift_px: the geometry does not fit`);
  if (!drifts && isDrifting) log.info(`${frame.name}: ${text}: the geometry fits again`);
  isDrifting = drifts;
}

async function flushSeries({ log }: Context, options: { all?: boolean }): Promise<void> {
  if (series === null) return;
  const [problem = null] = await series.flush(options);
  if (problem !== null && problem !== seriesTrouble) log.warn(`${problem}; its rows wait and are retried`);
  if (problem !== null || !series.isChanged) seriesTrouble = problem;
}

function warnOnce(key: string, message: string, log: Context["log"]): void {
  if (logged.has(key)) return;
  if (logged.size < LOGGED_MAX) logged.add(key);
  log.warn(message);
}
