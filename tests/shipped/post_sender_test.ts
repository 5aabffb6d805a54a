/** The sender against a real HTTP server. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { backOff_ms, retryAfter_ms } from "../../plugins/lib/back_off.ts";
import { PostSender, type PostSenderOptions } from "../../plugins/lib/post_sender.ts";
import { until } from "../daemon/helpers.ts";
import { TextLineStream } from "../text_lines.ts";
import { freePort, PYTHON } from "./memcached_server.ts";
import { Receiver } from "./receiver.ts";

interface QueueUnderTest extends AsyncDisposable {
  readonly queue: PostSender & { add(message: string): void };
  readonly lines: string[];
  readonly counts: Record<string, number>;
}

function queueTo(url: string, options: Partial<PostSenderOptions> = {}): QueueUnderTest {
  const lines: string[] = [];
  const counts: Record<string, number> = {};
  const sender = new PostSender(url, {
    headers: {},
    timeout_ms: 5000,
    reports: { warn: (text) => void lines.push(`warn ${text}`), info: (text) => void lines.push(`info ${text}`) },
    count: (name) => void (counts[name] = (counts[name] ?? 0) + 1),
    backOff: { first_ms: 5, longest_ms: 20 },
    ...options,
  });
  const queue = Object.assign(sender, { add: (message: string) => void sender.send(message) });
  return { queue, lines, counts, [Symbol.asyncDispose]: async () => void await queue.close(0) };
}

Deno.test("PostSender sends in order, also through errors that a later try mends", async () => {
  await using receiver = await Receiver.start();
  await using under = queueTo(receiver.url, { headers: { authorization: "Bearer secret" } });
  receiver.answers.push(204, 500, 503, "reset", 408, 429, 201);
  for (let number = 1; number <= 4; number++) under.queue.add(`{"number":${number}}`);
  await until(() => under.counts["posted"] === 4, "all messages");
  const numbers = receiver.bodies.map((body) => JSON.parse(body).number);
  assert.deepEqual(numbers, [1, 2, 2, 2, 2, 2, 2, 3, 4]);
  // A connection that was open already and is reset is retried by fetch itself.
  assert.ok(under.counts["retries"] === 4 || under.counts["retries"] === 5);
  assert.equal(under.lines.length, 2, under.lines.join("\n"));
  assert.match(under.lines[0]!, /^warn .*\/frames: the answer is 500 .*retrying$/);
  assert.match(under.lines[1]!, /^info .*answers again$/);
  const { method, headers } = receiver.received[0]!;
  assert.deepEqual([method, headers.get("content-type"), headers.get("authorization")], [
    "POST",
    "application/json",
    "Bearer secret",
  ]);
  assert.ok(!under.lines.join().includes("secret"));
});

Deno.test("PostSender does not send again what is refused, and goes on with the next", async () => {
  await using receiver = await Receiver.start();
  await using under = queueTo(receiver.url);
  receiver.answers.push(400, 404, 404, 422);
  for (let number = 1; number <= 5; number++) under.queue.add(String(number));
  await until(() => under.counts["posted"] === 1, "the last message");
  assert.deepEqual(receiver.bodies, ["1", "2", "3", "4", "5"]);
  assert.deepEqual(under.counts, { posted: 1, refused: 4 });
  assert.equal(under.lines.length, 3, "the same refusal is logged once");
});

Deno.test("PostSender gives a receiver that hangs up after its time limit, and tries again", async () => {
  await using receiver = await Receiver.start();
  await using under = queueTo(receiver.url, { timeout_ms: 100 });
  receiver.answers.push("hang");
  under.queue.add("1");
  await until(() => under.counts["posted"] === 1, "the message");
  assert.deepEqual(receiver.bodies, ["1", "1"]);
  assert.match(under.lines[0]!, /no answer within 0\.1 s/);
});

Deno.test("PostSender finds a receiver that comes up later", async () => {
  const port = freePort();
  await using under = queueTo(`http://127.0.0.1:${port}/frames`);
  under.queue.add("1");
  await until(() => (under.counts["retries"] ?? 0) >= 3, "some tries");
  assert.equal(under.lines.length, 1);
  await using receiver = await Receiver.start(port);
  await until(() => under.counts["posted"] === 1, "the message");
  assert.deepEqual(receiver.bodies, ["1"]);
});

Deno.test("PostSender waits as long as Retry-After asks", async () => {
  await using receiver = await Receiver.start();
  await using under = queueTo(receiver.url);
  receiver.answers.push({ status: 429, headers: { "retry-after": "1" } });
  const start_ms = performance.now();
  under.queue.add("1");
  await until(() => under.counts["posted"] === 1, "the message");
  assert.ok(performance.now() - start_ms >= 1000);
});

Deno.test("PostSender follows a redirect on the same host, with the message, and none to another", async () => {
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

Deno.test("PostSender at its end waits for the answer that is due, for a bounded time, and sends nothing more", async () => {
  await using receiver = await Receiver.start();
  const answered = queueTo(receiver.url);
  const sent = [answered.queue.send("1"), answered.queue.send("2")];
  await until(() => receiver.received.length > 0, "the first request");
  await answered.queue.close(5000);
  assert.equal(await sent[0], true);
  receiver.always = "hang";
  const hangs = queueTo(receiver.url);
  const count = receiver.received.length;
  const lost = hangs.queue.send("3");
  await until(() => receiver.received.length > count, "the request");
  const start_ms = performance.now();
  await hangs.queue.close(100);
  assert.equal(await lost, false);
  assert.ok(performance.now() - start_ms < 3000);
  assert.equal(await hangs.queue.send("4"), false);
});

Deno.test({
  name: "PostSender sends to a server in Python that takes each message at its second try",
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
