/** What clients can do to a device while frames are in progress: each frame arrives whole, once, where it was going. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { SERVICE_NAMES } from "../../../src/files/service_names.ts";
import { LIBRARY, PYTHONS } from "../../ffi/tango/environment.ts";
import { Detector, pause } from "../../faults/detector.ts";
import { Random } from "../../faults/random.ts";
import { Client, PYTHON_CLIENTS } from "./client.ts";
import { ServedPewatch } from "./served_pewatch.ts";
import { filesBelow } from "../../folders.ts";

const ignore = LIBRARY === undefined || PYTHONS.length === 0;
const RATE_PER_S = 6;
const PATIENCE_MS = 60_000;

/** Waits until some more frames have been delivered: what comes next meets others in progress. */
async function someMore(pewatch: ServedPewatch, client: Client): Promise<void> {
  const before = await client.valueOnceThere("FramesDelivered") as number;
  for (
    const end_ms = performance.now() + PATIENCE_MS;
    await client.valueOnceThere("FramesDelivered") as number < before + 2;
  ) {
    assert.ok(performance.now() < end_ms, `no frame is delivered any more\n${pewatch.log.slice(-2000)}`);
    await pause(50);
  }
}

/** On a busy machine it takes effect later than a client waits for. */
async function bring(client: Client, command: "Start" | "Stop", state: string): Promise<void> {
  await client.try("command", command);
  for (const end_ms = performance.now() + PATIENCE_MS; await client.value("State") !== state;) {
    assert.ok(performance.now() < end_ms, `${command} never led to ${state}: ${await client.value("Status")}`);
    await pause(50);
  }
}

/** A server that is made anew refuses calls for a moment. */
async function again(client: Client, what: readonly [string, ...string[]]): Promise<void> {
  for (const end_ms = performance.now() + PATIENCE_MS; !await client.try(...what);) {
    assert.ok(performance.now() < end_ms, `${what} never worked`);
    await pause(100);
  }
}

for (const program of PYTHON_CLIENTS) {
  Deno.test({
    name:
      `Stop, Start, Init, DevRestart, RestartServer, Kill and a new start by ${program.name}: each frame arrives once`,
    ignore,
    async fn() {
      await using pewatch = new ServedPewatch({ frames_per_s: RATE_PER_S });
      const name = await pewatch.name();
      pewatch.detector.start();
      {
        await using client = await Client.connect(program, name);
        await someMore(pewatch, client);
        for (const output_dir of ["one", "two/deep", ""]) {
          await bring(client, "Stop", "ON");
          assert.match(await client.value("Status") as string, /Stopped/);
          const stopped = await client.value("FramesDelivered") as number;
          await client.do("write", "DirOutput", output_dir);
          await pause(500);
          assert.equal(await client.value("FramesDelivered"), stopped, "a stopped daemon delivers");
          await bring(client, "Start", "RUNNING");
          await client.do("command", "Init");
          await someMore(pewatch, client);
          // Where frames go is not forgotten by a device that is made anew.
          await client.do("admin", "DevRestart", "pewatch/daemon/1");
          await again(client, ["admin", "RestartServer"]);
          await again(client, ["read", "DirOutput"]);
          assert.equal(await client.valueOnceThere("DirOutput"), output_dir);
          assert.ok(await client.valueOnceThere("FramesDelivered") as number >= stopped, "it counts anew");
          await someMore(pewatch, client);
        }
        await client.do("admin", "Kill");
        assert.equal(await pewatch.ended(), 0, pewatch.log);
      }
      pewatch.restart();
      await pewatch.name();
      await pewatch.detector.stop();
      await pewatch.drained();
      await pewatch.stop();
      assert.deepEqual(await pewatch.problems(["one", "two/deep"]), []);
      for (const folder of ["one", "two/deep"]) {
        assert.ok(filesBelow(pewatch.folders.output).some((path) => path.startsWith(`${folder}/`)), folder);
      }
    },
  });
}

Deno.test({
  name: "a client changes every folder while frames are in progress, and each frame arrives once",
  ignore,
  async fn() {
    await using pewatch = new ServedPewatch({ frames_per_s: RATE_PER_S, outputs: ["first", "second"] });
    await using client = await Client.connect(PYTHON_CLIENTS[0]!, await pewatch.name());
    pewatch.detector.start();
    await someMore(pewatch, client);
    const [temp, proc, raw] = ["temp 2", "proc 2", "raw 2"].map((name) => pewatch.folder(name)) as [
      string,
      string,
      string,
    ];
    const changes = { DirTemp: temp, DirProc: proc, DirOutputRoot: pewatch.folder("outputs/second") };
    for (const [attribute, folder] of Object.entries(changes)) {
      await client.do("write", attribute, folder);
      await someMore(pewatch, client);
    }
    await pewatch.detector.stop();
    // What waits in the folder that is left goes its way as well.
    await client.do("write", "DirRaw", raw);
    const second = new Detector({ raw, rate_per_s: RATE_PER_S, side: 64, random: new Random(2) });
    pewatch.alsoJudge(second);
    second.start();
    await someMore(pewatch, client);
    await second.stop();
    await pewatch.drained();
    await pewatch.until(() => [raw, temp, proc].every((folder) => visible(folder).length === 0), "the last frame");
    await pewatch.stop();
    assert.deepEqual(await pewatch.problems(["first", "second"]), []);
  },
});

function visible(folder: string): string[] {
  return filesBelow(folder).filter((name) => !name.split("/").some((part) => part.startsWith(".")));
}

/** What somebody else may have put into a folder, under a name that pewatch opens there. */
const PLANTED: Readonly<Record<string, (path: string, victim: string) => void>> = {
  "a pipe": (path) => {
    assert.ok(new Deno.Command("mkfifo", { args: [path] }).outputSync().success);
  },
  "a link": (path, victim) => Deno.symlinkSync(victim, path),
  "a folder": (path) => Deno.mkdirSync(path),
};
const ATTRIBUTE_OF = { raw: "DirRaw", temp: "DirTemp", proc: "DirProc", output: "DirOutputRoot" } as const;
/** Clients give up after 3 s. */
const ANSWER_S_MAX = 2.9;

Deno.test({
  name: "a client sets folders with pipes, links and folders under pewatch's own names: each is answered, frames go on",
  ignore,
  async fn() {
    await using pewatch = new ServedPewatch({ frames_per_s: RATE_PER_S });
    await using client = await Client.connect(PYTHON_CLIENTS[0]!, await pewatch.name());
    const victim = join(pewatch.folder("victims"), "a file");
    Deno.writeTextFileSync(victim, "untouched");
    pewatch.detector.start();
    await someMore(pewatch, client);
    for (const [what, plant] of Object.entries(PLANTED)) {
      for (const [kind, attribute] of Object.entries(ATTRIBUTE_OF)) {
        const own = await client.value(attribute) as string;
        const folder = pewatch.folder(`planted/${what} ${kind}`);
        const names = SERVICE_NAMES.filter(({ folders }) => folders.some((one) => one === kind))
          .map(({ name }) => name.replace("UUID", crypto.randomUUID()).replace("ID", "20260101T000000000Z-1-1"));
        for (const name of new Set(names)) plant(join(folder, name), victim);
        const started_ms = performance.now();
        await client.try("write", attribute, folder);
        const took_s = (performance.now() - started_ms) / 1000;
        assert.ok(took_s < ANSWER_S_MAX, `${attribute} with ${what}: ${took_s} s`);
        // Taken or refused; back, since the detector goes on where it was.
        await again(client, ["write", attribute, own]);
        await someMore(pewatch, client);
      }
    }
    await pewatch.detector.stop();
    await pewatch.drained();
    assert.equal(Deno.readTextFileSync(victim), "untouched");
    await pewatch.stop();
  },
});
