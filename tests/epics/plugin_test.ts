/** The plugin `epics` against an IOC of EPICS base, and against servers that send rubbish. */
import assert from "node:assert/strict";
import { until } from "../tango/values/servers.ts";
import { PluginUnderTest } from "../shipped/plugin_context.ts";
import { createSocket } from "node:dgram";
import { CA, encodeMessage } from "../../src/values/epics/ca_message.ts";
import { Ioc, PYTHON } from "./ioc.ts";

const canRun = PYTHON !== undefined && Deno.build.os !== "windows";
const test = canRun ? Deno.test : Deno.test.ignore;

/** One for all tests: each sets what it looks at. */
let ioc: Ioc;
if (canRun) {
  Deno.test.beforeAll(async () => void (ioc = await Ioc.start()));
  Deno.test.afterAll(async () => await ioc[Symbol.asyncDispose]());
}

function start(pvs: readonly Record<string, unknown>[], more: Record<string, unknown> = {}) {
  return PluginUnderTest.start("epics", {
    addresses: [`127.0.0.1:${ioc.port}`],
    auto_addresses: false,
    pvs: pvs.map((pv) => ({ ...pv, name: `PW:TEST:${pv["name"]}`, parameter: pv["parameter"] ?? pv["name"] })),
    ...more,
  });
}

async function untilSet(under: PluginUnderTest, name: string, is: (value: unknown) => boolean): Promise<void> {
  await until(
    async () => {
      await under.fire();
      const reading = under.parameters.get(name);
      return reading !== undefined && is(reading.value);
    },
    () => `${name}: ${Deno.inspect(under.parameters.get(name))}\n${under.lines.join("\n")}`,
  );
}

test("epics: each kind of record becomes a parameter of its own kind, with unit, texts and time", async () => {
  const expected: Record<string, unknown> = {
    "temp": 295.25,
    "count": -7n,
    "shutter": "OPEN",
    "valve": "open",
    "sample": "CeO2 Größe",
    "sample.VAL$": "CeO2 Größe",
    "spectrum": Float64Array.of(0, 1, 2, 3),
  };
  await using under = await start([
    ...Object.keys(expected).map((name) => ({ name })),
    { name: "shutter", parameter: "shutter number", as: "number" },
    { name: "long", as: "text" },
  ]);
  for (const [name, value] of Object.entries(expected)) {
    await untilSet(under, name, () => true);
    assert.deepEqual(under.parameters.get(name)!.value, value, name);
  }
  await untilSet(under, "shutter number", (value) => value === 1n);
  await untilSet(under, "long", (value) => value === "x".repeat(100));
  const temp = under.parameters.get("temp")!;
  assert.deepEqual([temp.unit, temp.origin, temp.over], ["K", "epics:PW:TEST:temp", "exposure"]);
  assert.equal(temp.attributes?.["quality"], "NO_ALARM");
  assert.ok(Math.abs(temp.time.getTime() - Date.now()) < 60_000, "the record's own time");
  assert.ok(temp.until!.getTime() > Date.now());
  assert.equal(under.parameters.get("count")!.unit, "counts");
  assert.equal(under.parameters.get("shutter")!.attributes?.["number"], 1);
  assert.equal(under.parameters.get("shutter number")!.attributes?.["text"], "OPEN");
  // Changes come by themselves, the newest of quick ones last.
  const before = under.counters["readings"]!;
  for (let step = 0; step < 200; step++) await ioc.call(`set count ${step}`);
  await untilSet(under, "count", (value) => value === 199n);
  assert.ok(under.counters["readings"]! - before < 200, "not each of them is taken");
  await ioc.call("set temp 296.5");
  await untilSet(under, "temp", (value) => value === 296.5);
  await ioc.call("set shutter 2");
  await untilSet(under, "shutter", (value) => value === "BETWEEN");
  // And so do units and texts.
  await ioc.call("field shutter TWST AJAR");
  await untilSet(under, "shutter", (value) => value === "AJAR");
  await ioc.call("field temp EGU mK");
  await untilSet(under, "temp", () => under.parameters.get("temp")!.unit === "mK");
});

test("epics: alarms are written, INVALID is never a number, what cannot be a value is refused in words", async () => {
  await using under = await start([{ name: "temp" }, { name: "large" }]);
  const temp = () => under.parameters.get("temp")!;
  for (
    const [value, quality, alarm] of [[305, "MINOR", "HIGH"], [320, "MAJOR", "HIHI"], [290, "NO_ALARM", undefined]]
  ) {
    await ioc.call(`set temp ${value}`);
    await untilSet(under, "temp", (is) => is === value);
    assert.deepEqual([temp().attributes?.["quality"], temp().attributes?.["alarm"]], [quality, alarm]);
  }
  await ioc.call("alarm temp 3");
  await untilSet(under, "temp", (value) => value === null);
  assert.equal(temp().note, "its severity is INVALID (READ)");
  await ioc.call("set temp 291");
  await untilSet(under, "temp", (value) => value === 291);
  await untilSet(under, "large", (value) => value === null);
  assert.match(under.parameters.get("large")!.note!, /refused: it has 200000 elements/);
});

test("epics: an IOC that ends, hangs and comes back: reasons, then values again that count from then on", async () => {
  await ioc.call("set temp 295.25");
  await using under = await start([{ name: "temp" }]);
  await untilSet(under, "temp", (value) => value === 295.25);
  const temp = () => under.parameters.get("temp")!;
  await ioc.kill();
  await untilSet(under, "temp", (value) => value === null);
  assert.match(temp().note!, /not running|not defined/);
  const absent = temp().time;
  await ioc.start();
  await untilSet(under, "temp", (value) => value === 295.25);
  assert.ok(temp().time > absent, "frames of the time between have no value");
  // It is there, but does not answer.
  ioc.signal("SIGSTOP");
  await untilSet(under, "temp", (value) => value === null);
  assert.match(temp().note!, /timed out/);
  const before = temp().time;
  ioc.signal("SIGCONT");
  await untilSet(under, "temp", (value) => value === 295.25);
  // The record has not changed: its own time lies before the pause.
  assert.ok(temp().time > before);
  assert.match(String(temp().attributes?.["time_note"]), /could not be read since/);
});

test("epics: without addresses this computer is searched; what is older than max_age_s, or has no server, has no value", async () => {
  await ioc.call("set count -7");
  // This computer is searched without an address.
  const own = { addresses: [], auto_addresses: true, port: ioc.port };
  await using under = await start([{ name: "temp", max_age_s: 1 }, { name: "count" }], own);
  await untilSet(under, "count", (value) => value === -7n);
  await untilSet(under, "temp", (value) => value === null);
  assert.match(under.parameters.get("temp")!.note!, /is older than max_age_s = 1/);
  await using alone = await start([{ name: "nothing" }]);
  await untilSet(alone, "nothing", (value) => value === null);
  assert.match(alone.parameters.get("nothing")!.note!, /not defined: no server answers/);
});

test("epics: servers that send rubbish, nothing, or end at once cost the good one nothing; TCP name servers are asked", async () => {
  await ioc.call("set temp 295.25");
  // Each says over UDP that it has the first channel, and behaves badly over TCP.
  const rubbish = Uint8Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256);
  // An event of 4 GiB, by its header.
  const large = encodeMessage({ command: CA.eventAdd, type: 20, one: 1, payload: new Uint8Array(8).fill(255) });
  large.fill(255, 2, 4);
  await Promise.all([rubbish, large, new Uint8Array(0)].map(async (bytes) => {
    await using hostile = new Hostile(bytes);
    await using under = await start([{ name: "bad" }, { name: "temp" }], {
      addresses: [`127.0.0.1:${hostile.port}`, `tcp://127.0.0.1:${ioc.port}`],
    });
    await untilSet(under, "temp", (value) => value === 295.25);
    await untilSet(under, "bad", (value) => value === null);
    assert.match(under.parameters.get("bad")!.note!, /failed: its server sent|not running|timed out|not defined/);
    assert.ok(hostile.asked > 0, "it was asked");
    assert.equal(under.parameters.get("temp")!.value, 295.25);
  }));
});

/** Answers each search for the channel 0 with itself, and each connection with the same bytes. */
class Hostile implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #bytes: Uint8Array;
  readonly port = (this.#listener.addr as Deno.NetAddr).port;
  readonly #socket = createSocket("udp4");
  asked = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#socket.bind(this.port, "127.0.0.1");
    this.#socket.on("message", (_, from) => {
      this.asked++;
      const answer = encodeMessage({ command: CA.search, type: this.port, one: 0xffff_ffff, two: 0 });
      this.#socket.send(answer, from.port, from.address);
      this.#socket.send(rubbishOf(answer), from.port, from.address);
    });
    void this.#serve();
  }

  async #serve(): Promise<void> {
    for await (const connection of this.#listener) {
      void (async () => {
        try {
          if (this.#bytes.length > 0) await connection.write(this.#bytes);
          else connection.close();
        } catch {
          // The client has gone.
        }
      })();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}

function rubbishOf(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => byte ^ (index * 37));
}
