/** Stages that are replaced by a file of their name: frames go on whatever that file does. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { source } from "../daemon/helpers.ts";
import { HostHarness } from "./host_harness.ts";

const TABLES = {
  first: { from: "raw", to: "temp", type: "claimed" },
  second: { from: "temp", to: "proc", type: "claimed" },
  third: { from: "proc", to: "output", type: "delivered" },
};

/** Three stages that move files, and a file every tick. */
class Way extends HostHarness {
  #put = 0;
  #feeds = true;

  constructor(options: { time_limit_s?: number } = {}) {
    const shipped = Object.keys(TABLES).map((name) => source("moves", { name, essential: true }));
    super({ shipped, tables: TABLES, ...options });
  }

  override tick(): void {
    if (this.#feeds) Deno.writeTextFileSync(join(this.path, "raw", `${this.#put++}.tif`), "frame");
    super.tick();
  }

  get delivered(): number {
    return this.events.filter((event) => event.type === "delivered").length;
  }

  /** Waits until so many more frames are delivered. */
  async goOn(frames = 5): Promise<void> {
    const before = this.delivered;
    await this.tickUntil(() => this.delivered >= before + frames, `${frames} more deliveries`);
  }

  /** Every frame that was put is in the output and was reported once, and there are no more. */
  async checkAll(): Promise<void> {
    this.#feeds = false;
    const output = () => [...Deno.readDirSync(join(this.path, "output"))].length;
    await this.tickUntil(() => output() === this.#put && this.delivered >= this.#put, "the last frames");
    const names = this.events.flatMap((event) => event.type === "delivered" ? [event.frame] : []);
    assert.deepEqual(names.toSorted(), Array.from({ length: this.#put }, (_, frame) => `${frame}.tif`).toSorted());
  }
}

const MOVE = `
  let moved = 0;
  for (const entry of [...Deno.readDirSync(context.folders.temp)]) {
    await Deno.rename(context.folders.temp + "/" + entry.name, context.folders.proc + "/" + entry.name);
    context.report.event({ type: "claimed", frame: entry.name });
    moved++;
  }
  context.counters.add("moved by the user's", moved);`;

const MOVING = `
import type { PluginContext } from "pewatch";
export const TICKTACK = 1;
export async function work(context: PluginContext): Promise<void> {${MOVE}
}`;

Deno.test("a stage is replaced between two firings and restored, and no frame is lost", async () => {
  await using way = new Way();
  await way.host.start();
  await way.goOn();
  for (let round = 0; round < 3; round++) {
    way.put("second.ts", `${MOVING}// ${round}`);
    await way.tickUntil(() => way.status("second")?.replaces === true, "the replacement");
    const moved = () => way.status("second")!.counters["moved by the user's"] ?? 0;
    const before = moved();
    await way.goOn();
    // What was delivered by now may still be the shipped one's work.
    await way.tickUntil(() => moved() > before, "a frame moved by the replacement");
    assert.deepEqual([way.status("second")!.file, way.status("second")!.essential], [
      join(way.path, "plugins", "second.ts"),
      true,
    ]);
    way.put("second.ts", null);
    await way.tickUntil(() => way.status("second")?.replaces === false, "the shipped one's return");
    await way.goOn();
  }
  await way.checkAll();
  assert.deepEqual([...way.conditions], []);
});

for (
  const [how, text, reason] of [
    ["refuses", `export function setup() { throw new Error("not today"); }\nexport function work() {}`, /not today/],
    [
      "throws while it is imported",
      `throw new Error("no import");\nexport function work() {}`,
      /cannot be imported: no import at .*second\.ts:\d/,
    ],
    ["has no work", `export const TICKTACK = 1;`, /it exports no function `work`/],
    [
      "has too long a name",
      `export const NAME = "x".repeat(65);\nexport function work() {}`,
      /its name has 65 characters/,
    ],
    ["fails ever again", `export function work() { throw new Error("never"); }`, /failed 3 times in a row.*never/],
    [
      "loops in each firing",
      "export const TICKTACK = 1;\nexport function work() { for (;;); }",
      /failed 3 times in a row.*its firing took longer than time_limit_s = 1/,
    ],
    ["cannot be read", `export function work( {`, /second\.ts:1:/],
    [
      "never ends its import's await",
      `await new Promise(() => {});\nexport function work() {}`,
      /import took longer than time_limit_s = 1/,
    ],
    [
      "never ends its setup",
      `export function setup() { for (;;); }\nexport function work() {}`,
      /start failed: .*setup took longer than time_limit_s = 1/,
    ],
  ] as const
) {
  Deno.test(`a file in the place of a stage that ${how} is replaced by the shipped stage, and frames go on`, async () => {
    await using way = new Way({ time_limit_s: 1 });
    await way.host.start();
    await way.goOn(2);
    way.put("second.ts", text);
    await way.tickUntil(() => way.conditions.has("plugin:second:file"), "the condition");
    assert.match(way.conditions.get("plugin:second:file") ?? "", reason);
    assert.match(way.conditions.get("plugin:second:file") ?? "", /; the shipped stage runs in its place$/);
    await way.goOn();
    const status = way.status("second")!;
    assert.deepEqual([status.replaces, status.file], [false, null]);
    assert.match(status.problem ?? "", reason);
    way.put("second.ts", MOVING);
    await way.tickUntil(() => way.status("second")?.replaces === true, "the mended file");
    await way.goOn();
    assert.deepEqual([...way.conditions], []);
    await way.checkAll();
  });
}

Deno.test("a stage that gave way is asked again by retry()", async () => {
  await using way = new Way();
  const flag = join(way.path, "flag");
  way.put("second.ts", `export function setup() { Deno.statSync(${JSON.stringify(flag)}); }${MOVING}`);
  await way.host.start();
  await way.tickUntil(() => way.conditions.has("plugin:second:file"), "the condition");
  await way.goOn(2);
  Deno.writeTextFileSync(flag, "");
  assert.equal(way.host.retry("second"), null);
  await way.tickUntil(() => way.status("second")?.replaces === true, "the replacement");
  await way.goOn(2);
  assert.deepEqual([...way.conditions], []);
});

Deno.test("a replaced stage that takes long over a backlog is not ended as long as it reports frames", async () => {
  await using way = new Way({ time_limit_s: 1.5 });
  await way.host.start();
  way.put(
    "second.ts",
    MOVING.replace(
      "let moved",
      `
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    context.report.backlog({ temp: i });
  }
  let moved`,
    ),
  );
  await way.tickUntil(() => (way.status("second")?.lastTime_ms ?? 0) > 1900, "a long firing");
  assert.equal(way.status("second")!.failures, 0);
});
