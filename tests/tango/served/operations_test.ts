/** Whatever clients call, with sense or without: each call works or is refused in words, and frames go on. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DATABASE_PACKAGE, TangoDatabase } from "../../ffi/tango/database.ts";
import { LIBRARY, PYTHONS } from "../../ffi/tango/environment.ts";
import { pause } from "../../faults/detector.ts";
import { Client, PYTHON_CLIENTS } from "./client.ts";
import { register } from "./register.ts";
import { ServedPewatch } from "./served_pewatch.ts";

const ignore = LIBRARY === undefined || PYTHONS.length === 0;
const RATE_PER_S = 4;
const PATIENCE_MS = 300_000;
/** Fewer would say that the list of them was not gone through. */
const OPERATIONS_MIN = 4000;
/** What a client says of a server that has gone, or that answers with something else than Tango's errors. */
const NO_ANSWER = /Corba|CORBA|Timed|CantConnect|CommunicationFailed/;

interface Outcome {
  readonly what: string;
  readonly works?: true;
  readonly reason?: string;
  readonly words?: string;
}

async function operate(python: string, name: string): Promise<readonly Outcome[]> {
  const { code, stdout, stderr } = await new Deno.Command(python, {
    args: [join(import.meta.dirname!, "client", "operations.py"), name],
    env: { PYTHONFAULTHANDLER: "1" },
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
}

function judgeOutcomes(outcomes: readonly Outcome[]): void {
  for (const { what, works, reason = "", words = "" } of outcomes) {
    if (works) continue;
    assert.ok(words.length > 10, `${what}: ${reason} ${words}`);
    assert.ok(!NO_ANSWER.test(`${reason} ${words}`), `${what}: ${reason} ${words}`);
  }
  const works = new Set(outcomes.filter(({ works }) => works).map(({ what }) => what));
  for (const must of ["unit", "alarms on all that is read", "poll, history, poll no more", "RestartServer"]) {
    assert.ok(works.has(must), `${must} was refused`);
  }
}

/** An event may be behind the value that it brings. */
async function lastEvent(client: Client, attribute: string, value: unknown): Promise<void> {
  for (const end_ms = performance.now() + PATIENCE_MS;;) {
    const values = (await client.do<Record<string, unknown[]>>("events"))[attribute]!;
    if (values.at(-1) === value) return;
    assert.ok(performance.now() < end_ms, `the last event of ${attribute} is ${values.at(-1)}, not ${value}`);
    await pause(50);
  }
}

/** With frames on their way the whole time; what is read afterwards is right. */
async function survives(pewatch: ServedPewatch, python: string): Promise<void> {
  const name = await pewatch.name();
  pewatch.detector.start();
  const outcomes = await operate(python, name);
  assert.ok(outcomes.length > OPERATIONS_MIN, `${outcomes.length} operations`);
  judgeOutcomes(outcomes);
  await using client = await Client.connect(PYTHON_CLIENTS[0]!, name);
  const before = await client.value("FramesDelivered") as number;
  await client.do("subscribe", "change");
  for (let delivered = before; delivered < before + 3;) delivered = await client.value("FramesDelivered") as number;
  await pewatch.detector.stop();
  await pewatch.drained();
  const readings = await client.read(
    "FramesDelivered",
    "DarksRemoved",
    "FramesFailed",
    "DirRaw",
    "MaxProc",
    "FrameRate",
  );
  const { FramesDelivered, DarksRemoved, FramesFailed, DirRaw, MaxProc, FrameRate } = readings;
  const counted = [FramesDelivered, DarksRemoved, FramesFailed].map((reading) => reading!.value as number);
  assert.equal(counted.reduce((sum, count) => sum + count), pewatch.detector.ledger.length);
  assert.deepEqual([DirRaw!.value, DirRaw!.set_point], [pewatch.folders.raw, pewatch.folders.raw]);
  assert.deepEqual([MaxProc!.value, MaxProc!.set_point], [5, 5]);
  assert.equal(FrameRate!.quality, "ATTR_VALID");
  await lastEvent(client, "FramesDelivered", FramesDelivered!.value);
  await pewatch.stop();
  assert.deepEqual(await pewatch.problems(), []);
}

for (const { name, python } of PYTHONS) {
  Deno.test({
    name: `every operation by ${name} without a database works or is refused in words, and frames go on`,
    ignore,
    async fn() {
      await using pewatch = new ServedPewatch({ frames_per_s: RATE_PER_S });
      await survives(pewatch, python);
    },
  });

  Deno.test({
    name: `every operation by ${name} with a database works or is refused in words, and frames go on`,
    ignore: ignore || DATABASE_PACKAGE === undefined,
    async fn() {
      await using database = await TangoDatabase.start();
      await register(database);
      await using pewatch = new ServedPewatch({
        tango: `database = '${database.address}'`,
        frames_per_s: RATE_PER_S,
      });
      await survives(pewatch, python);
    },
  });
}
