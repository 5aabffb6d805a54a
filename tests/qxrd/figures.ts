/** Prints what the reader, the grouping and the simulator cost on this machine: deno run -A tests/qxrd/figures.ts [FOLDER]. */
import { groupFrames } from "../../src/qxrd/frame_name.ts";
import { parseSidecar } from "../../src/qxrd/sidecar.ts";
import { simulate } from "../../src/qxrd/simulator/simulate.ts";
import { viewSidecar } from "../../src/qxrd/view.ts";
import { TempFolder } from "../temp_folder.ts";
import { bytesOf } from "./samples.ts";

const RUNS = 7;

/** The median of some runs, in ms. */
function time_ms(work: () => void): number {
  const times = Array.from({ length: RUNS }, () => {
    const start_ms = performance.now();
    work();
    return performance.now() - start_ms;
  });
  return times.sort((a, b) => a - b)[RUNS >> 1]!;
}

function sidecarOf(bytes: number): Uint8Array {
  const line = (index: number) => `k${index}="@Variant(${"\\x1d\\0\\0@\\x1c\\xfe,".repeat(40_000 / 18)})"\n`;
  const parts = ["[metadata]\nwidth=2048\n[centerfinder]\n"];
  for (let size = 0; size < bytes; size += parts.at(-1)!.length) parts.push(line(parts.length));
  return bytesOf(parts.join(""));
}

function growth(name: string, sizes: readonly number[], work: (size: number) => () => void): void {
  const times = sizes.map((size) => time_ms(work(size)));
  const ratios = times.slice(1).map((time, index) => (time / times[index]!).toFixed(2));
  console.log(`${name}: ${times.map((time) => time.toFixed(1)).join(", ")} ms; each doubling ${ratios.join(", ")}`);
}

growth("sidecar of 0.625, 1.25, 2.5 MB, lines of 40,000 characters, all values", [0.625e6, 1.25e6, 2.5e6], (size) => {
  const bytes = sidecarOf(size);
  return () => {
    const sidecar = parseSidecar(bytes);
    for (const { section, key } of sidecar.entries) sidecar.value(section, key);
    viewSidecar(sidecar);
  };
});
growth("groupFrames() of 50,000, 100,000, 200,000 names", [50_000, 100_000, 200_000], (size) => {
  const names = Array.from({ length: size / 2 }, (_, index) => `P-${String(index).padStart(5, "0")}.tif`);
  const all = names.flatMap((name) => [name, `${name}.metadata`]);
  return () => void groupFrames(all, { caseInsensitive: true });
});

using folder = new TempFolder(Deno.args[0] === undefined ? {} : { on: Deno.args[0] });
const options = { folder: folder.path, rate_per_s: 0, count: 60 };
let start_ms = 0;
let frames = 0;
for await (const frame of simulate(options)) {
  // The first two frames wait for the picture and its noise.
  if (++frames === 2) start_ms = performance.now();
  Deno.removeSync(frame.imagePath);
}
console.log(
  `simulator at 2048 x 2048 float32: ${((frames - 2) * 1000 / (performance.now() - start_ms)).toFixed(0)} frames/s`,
);
