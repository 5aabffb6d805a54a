/** `pewatch integrate`: patterns of frames that are delivered already, by the settings of `[plugins.integrate]`. */
import { dirname, join, relative, resolve } from "node:path";
import { argument, integer, message, multiple, object, option, optional, string } from "@optique/core";
import * as v from "valibot";
import { openHdf5Library } from "../../../ffi/hdf5/mod.ts";
import { NativeLibraryError } from "../../../ffi/locate.ts";
import { isWithin } from "../../config/folder_rules.ts";
import { loadSettings } from "../../config/load.ts";
import type { Settings } from "../../config/settings.ts";
import { messageOf } from "../../files/errors.ts";
import { folderExists, makeFoldersBelow } from "../../files/listing.ts";
import { SETTINGS_CHECKS } from "../../nexus/settings_checks.ts";
import { counted } from "../../log/counted.ts";
import { PatternMaker } from "../../patterns/maker.ts";
import { type PatternOptions, patternOptions, PatternOptionsError } from "../../patterns/options.ts";
import { commandWriter, removeDeadParts } from "../../patterns/part_names.ts";
import { SeriesFiles } from "../../patterns/series/series_files.ts";
import { command, CommandError, CONFIG_OPTION, EXIT, JSON_OPTION } from "../console/arguments.ts";
import { startProgress } from "../console/progress.ts";
import { StopReports } from "../console/stop_reports.ts";
import { onStopSignals } from "../console/stop_signals.ts";
import { printable } from "../../log/terminal_text.ts";
import { ImageListError, imagesOf } from "./files.ts";
import type { IntegrateDone } from "./messages.ts";
import { runPool } from "./pool.ts";

const ARGUMENTS = object({
  paths: multiple(
    argument(string({ metavar: "FILE" }), { description: message`Images, or folders with all images below them.` }),
    { min: 1 },
  ),
  output: optional(option("-o", "--output", string({ metavar: "OUT" }), {
    description: message`A folder for the patterns; else they go beside their images.`,
  })),
  poni: optional(
    option("--poni", string({ metavar: "FILE" }), { description: message`The geometry, as pyFAI saves it.` }),
  ),
  mask: optional(option("--mask", string({ metavar: "FILE" }), { description: message`.msk, .npy, .edf or .tif.` })),
  unit: optional(option("--unit", string({ metavar: "UNIT" }), { description: message`2th_deg, q_A^-1 or q_nm^-1.` })),
  npt: optional(option("--npt", integer({ metavar: "BINS", min: 1 }), { description: message`The number of bins.` })),
  json: JSON_OPTION,
  config: CONFIG_OPTION,
});

/** What became of an image, as --json has it. */
interface Line {
  readonly image: string;
  readonly xye: string | null;
  /** Whether the file was there already, with the same content. */
  readonly alreadyThere: boolean;
  readonly totalCounts: number | null;
  readonly saturatedPixels: number | null;
  readonly ringShift_px: number | null;
  readonly problem: string | null;
}

export const runIntegrate = command(ARGUMENTS, {
  command: "integrate",
  brief: message`Integrates frames azimuthally, as the plugin of that name does while they are measured.`,
  footer: message`Settings are those of [plugins.integrate]; options stand above them. Darks are skipped. Nothing that
is there is written over. Exit codes: 0 all have patterns, 1 some have none, 2 wrong usage or settings.`,
}, async ({ paths, output, json, config, ...given }) => {
  const { settings } = loadSettings({ config, checks: SETTINGS_CHECKS });
  let options: PatternOptions, images: string[];
  try {
    options = optionsOf(settings, given);
    // Wrong files are reported once, not by each worker.
    new PatternMaker(options, settings);
    images = imagesOf(paths.map((path) => resolve(path)));
  } catch (error) {
    if (!(error instanceof PatternOptionsError) && !(error instanceof ImageListError)) throw error;
    throw new CommandError(messageOf(error), EXIT.usage);
  }
  if (output !== undefined && !folderExists(resolve(output))) {
    throw new CommandError(`there is no folder ${resolve(output)}; make it first`, EXIT.usage);
  }
  return await integrateAll({ images, options, settings, output, json, roots: paths.map((path) => resolve(path)) });
});

/** @throws PatternOptionsError with all faults of the table */
function optionsOf(
  settings: Settings,
  given: { poni?: string | undefined; mask?: string | undefined },
): PatternOptions {
  const named = Object.entries(given).filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, key === "poni" || key === "mask" ? resolve(String(value)) : value]);
  const table = { ...settings.plugins.tables["integrate"], ...Object.fromEntries(named) };
  const { success, output, issues } = v.safeParse(patternOptions, table);
  if (success) return output;
  const [first] = issues, key = first.path?.[0]?.key ?? "files";
  throw new PatternOptionsError(key as keyof PatternOptions, first.message);
}

interface Job {
  readonly images: readonly string[];
  readonly options: PatternOptions;
  readonly settings: Settings;
  readonly output: string | undefined;
  readonly json: boolean;
  /** What was named; below these, folders are kept in the output. */
  readonly roots: readonly string[];
}

async function integrateAll({ images, options, settings, output, json, roots }: Job): Promise<number> {
  using progress = startProgress(images.length, { quiet: json });
  const abort = new AbortController();
  using _signals = onStopSignals(() => abort.abort());
  using reports = new StopReports("pewatch integrate", `0 of ${images.length} images are done`);
  using series = new SeriesOfCommand(options, settings);
  const lines: Line[] = [], begin_ms = performance.now();
  const jobs = images.map((path) => ({ path, folder: folderFor(path, { output, roots, options }) }));
  for (const folder of new Set(jobs.map(({ folder }) => folder))) removeDeadParts(folder);
  for await (const { index, outcome } of runPool({ jobs, options, settings, signal: abort.signal })) {
    const { path, folder } = jobs[index]!;
    reports.note(`${index} of ${images.length} images are done, in progress: ${path} (to ${folder})`);
    let problem = outcome.type === "none" ? outcome.reason : null;
    if (outcome.type === "pattern") problem = await series.add(folder, outcome);
    if (problem !== null) progress.line(`pewatch integrate: ${printable(path)}: ${printable(problem)}`);
    if (outcome.type !== "dark") lines.push(lineOf(path, outcome, problem));
    progress.update(index + 1, path);
  }
  reports.note(`${lines.length} of ${images.length} images are done, in progress: the files of series`);
  const problems = [...lines.flatMap(({ problem }) => problem ?? []), ...await series.end()];
  progress[Symbol.dispose]();
  const left = images.length - lines.length, time_s = (performance.now() - begin_ms) / 1000;
  const patterns = lines.filter(({ problem }) => problem === null).length;
  if (json) {
    console.log(
      JSON.stringify(
        { images: images.length, patterns, time_s, aborted: abort.signal.aborted, problems, lines },
        null,
        2,
      ),
    );
  } else {
    console.log(`${counted(patterns, "pattern")} of ${counted(images.length, "image")} in ${time_s.toFixed(1)} s`);
    if (left > 0) console.log(abort.signal.aborted ? "stopped before the end" : `${counted(left, "dark")} skipped`);
    for (const text of warningsOf(lines, options)) console.error(`pewatch integrate: ${text}`);
  }
  return problems.length === 0 && !abort.signal.aborted ? EXIT.done : EXIT.failed;
}

function lineOf(image: string, outcome: IntegrateDone["outcome"], problem: string | null): Line {
  const made = outcome.type === "pattern" ? outcome : null;
  return {
    image,
    xye: made?.xye?.path ?? null,
    alreadyThere: made?.xye?.again ?? false,
    totalCounts: made?.made.pattern.total ?? null,
    saturatedPixels: made?.saturated ?? null,
    ringShift_px: made?.rings?.shift_px ?? null,
    problem,
  };
}

/** Made where it is missing; the folders below a named one are kept. */
function folderFor(path: string, { output, roots, options }: Pick<Job, "output" | "roots" | "options">): string {
  const beside = dirname(path), below = (part: string) => part.split(/[\\/]/).filter((name) => name !== "").join("/");
  if (output === undefined) return makeFoldersBelow(beside, below(options.subfolder));
  const root = roots.find((one) => isWithin(beside, one));
  return makeFoldersBelow(
    resolve(output),
    below(join(root === undefined ? "" : relative(root, beside), options.subfolder)),
  );
}

function warningsOf(lines: readonly Line[], { calibrant, drift_px }: PatternOptions): string[] {
  const saturated = lines.filter(({ saturatedPixels }) => (saturatedPixels ?? 0) > 0).length;
  const drifted = lines.filter(({ ringShift_px }) => Math.abs(ringShift_px ?? 0) > drift_px).length;
  return [
    ...saturated === 0 ? [] : [`${counted(saturated, "image")} with saturated pixels: their counts are too low`],
    ...drifted === 0 ? [] : [`the rings of ${calibrant} do not fit the geometry of ${counted(drifted, "image")}`],
  ];
}

/** The files of series, where they are asked for. */
class SeriesOfCommand implements Disposable {
  readonly #open = new DisposableStack();
  readonly #files: SeriesFiles | null = null;
  readonly #fault: string | null = null;

  constructor({ files }: PatternOptions, settings: Settings) {
    if (!files.includes("h5")) return;
    try {
      const hdf5 = this.#open.use(openHdf5Library());
      const workFolder = Deno.makeTempDirSync({ prefix: "pewatch-integrate-" });
      this.#open.defer(() => Deno.removeSync(workFolder, { recursive: true }));
      this.#files = new SeriesFiles({ hdf5, settings, workFolder, writer: commandWriter(0) });
    } catch (error) {
      if (!(error instanceof NativeLibraryError)) throw error;
      this.#fault = `no series files: ${error.message}`;
    }
  }

  /** Returns why it cannot be added. */
  async add(folder: string, of: IntegrateDone["outcome"] & { type: "pattern" }): Promise<string | null> {
    try {
      await this.#files?.add(folder, of);
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  async end(): Promise<string[]> {
    const problems = await this.#files?.flush({ all: true }) ?? [];
    return this.#fault === null ? problems : [this.#fault, ...problems];
  }

  [Symbol.dispose](): void {
    this.#open.dispose();
  }
}
