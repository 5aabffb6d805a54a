/** Compressed images: their sizes, the processor time of a frame, and how many frames a second the workers deliver. */
import { join } from "node:path";
import { openHdf5Library } from "../../ffi/hdf5/mod.ts";
import { DeliveryPool } from "../../src/frames/deliver/delivery_pool.ts";
import type { CopyJob } from "../../src/frames/deliver/copy_job.ts";
import { assembleSpans } from "../../src/nexus/assemble.ts";
import { writeNexus } from "../../src/nexus/write.ts";
import { readLayoutOfFile } from "../../src/tiff/layout.ts";
import { factsWith, settingsWith } from "../nexus/frame.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { median } from "./table.ts";
import { timed, type Turn } from "./turn.ts";
import { frameName, Workspace } from "./workspace.ts";

const SIDE = 2048;
const COMPRESSIONS = ["none", "gzip", "bitshuffle-lz4"] as const;
const WORKERS = 2;
const MIB = 1024 ** 2;

/** Rings of a powder on a background, with the noise of counting: float32, as QXRD writes sums and differences. */
function powder(): Float32Array<ArrayBuffer> {
  const deviate = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  return Float32Array.from({ length: SIDE * SIDE }, (_, at) => {
    const radius = Math.hypot(at % SIDE - 1000, Math.floor(at / SIDE) - 1040);
    const mean = 200 + 1500 * Math.exp(-radius / 600) * (1 + Math.max(0, Math.sin(radius / 40)) ** 8);
    return Math.round(mean + Math.sqrt(mean) * deviate());
  });
}

/** What a frame is that was divided by another: no two numbers alike, of one magnitude. */
function noise(): Uint8Array<ArrayBuffer> {
  const numbers = Float32Array.from({ length: SIDE * SIDE }, () => 500 + 250 * Math.random());
  return new Uint8Array(numbers.buffer);
}

/** By its name, the TIFF of a frame. */
function frames(): Record<string, Uint8Array<ArrayBuffer>> {
  const counts = powder();
  const size = { width: SIDE, height: SIDE };
  return {
    "counts, float32": makeTiff({ ...size, pixels: new Uint8Array(counts.buffer) }),
    "counts, uint16": makeTiff({ ...size, bits: 16, pixels: new Uint8Array(Uint16Array.from(counts).buffer) }),
    "noise in the whole fraction, float32": makeTiff({ ...size, pixels: noise() }),
  };
}

export async function compressionBench(options: BenchOptions): Promise<BenchResult> {
  using space = new Workspace(options.ram);
  using hdf5 = openHdf5Library();
  using pool = new DeliveryPool();
  const rows: string[][] = [];
  const raw: Record<string, unknown> = {};
  for (const [what, tiff] of Object.entries(frames())) {
    for (const compression of COMPRESSIONS) {
      const folder = space.empty("frames");
      const image = join(folder, "image.tif");
      Deno.writeFileSync(image, tiff);
      const layout = readLayoutOfFile(image);
      const settings = settingsWith({ nexus: { compression } });
      const head = join(folder, "head");
      const report = writeNexus(hdf5, head, image, { ...factsWith({ settings }), layout }, { fsync: false });
      const jobs = Array.from({ length: options.frames }, (_, index): CopyJob => {
        const path = join(folder, `${frameName(index)}.nxs`);
        const spans = assembleSpans(report, { head, headSize: Deno.statSync(head).size, image });
        const { chunks } = report;
        return {
          targets: [{ path, spans, checksumSlot: null, grows: chunks !== undefined }],
          ...chunks === undefined ? {} : { packed: [{ path, image, head, chunks }] },
          options: { verify: "compare", fsync: false },
        };
      });
      // The first ones start the workers.
      await Promise.all(jobs.slice(0, 2 * WORKERS).map((job) => pool.copy(job, { workers: WORKERS })));
      const turns: Turn[] = [];
      for (let turn = 0; turn < options.pairs; turn++) turns.push(await timed(() => copyAll(pool, jobs)));
      const { size } = Deno.statSync(jobs[0]!.targets[0]!.path);
      const rates = turns.map(({ seconds }) => options.frames / seconds).toSorted((a, b) => a - b);
      const processor_ms = median(turns.map((turn) => 1000 * (turn.processor_s ?? NaN) / options.frames));
      raw[`${what}, ${compression}`] = { turns, size };
      rows.push([
        what,
        compression,
        `${(size / MIB).toFixed(1)} MiB`,
        (layout.pixels!.byteCount / size).toFixed(2),
        processor_ms.toFixed(0),
        `${median(rates).toFixed(1)} (${rates[0]!.toFixed(1)} to ${rates.at(-1)!.toFixed(1)})`,
      ]);
    }
  }
  const title = `${options.frames} NeXus files of ${SIDE}², each compared: the whole delivery by ${WORKERS} workers`;
  const columns = ["frame", "compression", "file", "ratio", "processor, ms", "frames/s"];
  return { tables: [{ title, columns, rows }], raw };
}

async function copyAll(pool: DeliveryPool, jobs: readonly CopyJob[]): Promise<void> {
  const waiting = [...jobs];
  const lane = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      await pool.copy(job, { workers: WORKERS });
    }
  };
  await Promise.all(Array.from({ length: 2 * WORKERS }, lane));
}
