/** Change and archive events of all scalars: each value comes to each client, in order, with and without a database. */
import assert from "node:assert/strict";
import { DATABASE_PACKAGE, TangoDatabase } from "../../ffi/tango/database.ts";
import { LIBRARY, PYTHONS } from "../../ffi/tango/environment.ts";
import { pause } from "../../faults/detector.ts";
import { Client, type ClientProgram, JAVA_CLIENTS, PYTHON_CLIENTS } from "./client.ts";
import { SCALARS } from "./expected_table.ts";
import { register } from "./register.ts";
import { ServedPewatch } from "./served_pewatch.ts";

const ignore = LIBRARY === undefined || PYTHONS.length === 0;
const RATE_PER_S = 5;
/** ZeroMQ connects a little after a subscription: what a client gets from here on is without a gap. */
const FRAMES = 25;
const PATIENCE_MS = 60_000;
const LOOK_MS = 50;

type Events = Record<string, unknown[]>;

interface Subscriber {
  readonly what: string;
  readonly client: Client;
}

async function subscribe(programs: readonly ClientProgram[], pewatch: ServedPewatch): Promise<Subscriber[]> {
  const subscribers: Subscriber[] = [];
  for (const program of programs) {
    for (const kind of ["change", "archive"]) {
      const client = await Client.connect(program, await pewatch.name());
      subscribers.push({ what: `${program.name}, ${kind} events`, client });
      await client.do("subscribe", kind);
    }
  }
  return subscribers;
}

/** Waits until the newest event of an attribute is this value. */
async function lastIs({ what, client }: Subscriber, attribute: string, value: unknown): Promise<Events> {
  for (const end_ms = performance.now() + PATIENCE_MS;;) {
    const events = await client.do<Events>("events");
    if (events[attribute]!.at(-1) === value) return events;
    assert.ok(performance.now() < end_ms, `${what}: ${attribute} ends with ${events[attribute]!.at(-1)}, not ${value}`);
    await pause(LOOK_MS);
  }
}

function judge({ what }: Subscriber, events: Events, delivered: number): void {
  assert.deepEqual(Object.keys(events).sort(), [...SCALARS].sort(), what);
  for (const [attribute, values] of Object.entries(events)) {
    assert.ok(values.length > 0, `${what}: ${attribute} sent none`);
    for (const value of values) assert.ok(!isError(value), `${what}: ${attribute}: ${JSON.stringify(value)}`);
    // The first was read when subscribing, and may come again as the first that is pushed.
    const pushed = values.slice(2);
    const repeated = pushed.findIndex((value, index) => index > 0 && value === pushed[index - 1]);
    assert.equal(
      repeated,
      -1,
      `${what}: ${attribute} sent the same value twice: ${values.slice(repeated, repeated + 4)}`,
    );
  }
  const counted = events.FramesDelivered!.slice(1) as number[];
  assert.ok(counted.length >= FRAMES - 5, `${what}: ${counted}`);
  assert.deepEqual(
    counted,
    Array.from({ length: counted.length }, (_, index) => delivered - counted.length + 1 + index),
    what,
  );
  const frames = events.LastFrame!.slice(1);
  assert.equal(new Set(frames).size, frames.length, what);
  assert.equal(frames.length, counted.length, what);
}

function isError(value: unknown): boolean {
  return typeof value === "object" && value !== null && "error" in value;
}

/** Frames flow, settings change, it is stopped and started: each client hears of all of it. */
async function assertNoneIsLost(pewatch: ServedPewatch, programs: readonly ClientProgram[]): Promise<void> {
  const subscribers = await subscribe(programs, pewatch);
  try {
    const { client } = subscribers[0]!;
    // Each is connected from here on: it has had an event that was pushed.
    for (let value = 2, waiting = subscribers; waiting.length > 0; value = value % 9 + 1) {
      await client.do("write", "MaxProc", String(value));
      await pause(200);
      const heard = await Promise.all(
        waiting.map(async (one) => (await one.client.do<Events>("events")).MaxProc!.length > 1),
      );
      waiting = waiting.filter((_, index) => !heard[index]);
    }
    pewatch.detector.start();
    await pewatch.until(() => pewatch.detector.ledger.filter(({ dark }) => !dark).length >= FRAMES, "the frames");
    await pewatch.detector.stop();
    await pewatch.drained();
    await client.do("write", "DirOutput", "other");
    await client.do("command", "Stop");
    for (const subscriber of subscribers) await lastIs(subscriber, "State", "ON");
    await client.do("command", "Start");
    const delivered = pewatch.detector.ledger.filter(({ dark }) => !dark).length;
    for (const subscriber of subscribers) {
      await lastIs(subscriber, "State", "RUNNING");
      const events = await lastIs(subscriber, "FramesDelivered", delivered);
      judge(subscriber, events, delivered);
      assert.equal(events.DirOutput!.at(-1), "other", subscriber.what);
      assert.equal(events.DarksRemoved!.at(-1), pewatch.detector.ledger.length - delivered, subscriber.what);
    }
  } finally {
    for (const { client } of subscribers) await client[Symbol.asyncDispose]();
  }
}

Deno.test({
  name: "without a database no event is lost by clients of cppTango 9 and 10: change and archive events of all scalars",
  ignore,
  async fn() {
    await using pewatch = new ServedPewatch({ frames_per_s: RATE_PER_S });
    await pewatch.name();
    await assertNoneIsLost(pewatch, PYTHON_CLIENTS);
  },
});

Deno.test({
  name: "with a database no event is lost by these and by a Java client",
  ignore: ignore || DATABASE_PACKAGE === undefined,
  async fn() {
    await using database = await TangoDatabase.start();
    await register(database);
    await using pewatch = new ServedPewatch({ tango: `database = '${database.address}'`, frames_per_s: RATE_PER_S });
    assert.equal(await pewatch.name(), `tango://${database.address}/pewatch/daemon/1`);
    await assertNoneIsLost(pewatch, [...PYTHON_CLIENTS, ...JAVA_CLIENTS]);
  },
});
