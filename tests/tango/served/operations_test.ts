/** Whatever clients call, with sense or without: each call works or is refused in words, and frames go on. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DATABASE_PACKAGE, TangoDatabase } from "../../ffi/tango/database.ts";
import { LIBRARY, PYTHONS } from "../../ffi/tango/environment.ts";
import { pause } from "../../faults/detector.ts";
import { Client, JAVA_CLIENTS, PYTHON_CLIENTS } from "./client.ts";
import { register } from "./register.ts";
import { ServedPewatch } from "./served_pewatch.ts";

const ignore = LIBRARY === undefined || PYTHONS.length === 0;
/** One for all tests of this file. */
const database = ignore || DATABASE_PACKAGE === undefined ? null : await TangoDatabase.start();
Deno.test.afterAll(() => database?.[Symbol.asyncDispose]());
const RATE_PER_S = 4;
const PATIENCE_MS = 300_000;
/** What a client says of a server that has gone, or that answers with something else than Tango's errors. */
const NO_ANSWER = /^CORBA$|API_Corba|Timed|CantConnect|CommunicationFailed/;

interface Outcome {
  readonly what: string;
  readonly works?: true;
  readonly reason?: string;
  readonly words?: string;
}

/** A client of somebody else that goes through all calls that it can make. */
interface Operator {
  readonly name: string;
  readonly command: readonly string[];
  /** Fewer would say that the list of them was not gone through. */
  readonly operations_min: number;
  /** What has to work. */
  readonly must: readonly string[];
}

const HERE = import.meta.dirname!;
const OPERATORS: readonly Operator[] = [
  ...PYTHONS.map(({ name, python }) => ({
    name,
    command: [python, join(HERE, "client", "operations.py")],
    operations_min: 4000,
    must: ["unit", "alarms on all that is read", "poll, history, poll no more", "RestartServer"],
  })),
  // Each call of each version of Tango's IDL, beneath the Java API.
  ...JAVA_CLIENTS.map(({ name, command }) => ({
    name,
    command: [...command.slice(0, -1), join(HERE, "java", "Operations.java")],
    operations_min: 6000,
    must: [
      "set_attribute_config_5 FrameRate nan of pewatch/daemon/1",
      "read_attribute_history_5 Backlog 10 of pewatch/daemon/1",
    ],
  })),
];

async function operate({ command }: Operator, name: string): Promise<readonly Outcome[]> {
  const { code, stdout, stderr } = await new Deno.Command(command[0]!, {
    args: [...command.slice(1), name, "dserver/PEWatchDaemon/1"],
    env: { PYTHONFAULTHANDLER: "1" },
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
}

function judgeOutcomes(outcomes: readonly Outcome[], { operations_min, must }: Operator): void {
  assert.ok(outcomes.length >= operations_min, `${outcomes.length} operations`);
  for (const { what, works, reason = "", words = "" } of outcomes) {
    if (works) continue;
    assert.ok(words.length > 10, `${what}: ${reason} ${words}`);
    assert.ok(!NO_ANSWER.test(reason), `${what}: ${reason} ${words}`);
  }
  const works = new Set(outcomes.filter(({ works }) => works).map(({ what }) => what));
  assert.deepEqual(must.filter((what) => !works.has(what)), [], "it was refused");
}

/** An event may be behind the value that it brings. */
async function lastEvent(client: Client, attribute: string, is: (value: unknown) => boolean): Promise<void> {
  for (const end_ms = performance.now() + PATIENCE_MS;; await pause(50)) {
    const last = (await client.do<Record<string, unknown[]>>("events"))[attribute]!.at(-1);
    if (is(last)) return;
    assert.ok(performance.now() < end_ms, `the last event of ${attribute} is ${last}`);
  }
}

/** The last frame is in its folder before it is counted. */
async function counts(client: Client, frames: number): Promise<void> {
  for (const end_ms = performance.now() + PATIENCE_MS;; await pause(50)) {
    const readings = Object.values(await client.read("FramesDelivered", "DarksRemoved", "FramesFailed"));
    const counted = readings.reduce((sum, reading) => sum + (reading!.value as number), 0);
    if (counted === frames) return;
    assert.ok(counted < frames && performance.now() < end_ms, `${counted} of ${frames} frames are counted`);
  }
}

/** With frames in progress the whole time; what is read afterwards is right, and events come. */
async function survives(pewatch: ServedPewatch, operator: Operator): Promise<Client> {
  const name = await pewatch.name();
  judgeOutcomes(await operate(operator, name), operator);
  const client = await Client.connect(PYTHON_CLIENTS[0]!, name);
  const before = await client.value("FramesDelivered") as number;
  await client.do("subscribe", "change");
  await lastEvent(client, "FramesDelivered", (count) => count as number >= before + 3);
  const { DirRaw, MaxProc, FrameRate } = await client.read("DirRaw", "MaxProc", "FrameRate");
  assert.deepEqual([DirRaw!.value, DirRaw!.set_point], [pewatch.folders.raw, pewatch.folders.raw]);
  assert.deepEqual([MaxProc!.value, MaxProc!.set_point], [5, 5]);
  assert.equal(FrameRate!.quality, "ATTR_VALID");
  return client;
}

/** One operator after the other, of one pewatch. */
async function survivesAll(test: Deno.TestContext, pewatch: ServedPewatch): Promise<void> {
  await using clients = new AsyncDisposableStack();
  const watching: Client[] = [];
  pewatch.detector.start();
  for (const operator of OPERATORS) {
    await test.step({
      name: operator.name,
      fn: async () => void watching.push(clients.use(await survives(pewatch, operator))),
      sanitizeResources: false,
      sanitizeOps: false,
    });
  }
  await pewatch.detector.stop();
  await pewatch.drained();
  for (const client of watching) {
    await counts(client, pewatch.detector.ledger.length);
    const delivered = await client.value("FramesDelivered");
    await lastEvent(client, "FramesDelivered", (count) => count === delivered);
  }
  await pewatch.stop();
  assert.deepEqual(await pewatch.problems(), []);
}

Deno.test({
  name: "every operation without a database works or is refused in words, and frames go on",
  ignore,
  async fn(test) {
    await using pewatch = new ServedPewatch({ frames_per_s: RATE_PER_S });
    await survivesAll(test, pewatch);
  },
});

Deno.test({
  name: "every operation with a database works or is refused in words, and frames go on",
  ignore: ignore || DATABASE_PACKAGE === undefined,
  async fn(test) {
    await register(database!);
    await using pewatch = new ServedPewatch({ tango: `database = '${database!.address}'`, frames_per_s: RATE_PER_S });
    await survivesAll(test, pewatch);
  },
});

Deno.test({
  name: "what needs the database is refused while that is away, loses nothing, and works once it is back",
  ignore: ignore || DATABASE_PACKAGE === undefined,
  async fn() {
    await register(database!);
    await using pewatch = new ServedPewatch({ tango: `database = '${database!.address}'`, frames_per_s: RATE_PER_S });
    await using client = await Client.connect(PYTHON_CLIENTS[0]!, await pewatch.name());
    pewatch.detector.start();
    const calls = (unit: string): readonly (readonly [string, ...string[]])[] => [
      ["admin", "RestartServer"],
      ["admin", "Init"],
      ["admin", "DevRestart", "pewatch/daemon/1"],
      ["poll", "Backlog"],
      ["configure", "Backlog", "unit", unit],
    ];
    // The admin device is asked for by name: known from before.
    for (const call of calls("frames")) await again(client, call);
    await client.do("unpoll", "Backlog");
    await database!.away();
    for (const call of calls("images")) {
      const { fails, reason } = await client.refused(...call);
      assert.ok(fails.length > 10 && !NO_ANSWER.test(reason), `${call}: ${reason} ${fails}`);
      assert.equal(await client.value("MaxProc"), 5);
    }
    const delivered = await client.value("FramesDelivered") as number;
    await database!.serve();
    for (const call of calls("images")) await again(client, call);
    await pewatch.until(() => pewatch.child.ended === null, "the process");
    while (await client.valueOnceThere("FramesDelivered") as number < delivered + 2) await pause(50);
    await pewatch.detector.stop();
    await pewatch.drained();
    await pewatch.stop();
    assert.deepEqual(await pewatch.problems(), []);
  },
});

/** What a server that is made anew, or a database that has just come back, refuses for a moment. */
async function again(client: Client, call: readonly [string, ...string[]]): Promise<void> {
  for (const end_ms = performance.now() + PATIENCE_MS; !await client.try(...call); await pause(100)) {
    assert.ok(performance.now() < end_ms, `${call} never worked`);
  }
}
