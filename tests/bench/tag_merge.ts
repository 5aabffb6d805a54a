/** The tag merge alone: what it writes and how long it takes must not depend on the image's size. */
import { join } from "node:path";
import { openTiffLibrary } from "../../ffi/tiff/mod.ts";
import { defaultSettings } from "../../src/config/settings.ts";
import { tagsOf } from "../../src/frames/merge/frame_tags.ts";
import { parseSidecar } from "../../src/qxrd/sidecar.ts";
import { mergeTags } from "../../src/tiff/merge_tags.ts";
import type { BenchOptions, BenchResult } from "./options.ts";
import { median, ratioText } from "./table.ts";
import { filesOf, sidecarFor, Workspace, writeFrames } from "./workspace.ts";

const SIDES = [256, 512, 1024, 2048, 4096] as const;
/** Of the largest image these are 1.3 GB. */
const FILES = 20;

interface Measured {
  readonly side: number;
  readonly times_ms: number[];
  readonly written: number;
  readonly sidecarBytes: number;
}

// deno-lint-ignore require-await
export async function tagMergeBench(options: BenchOptions): Promise<BenchResult> {
  using tiff = openTiffLibrary();
  using space = new Workspace(options.ram);
  const settings = defaultSettings(space.path);
  const measured: Measured[] = SIDES.map((side) => ({
    side,
    times_ms: [],
    written: writtenBytes(side, { space, tiff }),
    sidecarBytes: new TextEncoder().encode(sidecarFor(side)).length,
  }));
  // Sizes in turn, so that what else the machine does meets them alike; the first round warms up.
  for (let round = 0; round <= options.pairs; round++) {
    for (const one of measured) {
      const folder = space.empty("frames");
      writeFrames(folder, { count: FILES, side: one.side });
      const tags = tagsOf(parseSidecar(new TextEncoder().encode(sidecarFor(one.side))), settings);
      const times = filesOf(folder, ".tif").map((path) => {
        const start = performance.now();
        mergeTags(tiff, path, tags, { fsync: true });
        return performance.now() - start;
      });
      if (round > 0) one.times_ms.push(...times);
    }
  }
  const first = median(measured[0]!.times_ms);
  const rows = measured.map(({ side, times_ms, written, sidecarBytes }) => [
    `${side}²`,
    written,
    written - sidecarBytes,
    ratioText(median(times_ms) / first),
    `${median(times_ms).toFixed(2)} ms`,
  ]);
  const columns = ["image", "bytes written", "less the sidecar", "time, of 256²", "(median)"];
  return { tables: [{ title: "The tag merge, flushed", columns, rows }], raw: measured };
}

/** By how much a file grows and which of its bytes change: all that was written. */
function writtenBytes(
  side: number,
  { space, tiff }: { space: Workspace; tiff: ReturnType<typeof openTiffLibrary> },
): number {
  const folder = space.empty("frames");
  writeFrames(folder, { count: 1, side });
  const path = filesOf(folder, ".tif")[0]!;
  const before = Deno.readFileSync(path);
  const sidecar = parseSidecar(Deno.readFileSync(`${path}.metadata`));
  mergeTags(tiff, path, tagsOf(sidecar, defaultSettings(join(space.path, "x"))), { fsync: true });
  const after = Deno.readFileSync(path);
  let changed = after.length - before.length;
  for (let at = 0; at < before.length; at++) if (before[at] !== after[at]) changed++;
  return changed;
}
