import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { FILE_TIME_LAG_MS } from "../../src/parameters/frame_reading.ts";
import { type HistoryLimits, READ_AFTER_MS_MAX } from "../../src/parameters/history.ts";
import { ORPHAN_MS_MAX, ParameterStore } from "../../src/parameters/store.ts";
import type { ParameterReading } from "../../src/parameters/parameter.ts";
import { anyValue, EVERY_KIND } from "../nexus/parameters.ts";
import { TempFolder } from "../temp_folder.ts";
import { memoryLog, until } from "./helpers.ts";
import { PARAMETERS_FILE } from "../../src/files/service_names.ts";
import { exists } from "../folders.ts";

const NOW_MS = Date.UTC(2026, 6, 1, 12);

function open(folder: string | null, limits: Partial<HistoryLimits> = {}) {
  const log = memoryLog();
  return { log, store: new ParameterStore({ folder, log, limits, now_ms: () => NOW_MS }) };
}

function reading(name: string, time_ms: number, value: ParameterReading["value"] = time_ms): ParameterReading {
  return { name, value, time: new Date(time_ms) };
}

function values(readings: readonly ParameterReading[]): Record<string, unknown> {
  return Object.fromEntries(readings.map(({ name, value }) => [name, value]));
}

/** What the store promises, by looking at everything each time. */
class Model {
  readonly #set: ParameterReading[] = [];
  /** Read from the file of a former run, which may have left out what was before. */
  readonly #former = new Set<string>();

  set(reading: ParameterReading): void {
    const same = this.#set.findIndex((one) => one.name === reading.name && +one.time === +reading.time);
    if (same >= 0) this.#set.splice(same, 1, reading);
    else this.#set.push(reading);
  }

  remove(name: string): void {
    const kept = this.#set.filter((one) => one.name !== name);
    this.#former.delete(name);
    this.#set.splice(0, Infinity, ...kept);
  }

  restart(): void {
    for (const name of this.names()) this.#former.add(name);
  }

  names(): string[] {
    return [...new Set(this.#set.map(({ name }) => name))];
  }

  at(time_ms: number): ParameterReading[] {
    return this.names().flatMap((name) => {
      const all = this.#set.filter((one) => one.name === name).toSorted((a, b) => +a.time - +b.time);
      const newest_ms = time_ms + FILE_TIME_LAG_MS;
      const soon = this.#former.has(name) ? -Infinity : newest_ms + READ_AFTER_MS_MAX;
      const first = all.filter((one) => +one.time <= soon).slice(0, 1);
      return all.filter((one) => +one.time <= newest_ms).at(-1) ?? first;
    });
  }
}

const name = fc.constantFrom("a", "b", "c");
const time_ms = fc.integer({ min: 0, max: 400 }).map((offset) => NOW_MS - offset);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("set" as const), name, time_ms, value: anyValue }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("at" as const), time_ms }) },
);

Deno.test("at any time each parameter is what it was last set to before, over any changes and restarts", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      using folder = new TempFolder();
      const model = new Model();
      let { store } = open(folder.path);
      try {
        for (const one of steps) {
          if (one.do === "set") {
            const set = reading(one.name, one.time_ms, one.value);
            store.set([set]);
            model.set(set);
          } else if (one.do === "remove") {
            store.remove(one.name);
            model.remove(one.name);
          } else if (one.do === "restart") {
            model.restart();
            await store.close();
            const again = open(folder.path);
            assert.deepEqual(again.log.lines, []);
            store = again.store;
          } else assert.deepEqual(store.at(one.time_ms), model.at(one.time_ms));
          assert.deepEqual(store.names(), model.names());
        }
        for (const known of ["a", "b", "c"]) {
          assert.deepEqual(store.get(known), model.at(NOW_MS).find((one) => one.name === known));
        }
      } finally {
        await store.close();
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("a reading counts from its time on, and a little before, as files bear coarse times", () => {
  const { store } = open(null);
  const at = (ago_ms: number) => values(store.at(NOW_MS - ago_ms));
  store.set([reading("a", NOW_MS - 2000, "old"), reading("a", NOW_MS - 1000, "new")]);
  assert.deepEqual(at(2001 + FILE_TIME_LAG_MS + READ_AFTER_MS_MAX), {});
  // Read just after the exposure, for the first time: better than none, and it bears its time.
  assert.deepEqual(at(2000 + FILE_TIME_LAG_MS + READ_AFTER_MS_MAX), { a: "old" });
  assert.deepEqual(at(2000), { a: "old" });
  assert.deepEqual(at(1001 + FILE_TIME_LAG_MS), { a: "old" });
  assert.deepEqual(at(1000 + FILE_TIME_LAG_MS), { a: "new" });
  store.set([reading("a", NOW_MS - 1500, "late")]);
  assert.deepEqual(at(1400), { a: "late" });
  assert.equal(store.get("a")?.value, "new");
});

Deno.test("every kind of value survives a restart, without anybody waiting for it", async () => {
  using folder = new TempFolder();
  const { store } = open(folder.join("state", "of", "pewatch"));
  store.set(EVERY_KIND);
  const path = join(folder.path, "state", "of", "pewatch", PARAMETERS_FILE);
  await until(() => exists(path), "the file, by itself");
  const again = open(folder.join("state", "of", "pewatch"));
  assert.deepEqual(again.store.at(NOW_MS), EVERY_KIND);
  store.remove("count");
  await store.close();
  const third = open(folder.join("state", "of", "pewatch"));
  assert.deepEqual(third.store.names(), EVERY_KIND.map((one) => one.name).filter((one) => one !== "count"));
  assert.deepEqual([...again.log.lines, ...third.log.lines], []);
  await again.store.close();
  await third.store.close();
});

Deno.test("a damaged file is reported and renamed, and the start goes on", async () => {
  using folder = new TempFolder();
  const path = folder.join(PARAMETERS_FILE);
  const { store } = open(folder.path);
  store.set([reading("a", 1000), reading("b", 2000)]);
  await store.close();
  const whole = Deno.readTextFileSync(path);
  const damages = [
    "",
    "x",
    whole.slice(0, whole.length >> 1),
    whole.slice(0, -1),
    whole.replace('"end"', '"END"'),
    whole.replace('"name":"b"', '"name":5'),
    whole.replace("pewatch_parameters", "other"),
    whole.replace("time_ms", "time"),
    "\0".repeat(whole.length),
  ];
  for (const damaged of damages) {
    Deno.writeTextFileSync(path, damaged);
    const { log, store } = open(folder.path);
    assert.equal(log.lines.length, 1, damaged);
    assert.match(
      log.lines[0]!,
      /^warn the parameters of the last run are lost: Cannot read .*parameters\.jsonl: .*damaged/,
    );
    assert.deepEqual(store.names(), []);
    assert.equal(Deno.readTextFileSync(`${path}.damaged`), damaged);
    assert(!exists(path));
    store.set([reading("c", 1000)]);
    await store.close();
    assert.deepEqual(open(folder.path).store.names(), ["c"]);
  }
});

Deno.test("a folder that takes no file is reported once, and the parameters go on in memory", async () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.join("state"), "a file, no folder");
  const { log, store } = open(folder.join("state"));
  for (const time_ms of [1000, 2000]) {
    store.set([reading("a", time_ms)]);
    await store.close();
  }
  await store.close();
  assert.equal(store.get("a")?.value, 2000);
  assert.equal(log.lines.filter((line) => /^warn parameters cannot be kept over a restart/.test(line)).length, 1);
});

Deno.test("what cannot be taken is reported once, by its name, and the rest is kept", () => {
  const { log, store } = open(null, { parameters: 3 });
  const bad = { name: "bad", value: null, time: new Date(0) } as unknown as ParameterReading;
  for (let round = 0; round < 3; round++) {
    store.set([reading("a", 1), bad, reading("b", 1), reading("c", 1), reading("d", 1), reading("a", 2)]);
  }
  assert.deepEqual(store.names(), ["a", "b", "c"]);
  assert.equal(store.get("a")?.value, 2);
  assert.deepEqual(log.lines, [
    "warn Cannot set parameter bad: its value is null; give a number, a text, a boolean, a list of one kind, or a series",
    "warn Cannot keep parameter d: there are 3 others; remove one",
  ]);
});

Deno.test("two parameters for one place are reported", () => {
  const { log, store } = open(null);
  const at = (name: string, path: string) => ({ ...reading(name, 1000), path });
  store.set([at("a", "/entry/x:NXnote/y"), at("b", "/entry/x/y"), at("c", "/entry/x/z"), at("b", "/entry/x/y")]);
  assert.deepEqual(log.lines, [
    "warn parameter b cannot go to /entry/x/y, which parameter a uses; it goes to /entry/instrument/parameters/b",
  ]);
});

Deno.test("history goes by age, but for the one that counts at the beginning of the window", () => {
  const { store } = open(null, { age_ms: 10_000 });
  for (const ago_s of [60, 30, 12, 8, 1]) store.set([reading("a", NOW_MS - ago_s * 1000, ago_s)]);
  assert.deepEqual(values(store.at(NOW_MS - 10_000)), { a: 12 });
  assert.deepEqual(values(store.at(NOW_MS - 13_000)), {});
  assert.deepEqual(values(store.at(NOW_MS - 5_000)), { a: 8 });
  // A parameter that is hardly ever set is never lost.
  store.set([reading("b", 1000)]);
  assert.deepEqual(values(store.at(NOW_MS)), { a: 1, b: 1000 });
});

Deno.test("history is bounded by number and by bytes; the last of each parameter stays, and what is there is right", () => {
  const { store } = open(null, { readings: 100, bytes: 400_000, lastBytes: 200_000 });
  for (let index = 0; index < 5000; index++) {
    store.set([reading("fast", NOW_MS - 5000 + index, index)]);
    if (index % 100 === 0) store.set([reading("large", NOW_MS - 5000 + index, new Float64Array(4000).fill(index))]);
  }
  store.set([reading("once", 1000)]);
  const kept = (name: string) =>
    Array.from({ length: 5000 }, (_, index) => index).filter((index) =>
      store.at(NOW_MS - 5000 + index - FILE_TIME_LAG_MS).some((one) =>
        one.name === name && +one.time === NOW_MS - 5000 + index
      )
    );
  assert(kept("fast").length >= 100 && kept("fast").length <= 113, `${kept("fast").length}`);
  assert(kept("large").length >= 1 && kept("large").length <= 15, `${kept("large").length}`);
  assert.deepEqual(values(store.at(NOW_MS)).fast, 4999);
  assert.deepEqual(values(store.at(NOW_MS)).once, 1000);
  store.set([reading("too large", NOW_MS, new Float64Array(30_000))]);
  assert.equal(store.get("too large"), undefined);
});

Deno.test("the file has the last of each parameter and the newest of the rest; at no time is it wrong after a restart", async () => {
  using folder = new TempFolder();
  const before = open(folder.path, { fileBytes: 20_000 }).store;
  for (let index = 0; index < 1000; index++) {
    before.set([reading("fast", NOW_MS - 100_000 + 100 * index, index)]);
    if (index % 100 === 0) before.set([reading("slow", NOW_MS - 100_000 + 100 * index, index)]);
  }
  before.set([reading("once", 1000)]);
  await before.close();
  assert(Deno.statSync(folder.join(PARAMETERS_FILE)).size < 25_000);
  const after = open(folder.path).store;
  let known = 0;
  for (let time_ms = NOW_MS - 100_000; time_ms <= NOW_MS; time_ms += 100) {
    const was = new Map(before.at(time_ms).map((one) => [one.name, one]));
    for (const one of after.at(time_ms)) {
      assert.deepEqual(one, was.get(one.name));
      if (one.name === "fast") known++;
    }
  }
  assert(known > 100, `${known} of 1000 times are known`);
  assert.deepEqual(after.at(NOW_MS), before.at(NOW_MS));
  await after.close();
});

Deno.test("setting fifty parameters three times a second for ten minutes takes a small part of the time, and bounded memory", async () => {
  using folder = new TempFolder();
  const { store } = open(folder.path);
  const names = Array.from({ length: 50 }, (_, index) => `parameter ${index}`);
  const begun_ms = performance.now();
  for (let tick = 0; tick < 1800; tick++) {
    store.set(
      names.map((one, index) => ({ ...reading(one, NOW_MS - 600_000 + tick * 333, tick * index), unit: "mm" })),
    );
  }
  assert(performance.now() - begun_ms < 20_000);
  await store.close();
  assert(Deno.statSync(folder.join(PARAMETERS_FILE)).size < 2.2 * 1024 * 1024);
});

Deno.test("the values of a plugin that is gone end after a minute: later frames lack them, their place is free", () => {
  const { store, log } = open(null);
  const path = "/entry/sample/temperature";
  store.set([
    { ...reading("old", NOW_MS - 5000), path, plugin: "gone" },
    { ...reading("kept", NOW_MS - 5000), plugin: "here" },
  ]);
  const here = new Set(["here"]);
  store.endOrphans(here, 0);
  store.endOrphans(here, ORPHAN_MS_MAX);
  assert.deepEqual(store.names(), ["old", "kept"]);
  store.endOrphans(here, ORPHAN_MS_MAX + 1);
  assert.deepEqual(store.names(), ["kept"]);
  assert.deepEqual(log.lines, [
    "warn parameters end: old; plugin gone no longer exists. Frames from now on do not have them",
  ]);
  assert.deepEqual(Object.keys(values(store.at(NOW_MS + 1000))), ["kept"]);
  // A frame that waits since then was measured with it.
  assert.deepEqual(Object.keys(values(store.at(NOW_MS - 1000))).toSorted(), ["kept", "old"]);
  store.set([{ ...reading("new", NOW_MS + 500), path, plugin: "here" }]);
  assert.equal(log.lines.length, 1, log.lines.join("\n"));
});

Deno.test("the values of a plugin that comes back within a minute go on", () => {
  const { store, log } = open(null);
  store.set([{ ...reading("a", NOW_MS), plugin: "exchanged" }]);
  store.endOrphans(new Set(), 0);
  store.endOrphans(new Set(["exchanged"]), ORPHAN_MS_MAX / 2);
  store.endOrphans(new Set(), ORPHAN_MS_MAX * 2);
  assert.deepEqual(store.names(), ["a"]);
  assert.deepEqual(log.lines, []);
});

Deno.test("what a last run left of a plugin that is no more ends too, and stays away after the next start", async () => {
  using folder = new TempFolder();
  const first = open(folder.path).store;
  first.set([{ ...reading("a", NOW_MS), plugin: "gone" }, reading("unknown", NOW_MS)]);
  await first.close();
  const second = open(folder.path).store;
  assert.deepEqual(second.names(), ["a", "unknown"]);
  second.endOrphans(new Set(), 0);
  second.endOrphans(new Set(), ORPHAN_MS_MAX + 1);
  assert.deepEqual(second.names(), []);
  await second.close();
  assert.deepEqual(open(folder.path).store.names(), []);
});

Deno.test("a value counts until its time and no longer, and one that is null has a note; both over a restart", async () => {
  using folder = new TempFolder();
  const { store } = open(folder.path);
  const until = new Date(NOW_MS + 2500);
  const attributes = { quality: "ALARM", number: 3 };
  store.set([
    { ...reading("position", NOW_MS, 1.5), until, attributes },
    { ...reading("pressure", NOW_MS, null), note: "timed out" },
  ]);
  await store.close();
  for (const one of [store, open(folder.path).store]) {
    assert.deepEqual(one.at(NOW_MS + 2500), [
      { name: "position", value: 1.5, time: new Date(NOW_MS), attributes, until },
      { name: "pressure", value: null, time: new Date(NOW_MS), note: "timed out" },
    ]);
    const [position] = one.at(NOW_MS + 4000);
    assert.equal(position?.value, null);
    assert.equal(position?.note, "its last value had expired 1.5 s before the exposure");
  }
});

Deno.test("attributes that pewatch writes itself, or that are no names or texts, are refused by name", () => {
  const { log, store } = open(null);
  const bad = [{ units: "mm" }, { "a b": 1 }, { quality: null }, { note: "a\nb" }, "x"];
  for (const attributes of bad) {
    store.set([{ ...reading("p", NOW_MS), attributes: attributes as unknown as Record<string, string> }]);
  }
  assert.equal(log.lines.length, bad.length);
  assert.match(log.lines[0]!, /attribute "units" is written by pewatch itself/);
  assert.equal(store.get("p"), undefined);
});

Deno.test("readings that expire are not written each second; another change is, and a close writes all", async () => {
  using folder = new TempFolder();
  const { store } = open(folder.path);
  const path = folder.join(PARAMETERS_FILE);
  const isThere = () => [...Deno.readDirSync(folder.path)].some(({ name }) => name === PARAMETERS_FILE);
  const until_ms = NOW_MS + 3000;
  const expiring = (time_ms: number) => ({ ...reading("position", time_ms), until: new Date(until_ms) });
  store.set([expiring(NOW_MS)]);
  store.set([reading("name", NOW_MS)]);
  await until(isThere, "the file");
  const written = Deno.readTextFileSync(path);
  assert.match(written, /"position"[^]*"name"/);
  for (let index = 1; index < 100; index++) store.set([expiring(NOW_MS + index)]);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.equal(Deno.readTextFileSync(path), written);
  await store.close();
  assert.deepEqual(values(open(folder.path).store.at(NOW_MS + 1000)).position, NOW_MS + 99);
});
