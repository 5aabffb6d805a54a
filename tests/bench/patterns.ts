/** Patterns beside pyFAI on one thread, in turn in one run: processor time of a frame and of a table; memory. */
import { fileURLToPath } from "node:url";
import { TextLineStream } from "../text_lines.ts";
import { Integrator } from "../../src/integration/integrator.ts";
import { detectorOf } from "../../src/integration/detector.ts";
import { normsOf } from "../../src/integration/norm.ts";
import { placementOfPoni } from "../../src/geometry/poni.ts";
import { tableOf } from "../../src/integration/table.ts";
import { xyeText } from "../../src/integration/xye.ts";
import type { Split } from "../../src/integration/bins.ts";
import type { Figure } from "./figures.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { readProcess } from "./process_readings.ts";
import { median } from "./table.ts";
import { ownProcessor_s } from "./turn.ts";

const SIDE = 2048;
const NPT = 2000;
/** Frames of a turn: the system counts processor time in hundredths of a second. */
const FRAMES = 20;
const SCRIPT = fileURLToPath(new URL("./patterns.py", import.meta.url));

interface Way {
  readonly name: string;
  readonly split: Split;
  readonly sigma: boolean;
}

/** All with a dark and polarisation. */
const WAYS: readonly Way[] = [
  { name: "bbox, sigma", split: "bbox", sigma: true },
  { name: "bbox", split: "bbox", sigma: false },
  { name: "no splitting, sigma", split: "no", sigma: true },
  { name: "no splitting", split: "no", sigma: false },
];
/** pyFAI's ways on one thread; csc is its fastest. */
const METHODS = ["csc", "csr"] as const;

interface Measured {
  readonly frame_ms: number;
  /** Null where it was made before. */
  readonly table_s: number | null;
}

export async function patternsBench(options: BenchOptions): Promise<BenchResult> {
  if (options.python === null) throw new Error("it needs a Python with pyFAI: --python, or PEWATCH_PYTHON");
  await using pyfai = new PyFai(options.python);
  const rows: (string | number)[][] = [], raw: unknown[] = [], tables = new Map<string, number>();
  const figures: Figure[] = [];
  for (const way of options.short ? WAYS.slice(0, 1) : WAYS) {
    const ours = new Ours(way), ownTimes: number[] = [];
    const theirs = new Map<string, { times: number[]; table_s: number }>();
    for (let pair = 0; pair < options.pairs; pair++) {
      ownTimes.push(ours.measure());
      for (const method of METHODS) {
        const { frame_ms, table_s } = await pyfai.measure(way, method);
        if (table_s !== null) tables.set(`${way.split} ${method}`, table_s);
        const known = theirs.get(method) ?? { times: [], table_s: tables.get(`${way.split} ${method}`)! };
        known.times.push(frame_ms);
        theirs.set(method, known);
      }
    }
    const times = METHODS.map((method) => median(theirs.get(method)!.times)), own = median(ownTimes);
    const ratios = ownTimes.map((time, index) =>
      Math.min(...METHODS.map((method) => theirs.get(method)!.times[index]!)) / time
    );
    rows.push([
      way.name,
      own.toFixed(1),
      ...times.map((time) => time.toFixed(1)),
      median(ratios).toFixed(2),
      `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`,
      ours.table_s.toFixed(2),
      METHODS.map((method) => theirs.get(method)!.table_s.toFixed(2)).join(", "),
      ours.table_mib.toFixed(0),
      ours.text_ms.toFixed(1),
    ]);
    figures.push(
      { name: `${way.name}, processor`, unit: "ms", values: ownTimes, foreign: null },
      { name: `${way.name}, beside pyFAI`, unit: "times", values: ratios, foreign: null },
    );
    raw.push({ way, ownTimes, theirs: Object.fromEntries(theirs), table_s: ours.table_s });
  }
  const { rss_mb } = readProcess(Deno.pid);
  const columns = [
    "what",
    "ms",
    ...METHODS.map((method) => `pyFAI ${method}`),
    "times",
    "from, to",
    "table s",
    "pyFAI s",
    "MiB",
    "text ms",
  ];
  const title = `${SIDE}² float32, ${NPT} bins, dark and polarisation, one thread: processor milliseconds a frame ` +
    `(times: beside pyFAI's faster way); this process holds ${rss_mb.toFixed(0)} MB`;
  return { tables: [{ title, columns, rows }], figures, raw };
}

class Ours {
  readonly table_s: number;
  readonly table_mib: number;
  readonly text_ms: number;
  readonly #integrator: Integrator;
  readonly #image = Float32Array.from({ length: SIDE * SIDE }, (_, index) => 480 + (index * 7919) % 41);

  constructor({ split, sigma }: Way) {
    const start = ownProcessor_s() ?? NaN;
    const size = 2e-4, centre = SIDE * size / 2;
    const poni = {
      dist: 0.35,
      poni1: centre,
      poni2: centre,
      rot1: 0.05,
      rot2: -0.03,
      rot3: 0,
      pixel1: size,
      pixel2: size,
    };
    const detector = detectorOf(placementOfPoni(poni), { width: SIDE, height: SIDE });
    const none = { range: null, azimuth: null, mask: null, wavelength_m: null };
    const table = tableOf({ detector, quantity: "twoTheta", npt: NPT, split, ...none });
    this.#integrator = new Integrator(table, {
      norms: normsOf(detector, { solidAngle: true, polarization: 0.95, flat: null }),
      errorModel: sigma ? "poisson" : "none",
      dummy: null,
      deltaDummy: 0,
      dark: new Float32Array(SIDE * SIDE).fill(60),
    });
    const pattern = this.#integrator.integrate(this.#image);
    this.table_s = (ownProcessor_s() ?? NaN) - start;
    const { wide } = table;
    const arrays = [table.first, table.weights, wide.pixel, wide.bin, wide.weight];
    this.table_mib = arrays.reduce((sum, array) => sum + (array?.byteLength ?? 0), 0) / 2 ** 20;
    const before = performance.now();
    for (let i = 0; i < FRAMES; i++) xyeText(pattern, { x: table.bins.centres, unit: "2th_deg", header: new Map() });
    this.text_ms = (performance.now() - before) / FRAMES;
  }

  /** Processor milliseconds a frame. */
  measure(): number {
    const start = ownProcessor_s() ?? NaN;
    for (let i = 0; i < FRAMES; i++) this.#integrator.integrate(this.#image);
    return ((ownProcessor_s() ?? NaN) - start) * 1000 / FRAMES;
  }
}

class PyFai implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #in: WritableStreamDefaultWriter<Uint8Array>;
  readonly #out: ReadableStreamDefaultReader<string>;

  constructor(python: string) {
    const command = new Deno.Command(python, {
      args: [SCRIPT, String(SIDE), String(NPT)],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    });
    this.#child = command.spawn();
    this.#in = this.#child.stdin.getWriter();
    this.#out = this.#child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream()).getReader();
  }

  async measure({ split, sigma }: Way, method: string): Promise<Measured> {
    const line = `${split} ${method} ${sigma ? "sigma" : "plain"} ${Math.ceil(FRAMES / 2)}\n`;
    await this.#in.write(new TextEncoder().encode(line));
    const { value } = await this.#out.read();
    if (value === undefined) throw new Error("pyFAI ended");
    return JSON.parse(value) as Measured;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#in.close();
    await this.#child.status;
  }
}
