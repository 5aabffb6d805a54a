/** The queue against a real HTTP server. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { backOff_ms, retryAfter_ms } from "../../plugins/lib/back_off.ts";
import { PostQueue, type PostQueueOptions } from "../../plugins/lib/post_queue.ts";
import { until } from "../daemon/helpers.ts";
import { TextLineStream } from "../text_lines.ts";
import { freePort, PYTHON } from "./memcached_server.ts";
import { Receiver } from "./receiver.ts";

interface QueueUnderTest extends AsyncDisposable {
  readonly queue: PostQueue;
  readonly lines: string[];
  readonly counts: Record<string, number>;
}

function queueTo(url: string, options: Partial<PostQueueOptions> = {}): QueueUnderTest {
  const lines: string[] = [];
  const counts: Record<string, number> = {};
  const queue = new PostQueue(url, {
    headers: {},
    timeout_ms: 5000,
    waitingMax: 100,
    reports: { warn: (text) => void lines.push(`warn ${text}`), info: (text) => void lines.push(`info ${text}`) },
    count: (name) => void (counts[name] = (counts[name] ?? 0) + 1),
    backOff: { first_ms: 5, longest_ms: 20 },
    ...options,
  });
  return { queue, lines, counts, [Symbol.asyncDispose]: async () => void await queue.close(0) };
}

Deno.test("PostQueue sends in order, also through errors that a later try mends", async () => {
  await using receiver = await Receiver.start();
  await using under = queueTo(receiver.url, { headers: { authorization: "Bearer secret" } });
  receiver.answers.push(204, 500, 503, "reset", 408, 429, 201);
  for (let number = 1; number <= 4; number++) under.queue.add(`{"number":${number}}`);
  await until(() => under.counts["posted"] === 4, "all messages");
  const numbers = receiver.bodies.map((body) => JSON.parse(body).number);
  assert.deepEqual(numbers, [1, 2, 2, 2, 2, 2, 2, 3, 4]);
  // A connection that was open already and is reset is tried again by fetch itself.
  assert.ok(under.counts["retries"] === 4 || under.counts["retries"] === 5);
  assert.equal(under.lines.length, 2, under.lines.join("\n"));
  assert.match(under.lines[0]!, /^warn .*\/frames: the answer is 500 .*retrying$/);
  assert.match(under.lines[1]!, /^info .*answers again; 2 messages wait$/);
  const { method, headers } = receiver.received[0]!;
  assert.deepEqual([method, headers.get("content-type"), headers.get("authorization")], [
    "POST",
    "application/json",
    "Bearer secret",
  ]);
  assert.ok(!under.lines.join().includes("secret"));
});

Deno.test("PostQueue does not send again what is refused, and goes on with the next", async () => {
  await using receiver = await Receiver.start();
  await using under = queueTo(receiver.url);
  receiver.answers.push(400, 404, 404, 422);
  for (let number = 1; number <= 5; number++) under.queue.add(String(number));
  await until(() => under.counts["posted"] === 1, "the last message");
  assert.deepEqual(receiver.bodies, ["1", "2", "3", "4", "5"]);
  assert.deepEqual(under.counts, { posted: 1, refused: 4 });
  assert.equal(under.lines.length, 3, "the same refusal is logged once");
});

Deno.test("PostQueue gives a receiver that hangs up after its time limit, and tries again", async () => {
  await using receiver = await Receiver.start();
  await using under = queueTo(receiver.url, { timeout_ms: 100 });
  receiver.answers.push("hang");
  under.queue.add("1");
  await until(() => under.counts["posted"] === 1, "the message");
  assert.deepEqual(receiver.bodies, ["1", "1"]);
  assert.match(under.lines[0]!, /no answer within 0\.1 s/);
});

Deno.test("PostQueue finds a receiver that comes up later", async () => {
  const port = freePort();
  await using under = queueTo(`http://127.0.0.1:${port}/frames`);
  under.queue.add("1");
  await until(() => (under.counts["retries"] ?? 0) >= 3, "some tries");
  assert.equal(under.lines.length, 1);
  await using receiver = await Receiver.start(port);
  await until(() => under.counts["posted"] === 1, "the message");
  assert.deepEqual(receiver.bodies, ["1"]);
});

Deno.test("PostQueue gives up the oldest where too many wait, and tells it once", async () => {
  await using receiver = await Receiver.start();
  receiver.always = 503;
  await using under = queueTo(receiver.url, { waitingMax: 3 });
  under.queue.add("1");
  await until(() => receiver.received.length > 0, "the first try");
  for (let number = 2; number <= 10; number++) under.queue.add(String(number));
  assert.equal(under.queue.waiting, 3);
  receiver.always = 204;
  await until(() => under.counts["posted"] === 3, "those that are left");
  const order = receiver.bodies.filter((body, index) => body !== receiver.bodies[index - 1]);
  assert.deepEqual(order, ["1", "9", "10"]);
  assert.equal(under.counts["dropped"], 7);
  assert.equal(under.lines.filter((line) => /the oldest are dropped/.test(line)).length, 1);
  assert.match(under.lines.at(-1)!, /7 were dropped/);
});

Deno.test("PostQueue waits as long as Retry-After asks", async () => {
  await using receiver = await Receiver.start();
  await using under = queueTo(receiver.url);
  receiver.answers.push({ status: 429, headers: { "retry-after": "1" } });
  const start_ms = performance.now();
  under.queue.add("1");
  await until(() => under.counts["posted"] === 1, "the message");
  assert.ok(performance.now() - start_ms >= 1000);
});

Deno.test("PostQueue follows a redirect on the same host, with the message, and none to another", async () => {
  await using receiver = await Receiver.start();
  await using other = await Receiver.start();
  await using under = queueTo(receiver.url, { headers: { authorization: "Bearer secret" } });
  receiver.answers.push({ status: 302, headers: { location: "/frames/" } }, 204);
  receiver.answers.push({ status: 307, headers: { location: other.url } });
  for (const text of ["1", "2"]) under.queue.add(text);
  await until(() => under.counts["refused"] === 1, "the refusal");
  assert.deepEqual(receiver.received.map(({ method, url, body }) => [method, url, body]), [
    ["POST", "/frames", "1"],
    ["POST", "/frames/", "1"],
    ["POST", "/frames", "2"],
  ]);
  assert.deepEqual(other.received, []);
  assert.match(under.lines[0]!, /redirects to another host/);
  receiver.always = { status: 307, headers: { location: "/frames" } };
  under.queue.add("3");
  await until(() => under.counts["refused"] === 2, "the end of the loop");
  assert.match(under.lines[1]!, /redirects more than 3 times/);
});

Deno.test("PostQueue at its end sends what waits, for a bounded time, and says what is lost", async () => {
  await using receiver = await Receiver.start();
  const mends = queueTo(receiver.url, { backOff: { first_ms: 60_000, longest_ms: 60_000 } });
  receiver.answers.push(503);
  for (const text of ["1", "2"]) mends.queue.add(text);
  await until(() => mends.counts["retries"] === 1, "the first try");
  assert.equal(await mends.queue.close(5000), 0);
  assert.deepEqual(receiver.bodies, ["1", "1", "2"]);
  receiver.always = "hang";
  const hangs = queueTo(receiver.url);
  for (const text of ["3", "4"]) hangs.queue.add(text);
  await until(() => receiver.received.length === 4, "the request");
  const start_ms = performance.now();
  assert.equal(await hangs.queue.close(100), 2);
  assert.ok(performance.now() - start_ms < 3000);
  hangs.queue.add("5");
  assert.equal(hangs.queue.waiting, 2);
});

Deno.test({
  name: "PostQueue sends to a server in Python that takes each message at its second try",
  ignore: PYTHON === undefined,
  async fn() {
    const script = fileURLToPath(new URL("./receiver.py", import.meta.url));
    const child = new Deno.Command(PYTHON!, { args: [script], stdout: "piped" }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream()).getReader();
    try {
      const port = (await lines.read()).value;
      await using under = queueTo(`http://127.0.0.1:${port}/`);
      for (let number = 1; number <= 5; number++) under.queue.add(`{"text":"Größe ${number}"}`);
      for (let number = 1; number <= 5; number++) {
        assert.equal((await lines.read()).value, `{"text":"Größe ${number}"}`);
      }
      await until(() => under.counts["posted"] === 5, "the last answer");
      assert.equal(under.counts["retries"], 5);
    } finally {
      child.kill("SIGKILL");
      await lines.cancel();
      await child.status;
    }
  },
});

Deno.test("backOff_ms doubles up to its limit, the last half of it random", () => {
  const of = (failures: number, random: number) =>
    backOff_ms(failures, { first_ms: 100, longest_ms: 1000, random: () => random });
  assert.deepEqual([1, 2, 3, 4, 5, 2000].map((failures) => of(failures, 1)), [100, 200, 400, 800, 1000, 1000]);
  assert.deepEqual([of(1, 0), of(5, 0)], [50, 500]);
});

Deno.test("retryAfter_ms reads seconds and dates, bounded", () => {
  const now_ms = Date.parse("Wed, 21 Oct 2026 07:28:00 GMT");
  const of = (header: string | null) => retryAfter_ms(header, { now_ms, longest_ms: 60_000 });
  assert.deepEqual([of("7"), of("Wed, 21 Oct 2026 07:28:30 GMT"), of("86400")], [7000, 30_000, 60_000]);
  assert.deepEqual([of("Wed, 21 Oct 2026 07:27:00 GMT"), of("soon"), of(null)], [0, null, null]);
});
