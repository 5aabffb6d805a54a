import assert from "node:assert/strict";
import { until } from "../daemon/helpers.ts";
import { assertRefused, faultsOf, frameIn, PluginUnderTest } from "./plugin_context.ts";
import { Receiver } from "./receiver.ts";

const SIDECAR = '[metadata]\nexposureTime=0.5\ndateString="2011.03.18 : 15:09:04.000"\nwidth=none\n';

Deno.test("notify: each frame is one message of version 1 to each URL, with an id that stays over its tries", async () => {
  await using first = await Receiver.start();
  await using second = await Receiver.start();
  await using under = await PluginUnderTest.start("notify", {
    urls: [first.url, second.url],
    token: "secret",
    headers: { "X-Beamline": "P02.2" },
  });
  first.answers.push(500);
  const frame = frameIn("/output", { name: "a/P-00001.tif", sidecar: SIDECAR });
  await under.fire(frame, frameIn("/output", { number: 2 }));
  await until(() => under.counters["posted"] === 4, "all messages");
  const [once, again, next] = first.bodies.map((body) => JSON.parse(body));
  assert.deepEqual(once, again);
  assert.equal(second.bodies[0], first.bodies[0]);
  const { id, delivered_at, ...message } = once;
  assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.notEqual(next.id, id);
  assert.equal(new Date(delivered_at).getTime(), frame.deliveredAt.getTime());
  assert.deepEqual(message, {
    event: "delivered",
    version: 1,
    sequence: 2,
    number: 1,
    name: "a/P-00001.tif",
    series: "P",
    dark: false,
    again: false,
    files: frame.files,
    sums: [null],
    bytes: 1234,
    latency_s: 0.12345,
    metadata: { exposureTime_s: 0.5, dateTime: "2011-03-18T15:09:04.000", dateString: "2011.03.18 : 15:09:04.000" },
  });
  assert.equal(next.metadata, null);
  const { headers } = first.received[0]!;
  assert.deepEqual([headers.get("authorization"), headers.get("x-beamline")], ["Bearer secret", "P02.2"]);
});

Deno.test("notify: a firing does not wait for a receiver that hangs, nor do other receivers, and the end is bounded", async () => {
  await using hanging = await Receiver.start();
  await using other = await Receiver.start();
  hanging.always = "hang";
  const urls = [hanging.url, other.url];
  const under = await PluginUnderTest.start("notify", { urls, timeout_s: 0.5, metadata: false });
  const start_ms = performance.now();
  for (let number = 1; number <= 20; number++) await under.fire(frameIn("/output", { number, sidecar: SIDECAR }));
  assert.ok(performance.now() - start_ms < 400, "the firings waited");
  await until(() => hanging.received.length > 0, "the first request");
  assert.ok(!("metadata" in JSON.parse(hanging.bodies[0]!)));
  for (let time = 0; time < 3; time++) await under.fire();
  await until(() => other.received.length === 20, "the other receiver");
  await under[Symbol.asyncDispose]();
  assert.equal(new Set(hanging.bodies).size, 1, "the next message is not sent before the first one is answered");
});

// What was not answered is not done: over a restart it comes again, with the same id.
Deno.test("notify: a message that was not answered comes again after a restart, with the same id", async () => {
  const frame = frameIn("/output", { number: 3 });
  const ids: string[] = [];
  for (const answer of ["reset", 204] as const) {
    await using receiver = await Receiver.start();
    receiver.always = answer;
    const under = await PluginUnderTest.start("notify", { urls: [receiver.url], metadata: false });
    await under.fire(frame);
    await until(() => receiver.received.length > 0, "a request");
    await under[Symbol.asyncDispose]();
    ids.push(JSON.parse(receiver.bodies[0]!).id);
  }
  assert.equal(ids[0], ids[1]);
});

Deno.test("notify: a wrong table is refused with what would be right", async () => {
  const urls = ["http://a/b"];
  assert.deepEqual(await faultsOf("notify", { urls }), []);
  assert.deepEqual(await faultsOf("notify", {}), ["urls: this key is needed"]);
  await assertRefused("notify", [
    [{ urls: ["127.0.0.1:80"] }, /^urls\.0: a URL is needed: "http:/],
    [{ urls: ["ftp://a"] }, /a URL is needed/],
    [{ urls: ["http://user:word@a/"] }, /cannot hold a user and password/],
    [{ urls, headers: { "a b": "x" } }, /cannot be the name of a header/],
    [{ urls, headers: { a: "x\r\ny: z" } }, /control character/],
    [{ urls, timeout_s: 0 }, /^timeout_s: a number from 0\.1 to 300/],
    [{ urls, url: "x" }, /^url: there is no such key; there are urls, /],
  ]);
});
