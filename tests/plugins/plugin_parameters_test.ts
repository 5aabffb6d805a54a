/** `context.parameters` and `context.counters`, in real workers. */
import assert from "node:assert/strict";
import { ParameterClient } from "../../src/plugins/worker/parameter_client.ts";
import type { ParameterOptions } from "../../src/plugins/contract.ts";
import { until } from "../daemon/helpers.ts";
import { ServedWorker, SharedServices } from "./served_worker.ts";

async function fired(shared: SharedServices, how: string): Promise<{ worker: ServedWorker; error: string | null }> {
  const worker = new ServedWorker(shared, { file: "uses_parameters", config: { how } });
  assert.equal(await worker.start(), null);
  return { worker, error: await worker.fire() };
}

Deno.test("what is set in a firing is kept when the firing is over, with unit, path, time and origin", async () => {
  const shared = new SharedServices();
  const before_ms = Date.now();
  using worker = (await fired(shared, "sets")).worker;
  const { time, ...temperature } = shared.board.readings.get("temperature")!;
  const [origin, plugin] = ["uses_parameters", "uses_parameters"];
  assert.deepEqual(temperature, {
    name: "temperature",
    value: 295.5,
    unit: "K",
    path: "/entry/sample/temperature",
    origin,
    plugin,
  });
  assert.ok(time.getTime() >= before_ms && time.getTime() <= Date.now());
  const shutter = { name: "shutter", value: "open", time: new Date("2024-05-06T07:08:09Z"), origin: "by hand", plugin };
  assert.deepEqual(shared.board.readings.get("shutter"), shutter);
  assert.deepEqual(shared.board.batches, [["temperature", "shutter"]]);
  assert.equal(worker.lines.length, 0);
});

Deno.test("a value that cannot be is refused to the plugin at once, by name", async () => {
  const shared = new SharedServices();
  const { worker, error } = await fired(shared, "sets wrongly");
  using _worker = worker;
  assert.match(error ?? "", /^ParameterError: Cannot set parameter temperature: its value is an object; /);
  assert.deepEqual([...shared.board.readings], []);
});

for (
  const [what, options, words] of [
    ["a misspelt option", { units: "K" }, /^Cannot set parameter t: unknown option units; did you mean unit\?$/],
    [
      "an option that is nothing like one",
      { colour: 1 },
      /unknown option colour; there are unit, time, path, origin, note, attributes, over, until$/,
    ],
    ["a text in place of the options", "K", /^Cannot set parameter t: its options are "K"; pass an object, as /],
    ["null in place of the options", null, /its options are null; pass an object/],
  ] as const
) {
  Deno.test(`${what} throws and sets nothing`, () => {
    const posted: unknown[] = [];
    const client = new ParameterClient({
      ask: () => Promise.reject(new Error()),
      post: (one) => posted.push(one) > 0,
    });
    assert.throws(() => client.of("p").set("t", 21, options as ParameterOptions), { message: words });
    client.flush();
    assert.deepEqual(posted, []);
  });
}

Deno.test("a million readings of one name are one", async () => {
  const shared = new SharedServices();
  const { worker, error } = await fired(shared, "sets a million times");
  using _worker = worker;
  assert.equal(error, null);
  assert.deepEqual(shared.board.batches, [["counter"]]);
  assert.equal(shared.board.readings.get("counter")?.value, 1_000_000);
});

Deno.test("a million names are refused at the thousand-and-first", async () => {
  const shared = new SharedServices();
  const { worker, error } = await fired(shared, "sets a million names");
  using _worker = worker;
  assert.match(error ?? "", /ParameterError: Cannot set parameter n1000: .* at most 1000/);
  assert.equal(shared.board.readings.size, 1000);
});

Deno.test("too much at once is refused", async () => {
  const shared = new SharedServices();
  const { worker, error } = await fired(shared, "sets much");
  using _worker = worker;
  assert.match(error ?? "", /ParameterError: Cannot set parameter n10: .* at most 1000 of 8388608/);
});

Deno.test("of setting and removing the last counts", async () => {
  const shared = new SharedServices();
  shared.board.set([{ name: "a", value: 9, time: new Date() }]);
  using _worker = (await fired(shared, "sets and removes")).worker;
  assert.deepEqual([...shared.board.readings.values()].map(({ name, value }) => [name, value]), [["b", 3]]);
});

Deno.test("a plugin gets what it has just set and what others have set", async () => {
  const shared = new SharedServices();
  shared.board.set([{ name: "other", value: 2, time: new Date("2019-01-01T00:00:00Z") }]);
  using worker = (await fired(shared, "asks")).worker;
  assert.deepEqual(worker.lines, ["1 2 undefined other,own", "other"]);
});

Deno.test("an array that a plugin goes on writing into is kept as it was set", async () => {
  const shared = new SharedServices();
  using _worker = (await fired(shared, "sets its own array")).worker;
  assert.deepEqual(shared.board.readings.get("spectrum")?.value, Float64Array.of(1, 2, 3));
});

Deno.test("what is set between two firings arrives by itself", async () => {
  const shared = new SharedServices();
  using _worker = (await fired(shared, "sets later")).worker;
  await until(() => shared.board.readings.has("late"), "the late parameter");
});

Deno.test("counters are posted once a firing, whatever the plugin counts", async () => {
  const shared = new SharedServices();
  using worker = new ServedWorker(shared, { file: "counts_much" });
  await worker.start();
  await worker.fire();
  assert.equal(shared.counters.get("pixels"), 2_000_000);
  assert.equal(shared.counters.size, 100);
  assert.equal(shared.counters.has("wrong"), false);
  const counts = worker.messages.filter(({ type }) => type === "count");
  assert.ok(counts.length <= 200, `${counts.length} messages`);
});
