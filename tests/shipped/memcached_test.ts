/** The plugin against a real memcached. */
import assert from "node:assert/strict";
import { MemcachedReader } from "../../plugins/lib/memcached_reader.ts";
import { freePort, MEMCACHED, MemcachedServer, PYTHON, setByPython } from "./memcached_server.ts";
import { assertRefused, faultsOf, PluginUnderTest } from "./plugin_context.ts";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: MEMCACHED === undefined, fn });
}

/** The plugin with the table of a server. */
function readerOf({ address }: { address: string }, keys: readonly unknown[], more: Record<string, unknown> = {}) {
  return PluginUnderTest.start("memcached", { server: address, keys, ...more });
}

test("memcached: what is there becomes parameters, with unit, path, origin and the time of reading", async () => {
  await using server = await MemcachedServer.start();
  const temperature = { key: "T", parameter: "temperature", unit: "K", path: "/entry/sample/temperature" };
  await using under = await readerOf(server, ["name", temperature, "Größe/%"]);
  await server.set("name", "CeO2 in a capillary");
  await server.set("T", "295.1");
  await server.set("Größe/%", "[1, 2, 3]");
  const before = new Date();
  await under.fire();
  const { time, ...found } = under.parameters.get("temperature")!;
  assert.deepEqual(found, {
    name: "temperature",
    value: 295.1,
    unit: "K",
    path: "/entry/sample/temperature",
    origin: `memcached://${server.address}/T`,
  });
  assert.ok(time >= before && time <= new Date());
  assert.equal(under.parameters.get("name")?.value, "CeO2 in a capillary");
  assert.deepEqual(under.parameters.get("Größe/%")?.value, [1, 2, 3]);
  assert.equal(under.parameters.get("Größe/%")?.origin, `memcached://${server.address}/Gr%C3%B6%C3%9Fe%2F%25`);
  assert.deepEqual(under.counters, { readings: 1 });
  assert.deepEqual(under.lines, []);
});

Deno.test({
  name: "memcached: a program in Python sets a key, and the next firing has it, with a new time",
  ignore: MEMCACHED === undefined || PYTHON === undefined,
  async fn() {
    await using server = await MemcachedServer.start();
    await using under = await readerOf(server, ["T"]);
    await setByPython(server, "T", "-0.0");
    await under.fire();
    const first = under.parameters.get("T")!;
    assert.ok(Object.is(first.value, -0));
    await setByPython(server, "T", "nan");
    await under.fire();
    assert.ok(Number.isNaN(under.parameters.get("T")?.value));
    assert.ok(under.parameters.get("T")!.time >= first.time);
  },
});

test("memcached: a parameter whose key is gone or empty is removed, once; with gone = keep it stays", async () => {
  await using server = await MemcachedServer.start();
  const keys = ["a", "b"];
  await using removes = await readerOf(server, keys);
  await using keeps = await readerOf(server, keys, { gone: "keep" });
  for (const key of keys) await server.set(key, "1");
  await removes.fire();
  await keeps.fire();
  await server.delete("a");
  await server.set("b", "");
  const { time } = keeps.parameters.get("a")!;
  for (let firing = 0; firing < 3; firing++) {
    await removes.fire();
    await keeps.fire();
  }
  assert.deepEqual([...removes.parameters.keys()], []);
  assert.deepEqual(removes.lines, [
    "info key a is no longer in memcached: frames go without a",
    "info key b is no longer in memcached: frames go without b",
  ]);
  assert.deepEqual(keeps.parameters.get("a")?.time, time);
});

test("memcached: a worker that was started anew removes what an earlier one set, and nothing of others", async () => {
  await using server = await MemcachedServer.start();
  await using under = await readerOf(server, ["ours", "others"]);
  under.context.parameters.set("ours", 1, { origin: `memcached://${server.address}/ours` });
  under.context.parameters.set("others", 2, { origin: "tango://x" });
  await under.fire();
  assert.deepEqual([...under.parameters.keys()], ["others"]);
});

test("memcached: what cannot be used is reported once by its key, and harms no other key", async () => {
  await using server = await MemcachedServer.start(freePort(), ["-I", "4m"]);
  const keys = ["binary", "pickled", "huge", "large", "__proto__", "good", { key: "number", as: "number" }];
  await using under = await readerOf(server, keys);
  await server.set("binary", Uint8Array.from({ length: 256 }, (_, index) => index));
  await server.set("pickled", "F23.5\n.", 1);
  await server.set("huge", "x".repeat(2 * 1024 * 1024));
  await server.set("large", "y".repeat(900_000));
  await server.set("__proto__", "1");
  await server.set("good", "2");
  await server.set("number", "open");
  await under.fire();
  await under.fire();
  assert.deepEqual([...under.parameters.keys()], ["large", "__proto__", "good"]);
  assert.equal((under.parameters.get("large")?.value as string).length, 900_000);
  assert.equal(under.lines.length, 4, under.lines.join("\n"));
  assert.match(under.lines.join("\n"), /warn key huge cannot be used: it has 2097152 bytes/);
  assert.equal(under.counters["unusable"], 8);
  await server.set("number", "5");
  await under.fire();
  assert.equal(under.parameters.get("number")?.value, 5);
});

test("memcached: several hundred keys with long names are read at once", async () => {
  await using server = await MemcachedServer.start();
  const keys = Array.from({ length: 300 }, (_, index) => `${"k".repeat(200)}${index}`);
  await using under = await readerOf(server, keys);
  await Promise.all(keys.map((key, index) => server.set(key, String(index))));
  await under.fire();
  assert.deepEqual(keys.map((key) => under.parameters.get(key)?.value), keys.map((_, index) => index));
});

test("memcached: a server that is away costs one warning, and is found again by itself", async () => {
  const port = freePort();
  await using under = await readerOf({ address: `127.0.0.1:${port}` }, ["a"], { away_s: 3600 });
  for (let firing = 0; firing < 3; firing++) await under.fire();
  assert.equal(under.lines.length, 1, under.lines.join("\n"));
  assert.match(under.lines[0]!, /^warn memcached at .* is away: .*REFUSED.*; frames go on without it$/i);
  {
    await using server = await MemcachedServer.start(port);
    await server.set("a", "1");
    await under.fire();
    assert.equal(under.parameters.get("a")?.value, 1);
    assert.match(under.lines[1]!, /^info memcached at .* is there again$/);
  }
  await under.fire();
  // Its last value stays for a while, with the time it was read.
  assert.equal(under.parameters.get("a")?.value, 1);
  assert.equal(under.counters["away"], 4);
});

test("memcached: a server that is started anew between two readings costs no warning", async () => {
  const first = await MemcachedServer.start();
  await using under = await readerOf(first, ["a"]);
  await under.fire();
  await first[Symbol.asyncDispose]();
  await using second = await MemcachedServer.start(first.port);
  await second.set("a", "1");
  await under.fire();
  assert.equal(under.parameters.get("a")?.value, 1);
  assert.deepEqual(under.lines, []);
});

test("memcached: a server that hangs holds a firing up no longer than timeout_s, and its values go after away_s", async () => {
  await using server = await MemcachedServer.start();
  await using under = await readerOf(server, ["a"], { timeout_s: 0.1, away_s: 0 });
  await server.set("a", "1");
  await under.fire();
  await server.pause();
  try {
    await under.fire();
    assert.match(under.lines[0]!, /is away: no answer within 0\.1 s/);
    assert.deepEqual([...under.parameters.keys()], []);
  } finally {
    server.resume();
  }
  await under.fire();
  assert.equal(under.parameters.get("a")?.value, 1);
});

/** A server that is no memcached: says something, or closes. */
function impostor(answer: string | null): { port: number } & AsyncDisposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(100));
    if (answer === null) return;
    await connection.write(new TextEncoder().encode(answer));
    // Until the reader goes.
    await connection.read(new Uint8Array(1)).catch(() => {});
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

const WRONG_ANSWERS: [string, string | null, RegExp][] = [
  ["HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", /not an answer of memcached: "HTTP\/1\.1 400/],
  ["an error", "ERROR\r\n", /not an answer of memcached: "ERROR"/],
  ["a size that cannot be", "VALUE a 0 99999999999999999\r\n", /not an answer of memcached/],
  ["no size", "VALUE a\r\n", /not an answer of memcached/],
  ["a line without end", "x".repeat(100_000), /not an answer of memcached/],
  ["a value that is longer than said", "VALUE a 0 1\r\nabc\r\nEND\r\n", /has no end/],
  ["half a value", "VALUE a 0 10\r\nabc", /no answer within/],
  ["nothing but the end of the connection", null, /closed the connection/],
];

for (const [what, answer, reason] of WRONG_ANSWERS) {
  Deno.test(`memcached: ${what} is an error with a reason, and nothing escapes`, async () => {
    await using server = impostor(answer);
    const reader = new MemcachedReader("127.0.0.1", server.port);
    await assert.rejects(reader.read(["a"], 300), { name: "MemcachedError", message: reason });
    reader.close();
  });
}

Deno.test("memcached: a wrong table is refused with what would be right", async () => {
  assert.deepEqual(await faultsOf("memcached", {}), ["keys: this key is needed"]);
  assert.deepEqual(await faultsOf("memcached", { keys: ["a"], server: "[::1]:11211" }), []);
  await assertRefused("memcached", [
    [{ keys: [] }, /^keys: one key at least/],
    [{ keys: ["a b"] }, /keys\.0: .*no spaces or control characters/],
    [{ keys: ["a\r\nflush_all"] }, /control character/],
    [{ keys: ["ä".repeat(126)] }, /250 bytes at most/],
    [{ keys: ["a", { key: "b", parameter: "a" }] }, /the parameter a is there twice/],
    [{ keys: [{ key: "a", units: "K" }] }, /units: there is no such key; there are key, /],
    [{ keys: ["a"], server: "localhost" }, /^server: host:port is needed/],
    [{ keys: ["a"], server: "h:70000" }, /port from 1 to 65535/],
    [{ keys: ["a"], sever: "x" }, /^sever: there is no such key; there are server, /],
  ]);
});
