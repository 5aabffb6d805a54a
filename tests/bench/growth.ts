/**
 * What work costs as it grows: frames of 256² to 4096², 10 to 100,000 images waiting, sidecars of 1 kB to 2.5 MB, 1 to 50
 * plugins. Processor time, since others' load does not count in it, and memory, each with the exponent that fits.
 */
import type { BenchOptions, BenchResult } from "./options.ts";
import { exponentOf, type Point, type Series } from "./growth_fit.ts";
import { pluginPoint } from "./plugins.ts";
import { inProcess } from "./growth_process.ts";
import type { Table } from "./table.ts";

const SIDES = [256, 512, 1024, 2048, 4096] as const;
const FILES = [10, 100, 1000, 10_000, 100_000] as const;
const SIDECAR_BYTES = [1e3, 1e4, 1e5, 5e5, 1e6, 2.5e6] as const;
const PLUGINS = [1, 2, 5, 10, 20, 50] as const;
const PLUGINS_S_MAX = 20;

export async function growthBench(options: BenchOptions): Promise<BenchResult> {
  const series: Series[] = [
    await measure("frames", { unit: "pixels", sizes: SIDES, sizeOf: (side) => side ** 2, options }),
    await measure("waiting images", { unit: "files", sizes: FILES, options }),
    await measure("merge, many keys", { unit: "bytes", sizes: SIDECAR_BYTES, options }),
    await measure("merge, long lines", { unit: "bytes", sizes: SIDECAR_BYTES, options }),
    { name: "plugins", unit: "plugins", points: await pluginPoints(Math.min(PLUGINS_S_MAX, options.seconds)) },
  ];
  return { tables: series.map(tableOf), raw: { series } };
}

async function pluginPoints(seconds: number): Promise<Point[]> {
  const points: Point[] = [];
  for (const plugins of PLUGINS) points.push(await pluginPoint(plugins, seconds));
  return points;
}

interface Measured {
  readonly unit: string;
  readonly sizes: readonly number[];
  /** What the axis shows, where that is another number. */
  readonly sizeOf?: (size: number) => number;
  readonly options: BenchOptions;
}

/** Each size in a process of its own: memory is measured by the most that it ever held. */
async function measure(name: string, of: Measured): Promise<Series> {
  const points: Point[] = [];
  for (const size of of.sizes) {
    const { processor_ms, rss_mb } = await inProcess(name, { size, repeats: of.options.pairs, ram: of.options.ram });
    points.push({ size: of.sizeOf?.(size) ?? size, processor_ms, rss_mb });
  }
  return { name, unit: of.unit, points };
}

function tableOf({ name, unit, points }: Series): Table {
  const each = (point: Point) => point.processor_ms * 1000 / point.size;
  const rows = points.map((point) => [
    point.size.toLocaleString("en"),
    point.processor_ms.toPrecision(3),
    each(point).toPrecision(3),
    point.rss_mb.toFixed(0),
  ]);
  const exponents = `time grows as size^${exponentOf(points, "processor_ms")}, memory as size^${
    exponentOf(points, "rss_mb")
  }`;
  return { title: `${name}: ${exponents}`, columns: [unit, "processor, ms", "µs each", "memory, MB"], rows };
}
