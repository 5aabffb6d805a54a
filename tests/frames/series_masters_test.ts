/** When masters are written: at once, then with pauses, and always in the end. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Backlog } from "../../src/frames/events.ts";
import { REWRITE_PAUSE_FACTOR, REWRITE_PAUSE_MS, SeriesMasters } from "../../src/frames/series/series_masters.ts";
import { isMarkName, readMarks, writeMark } from "../../src/frames/claim/series_marks.ts";
import { valueAt } from "../nexus/frame.ts";
import { libraries, Way } from "./way.ts";

const SERIES = { nexus: { image: "embed", profile: "base", series: true } } as const;

/** Masters with a clock that the test sets, over what a way has delivered. */
class Bench implements Disposable {
  readonly way = new Way(SERIES);
  now_ms = 0;
  /** What each look at the clock takes. */
  step_ms = 0;
  readonly backlogs: Backlog[] = [];
  readonly masters = new SeriesMasters(() => this.now_ms += this.step_ms);

  /** Delivers a frame; its mark stays. */
  async deliver(name: string): Promise<void> {
    const before = this.marks();
    this.way.put({ name, seed: this.marks() + 1 });
    await this.way.fireBeforeDelivery();
    await this.way.fireFinalize();
    assert.equal(this.marks(), before + 1);
  }

  marks(): number {
    return [...Deno.readDirSync(this.way.settings.folders.proc)].filter(({ name }) => isMarkName(name)).length;
  }

  async work(): Promise<Backlog> {
    const options = this.way.stageOptions();
    const reporter = { ...options.reporter, backlog: (backlog: Backlog) => void this.backlogs.push(backlog) };
    await this.masters.work(libraries.hdf5, { ...options, reporter });
    return this.backlogs.at(-1)!;
  }

  master(): { numbers: number; written: number } {
    const path = join(this.way.output, "P_master.h5");
    const numbers = valueAt(libraries.hdf5, path, "entry/data/frame_number");
    return { numbers: (numbers as number[]).length, written: Deno.statSync(path).ino ?? 0 };
  }

  [Symbol.dispose](): void {
    this.way[Symbol.dispose]();
  }
}

Deno.test("a master is written at the first mark, then after a pause, and not again without a mark", async () => {
  using bench = new Bench();
  await bench.deliver("P-00001.tif");
  assert.deepEqual(await bench.work(), { series: 0 });
  assert.equal(bench.marks(), 0);
  await bench.deliver("P-00002.tif");
  bench.now_ms = REWRITE_PAUSE_MS - 1;
  assert.deepEqual(await bench.work(), { series: 1 });
  assert.deepEqual([bench.marks(), bench.master().numbers], [1, 1]);
  bench.now_ms = REWRITE_PAUSE_MS;
  assert.deepEqual(await bench.work(), { series: 0 });
  const { numbers, written } = bench.master();
  assert.deepEqual([bench.marks(), numbers], [0, 2]);
  bench.now_ms = 1e6;
  await bench.work();
  assert.equal(bench.master().written, written);
});

Deno.test("a master that takes long to write is written more seldom", async () => {
  using bench = new Bench();
  await bench.deliver("P-00001.tif");
  bench.step_ms = 100;
  await bench.work();
  const end_ms = bench.now_ms;
  bench.step_ms = 0;
  await bench.deliver("P-00002.tif");
  bench.now_ms = end_ms + 2 * REWRITE_PAUSE_MS;
  assert.deepEqual(await bench.work(), { series: 1 });
  bench.now_ms = end_ms + REWRITE_PAUSE_FACTOR * end_ms;
  assert.deepEqual(await bench.work(), { series: 0 });
});

Deno.test("where reading all frames takes long, it goes on in the next firing", async () => {
  using bench = new Bench();
  for (let number = 1; number <= 6; number++) await bench.deliver(`P-0000${number}.tif`);
  bench.step_ms = 600;
  const waiting: (number | undefined)[] = [];
  do {
    waiting.push((await bench.work()).series);
    assert.ok(waiting.length < 6, "it comes to no end");
  } while (waiting.at(-1) !== 0);
  assert.ok(waiting.length > 1);
  assert.equal(bench.master().numbers, 6);
});

Deno.test("a mark is read as it was written, and one that leads elsewhere is none", () => {
  using way = new Way();
  const { proc } = way.settings.folders;
  const mark = {
    id: "20260101T000000000-000001-0",
    root: "/out",
    folder: "/out/Größe",
    nexus: "Größe-00001.nxs",
    series: "Größe",
  };
  writeMark(proc, mark, { fsync: true });
  writeMark(proc, mark, { fsync: false });
  Deno.writeTextFileSync(join(proc, ".series-x.json"), JSON.stringify({ ...mark, id: "y" }));
  Deno.writeTextFileSync(join(proc, ".series-z.json"), JSON.stringify({ ...mark, id: "z", series: "../x" }));
  // A mark of 0.1.
  Deno.writeTextFileSync(join(proc, ".series-0.json"), JSON.stringify({ ...mark, id: "0", series: undefined }));
  assert.deepEqual(readMarks(proc), {
    marks: [{ ...mark, id: "0" }, mark],
    damaged: [".series-x.json", ".series-z.json"],
    unreadable: [],
  });
});
