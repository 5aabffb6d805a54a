/** `context.parameters` and `context.counters`, in real workers. */
import assert from "node:assert/strict";
import { ParameterClient } from "../../src/plugins/worker/parameter_client.ts";
import type { ParameterOptions } from "../../src/plugins/contract.ts";
import type { ParameterReading } from "../../src/parameters/parameter.ts";
import { until } from "../daemon/helpers.ts";
import { ServedWorker, SharedServices } from "./served_worker.ts";

/** The plugin after one firing, with the error of it; `before` was set by others. */
async function fired(how: string, before: readonly ParameterReading[] = []) {
  const shared = new SharedServices();
  const { board } = shared;
  if (before.length > 0) board.set(before);
  const worker = new ServedWorker(shared, { file: "uses_parameters", config: { how } });
  assert.equal(await worker.start(), null);
  const error = await worker.fire();
  return { board, error, lines: worker.lines, [Symbol.dispose]: () => worker[Symbol.dispose]() };
}

Deno.test("what is set in a firing is kept when the firing is over, with unit, path, time and origin", async () => {
  const before_ms = Date.now();
  using under = await fired("sets");
  const { time, ...temperature } = under.board.get("temperature")!;
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
  assert.deepEqual(under.board.get("shutter"), shutter);
  assert.deepEqual(under.board.batches, [["temperature", "shutter"]]);
  assert.equal(under.lines.length, 0);
});

Deno.test("a value that cannot be is refused to the plugin at once, by name", async () => {
  using under = await fired("sets wrongly");
  assert.match(under.error ?? "", /^ParameterError: Cannot set parameter temperature: its value is an object; /);
  assert.deepEqual(under.board.names(), []);
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
  using under = await fired("sets a million times");
  assert.equal(under.error, null);
  assert.deepEqual(under.board.batches, [["counter"]]);
  assert.equal(under.board.get("counter")?.value, 1_000_000);
});

Deno.test("a million names are refused at the thousand-and-first", async () => {
  using under = await fired("sets a million names");
  assert.match(under.error ?? "", /ParameterError: Cannot set parameter n1000: .* at most 1000/);
  assert.equal(under.board.names().length, 1000);
});

Deno.test("too much at once is refused", async () => {
  using under = await fired("sets much");
  assert.match(under.error ?? "", /ParameterError: Cannot set parameter n10: .* at most 1000 of 8388608/);
});

Deno.test("of setting and removing the last counts", async () => {
  using under = await fired("sets and removes", [{ name: "a", value: 9, time: new Date() }]);
  assert.deepEqual(under.board.last().map(({ name, value }) => [name, value]), [["b", 3]]);
});

Deno.test("a plugin gets what it has just set and what others have set", async () => {
  using under = await fired("asks", [{ name: "other", value: 2, time: new Date("2019-01-01T00:00:00Z") }]);
  assert.deepEqual(under.lines, ["1 2 undefined other,own", "other"]);
});

Deno.test("an array that a plugin goes on writing into is kept as it was set", async () => {
  using under = await fired("sets its own array");
  assert.deepEqual(under.board.get("spectrum")?.value, Float64Array.of(1, 2, 3));
});

Deno.test("what is set between two firings arrives by itself", async () => {
  using under = await fired("sets later");
  await until(() => under.board.get("late") !== undefined, "the late parameter");
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
