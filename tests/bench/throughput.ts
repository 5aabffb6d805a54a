/**
 * The whole work on frames of 2048² (claimed, tagged, NeXus file made, delivered, verified) beside `cp` of the same
 * files; for embedded images, beside `cp` of as many bytes.
 */
import { join } from "node:path";
import type { Figure } from "./figures.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { measurePairs, medianRatio, type Pair, PAIR_COLUMNS, pairFigure, pairRow } from "./pairs.ts";
import { benchSettings, type SettingChanges, StageRunner } from "./stage_runner.ts";
import { RamVolume, volumes } from "./ram_volume.ts";
import { ratioText } from "./table.ts";
import { timed, type Turn } from "./turn.ts";
import { copyByCp, copyCompareRemove, filesOf, Workspace, writeFrames } from "./workspace.ts";

export const SIDE = 2048;

interface Variant {
  readonly name: string;
  readonly image: "none" | "embed";
  readonly frames: SettingChanges["frames"] & object;
  /** To a disk instead of memory. */
  readonly onDisk?: boolean;
  /** Beside programs that do all of it: cp, cmp of each file, rm. */
  readonly besideAll?: boolean;
  /** Whether the summary has a row for it. */
  readonly short?: boolean;
}

const LEAN = { verify: "compare", checksum: "none", fsync: true } as const;

/** Each differs from the first of its image by one thing. */
const VARIANTS: readonly Variant[] = [
  { name: "none, compared, no checksum, flushed", image: "none", frames: LEAN, short: true },
  { name: "none, beside cp, cmp and rm", image: "none", frames: LEAN, besideAll: true, short: true },
  { name: "none, sizes only", image: "none", frames: { ...LEAN, verify: "size" } },
  { name: "none, SHA-256", image: "none", frames: { ...LEAN, checksum: "sha256" }, short: true },
  { name: "none, not flushed", image: "none", frames: { ...LEAN, fsync: false } },
  { name: "embed, compared, no checksum, flushed", image: "embed", frames: LEAN, short: true },
  { name: "embed, sizes only", image: "embed", frames: { ...LEAN, verify: "size" } },
  { name: "embed, SHA-256 (the defaults)", image: "embed", frames: { ...LEAN, checksum: "sha256" }, short: true },
  { name: "embed, not flushed", image: "embed", frames: { ...LEAN, fsync: false } },
  { name: "none, to a disk, flushed", image: "none", frames: LEAN, onDisk: true },
  { name: "none, to a disk, not flushed", image: "none", frames: { ...LEAN, fsync: false }, onDisk: true },
  { name: "embed, to a disk, flushed", image: "embed", frames: LEAN, onDisk: true },
  { name: "embed, to a disk, not flushed", image: "embed", frames: { ...LEAN, fsync: false }, onDisk: true },
];

export async function throughputBench(options: BenchOptions): Promise<BenchResult> {
  using space = new Workspace(options.ram);
  using memory = new RamVolume(options.ram);
  using diskSpace = new Workspace(options.disk);
  const rows: string[][] = [];
  const raw: Record<string, { pairs: readonly Pair[]; median: number }> = {};
  const figures: Figure[] = [];
  const variants = VARIANTS.filter(({ name, short }) =>
    name.includes(options.only) && (!options.short || short === true)
  );
  if (variants.length === 0) throw new Error(`No row has ${options.only} in its name`);
  for (const variant of variants) {
    const source = space.empty("source");
    writeFrames(source, { count: options.frames, side: SIDE });
    const output = (variant.onDisk ? diskSpace : memory).empty("output");
    const pairs = await againstCp(variant, { options, space, source, output });
    rows.push(pairRow(variant.name, pairs));
    figures.push(pairFigure(variant.name, pairs));
    raw[variant.name] = { pairs, median: medianRatio(pairs) };
  }
  const title = `${options.frames} frames of ${SIDE}² float32, the whole work${
    volumes(memory)
  }: speed as a multiple of cp's`;
  return { tables: [{ title, columns: PAIR_COLUMNS, rows }, byStage(raw)], figures, raw };
}

interface Paths {
  readonly options: BenchOptions;
  readonly space: Workspace;
  readonly source: string;
  readonly output: string;
}

async function againstCp(variant: Variant, paths: Paths): Promise<Pair[]> {
  const { options, space, source, output } = paths;
  const way = await WholeWork.start({ space, source, output, frames: options.frames }, {
    frames: variant.frames,
    nexus: { image: variant.image },
  });
  try {
    const files = filesOf(source, ".tif");
    // As many bytes as are delivered: the NeXus files of a first run are copied beside the images.
    if (variant.image === "embed") {
      await way.run();
      files.push(...way.keepNexus(space.empty("nexus")));
    }
    // Both take frames that were just written (of files that are read again and again the system makes less work), and
    // find memory that was used a moment ago: a virtual machine's host takes back what lies free, and gives it slowly.
    const useMemory = async () => {
      await copyByCp(files, way.output);
      way.clear();
    };
    const ours = () => way.run(useMemory);
    const theirs = async () => {
      way.clear();
      const fresh = space.empty("incoming");
      await copyByCp(files, fresh);
      await useMemory();
      const copy = variant.besideAll ? copyCompareRemove : copyByCp;
      return await timed(() => copy(filesOf(fresh), way.output));
    };
    return await measurePairs({ ours, theirs }, options.pairs);
  } finally {
    await way.stop();
    space.empty("nexus");
  }
}

export interface WholeWorkFolders {
  readonly space: Workspace;
  /** Where the frames are kept; each run takes copies. */
  readonly source: string;
  readonly output: string;
  readonly frames: number;
}

/** Runs all stages over a set of frames, again and again, in workers that are warm. */
export class WholeWork {
  readonly #folders: WholeWorkFolders;
  readonly #runner: StageRunner;
  readonly #raw: string;

  private constructor(folders: WholeWorkFolders, runner: StageRunner, raw: string) {
    this.#folders = folders;
    this.#runner = runner;
    this.#raw = raw;
  }

  /** @param ledgerIn a folder for the ledger; null for none */
  static async start(
    folders: WholeWorkFolders,
    changes: SettingChanges,
    ledgerIn: string | null = null,
  ): Promise<WholeWork> {
    const base = folders.space.empty("way");
    const settings = benchSettings(base, {
      ...changes,
      folders: { ...benchSettings(base, {}).folders, output_root: folders.output },
    });
    return new WholeWork(folders, await StageRunner.start(settings, ledgerIn), settings.folders.raw);
  }

  /** Whether a ledger is written, where there is one. */
  writeLedger(on: boolean): void {
    this.#runner.writesLedger = on;
  }

  get output(): string {
    return this.#runner.output;
  }

  clear(): void {
    for (const file of filesOf(this.output)) Deno.removeSync(file);
  }

  /**
   * From the moment that the frames lie in raw to the end of the last one's delivery.
   * @param lastly what is done just before, and does not count
   */
  async run(lastly?: () => Promise<void>): Promise<Turn> {
    this.clear();
    // Written beside raw and renamed into it, so that all are there at once.
    const incoming = this.#folders.space.empty("incoming");
    await copyByCp(filesOf(this.#folders.source), incoming);
    for (const file of filesOf(incoming)) Deno.renameSync(file, join(this.#raw, file.slice(incoming.length + 1)));
    await lastly?.();
    return await this.#runner.deliver(this.#folders.frames);
  }

  /** Moves the delivered NeXus files away. */
  keepNexus(folder: string): string[] {
    for (const file of filesOf(this.output, ".nxs")) {
      Deno.copyFileSync(file, join(folder, file.slice(this.output.length + 1)));
    }
    return filesOf(folder);
  }

  async stop(): Promise<void> {
    await this.#runner[Symbol.asyncDispose]();
    this.clear();
  }
}

/** What each option costs: the ratio with it, against the ratio without. */
function byStage(raw: Readonly<Record<string, { median: number }>>) {
  const row = (name: string, without: string, withIt: string): string[][] => {
    const [a, b] = [raw[without]?.median, raw[withIt]?.median];
    if (a === undefined || b === undefined) return [];
    return [[name, `${ratioText(a)} → ${ratioText(b)}`, `${((a / b - 1) * 100).toFixed(0)} %`]];
  };
  const rows = (["none", "embed"] as const).flatMap((image) => {
    const lean = `${image}, compared, no checksum, flushed`;
    const sha256 = image === "none" ? "none, SHA-256" : "embed, SHA-256 (the defaults)";
    return [
      ...row(`${image}: reading back and comparing`, `${image}, sizes only`, lean),
      ...row(`${image}: SHA-256`, lean, sha256),
      ...row(`${image}: flushing, in memory`, `${image}, not flushed`, lean),
      ...row(`${image}: flushing, on the disk`, `${image}, to a disk, not flushed`, `${image}, to a disk, flushed`),
    ];
  });
  return { title: "What each option costs", columns: ["option", "of cp, without → with", "more time"], rows };
}
