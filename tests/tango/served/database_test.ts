/** The device with a Tango database: registered, named, with properties; and a database that is away, goes and comes back. */
import assert from "node:assert/strict";
import { DATABASE_PACKAGE, TangoDatabase } from "../../ffi/tango/database.ts";
import { LIBRARY, PYTHONS } from "../../ffi/tango/environment.ts";
import { makeImage, makeSidecar } from "../../e2e/frames.ts";
import { Client, JAVA_CLIENTS, PYTHON_CLIENTS } from "./client.ts";
import { register, tangoCommand } from "./register.ts";
import { ServedPewatch } from "./served_pewatch.ts";
import { filesBelow } from "../../folders.ts";

const ignore = LIBRARY === undefined || DATABASE_PACKAGE === undefined || PYTHONS.length === 0;
const RATE_PER_S = 4;

/** One for all tests of this file, of which the first finds nothing in it, and each leaves nothing that another one would see. */
const database = ignore ? null! : await TangoDatabase.start();
Deno.test.afterAll(() => database?.[Symbol.asyncDispose]());

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

async function python(code: string): Promise<string> {
  const { code: result, stdout, stderr } = await new Deno.Command(PYTHONS[0]!.python, {
    args: ["-c", `import tango\ndb = tango.Database(*${JSON.stringify(database.address.split(":"))})\n${code}`],
  }).output();
  assert.equal(result, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

function served(): ServedPewatch {
  return new ServedPewatch({ tango: `database = '${database.address}'`, frames_per_s: RATE_PER_S });
}

async function delivers(pewatch: ServedPewatch, name: string, below = ""): Promise<void> {
  pewatch.put(name, makeImage({ seed: name.length }).bytes, makeSidecar());
  await pewatch.until(
    () => filesBelow(pewatch.folders.output).includes(`${below}${name.replace(/\.tif$/, ".nxs")}`),
    name,
  );
}

test("a device that is not registered is reported with the command that registers it, and served when it is", async () => {
  await using pewatch = served();
  await pewatch.until(() => /not registered .*pewatch tango register/.test(pewatch.log), "word of it");
  await delivers(pewatch, "meanwhile-00001.tif");
  await register(database);
  // A second time changes nothing.
  await register(database);
  assert.equal(await pewatch.name(), `tango://${database.address}/pewatch/daemon/1`);
  assert.equal(await python(`print(db.get_device_info("pewatch/daemon/1").class_name)`), "PeWatchDaemon");
  for (const program of [...PYTHON_CLIENTS, ...JAVA_CLIENTS]) {
    await using client = await Client.connect(program, await pewatch.name());
    assert.equal(await client.value("FramesDelivered"), 1, program.name);
    await client.do("command", "Stop");
    await client.do("command", "Start");
  }
  const running = await tangoCommand("unregister", ["--database", database.address]);
  assert.equal(running.code, 1);
  assert.match(running.out + running.err, /is running/);
  await pewatch.stop();
  const { code, out, err } = await tangoCommand("unregister", ["--database", database.address]);
  assert.equal(code, 0, out + err);
  assert.equal(await python(`print(list(db.get_server_list("PEWatch*")))`), "[]");
});

test("properties of the device go before the configuration; what is wrong in one is reported, and the configuration holds", async () => {
  await register(database);
  await python(
    `db.put_device_property("pewatch/daemon/1", {"MaxProc": ["7"], "DirOutput": ["of property"], "DirTemp": ["relative"]})`,
  );
  await using pewatch = served();
  await using client = await Client.connect(PYTHON_CLIENTS[0]!, await pewatch.name());
  await pewatch.until(
    () => /property DirTemp: "relative" is not an absolute path/.test(pewatch.log),
    "word of the wrong one",
  );
  const { MaxProc, DirOutput, DirTemp } = await client.read("MaxProc", "DirOutput", "DirTemp");
  assert.deepEqual([MaxProc!.value, DirOutput!.value, DirTemp!.value], [7, "of property", pewatch.folders.temp]);
  await delivers(pewatch, "f-00001.tif", "of property/");
  // What a client wrote goes before both, also after a restart.
  await client.do("write", "MaxProc", "2");
  await pewatch.stop();
  pewatch.restart();
  await using second = await Client.connect(PYTHON_CLIENTS[0]!, await pewatch.name());
  assert.equal(await second.value("MaxProc"), 2);
  await python(`db.delete_device_property("pewatch/daemon/1", ["MaxProc", "DirOutput", "DirTemp"])`);
});

test("a database that is away at the start is waited for while frames flow, and the device is served when it comes", async () => {
  await register(database);
  await database.away();
  await using pewatch = served();
  await pewatch.until(() => pewatch.log.includes("does not answer (Connection refused"), "word of it");
  pewatch.detector.start();
  await pewatch.until(() => filesBelow(pewatch.folders.output).length >= 9, "frames without it");
  await database.serve();
  assert.equal(await pewatch.name(), `tango://${database.address}/pewatch/daemon/1`);
  await using client = await Client.connect(PYTHON_CLIENTS[0]!, await pewatch.name());
  assert.ok(await client.value("FramesDelivered") as number >= 3);
  await pewatch.detector.stop();
  await pewatch.drained();
  await pewatch.stop();
  assert.deepEqual(await pewatch.problems(), []);
});

test("a database that goes and comes back is survived: by the frames, by who is connected, by who comes later", async () => {
  await register(database);
  await using pewatch = served();
  const name = await pewatch.name();
  await using client = await Client.connect(PYTHON_CLIENTS[0]!, name);
  pewatch.detector.start();
  await client.do("subscribe", "change");
  await database.away();
  const before = await client.value("FramesDelivered") as number;
  await pewatch.until(() => filesBelow(pewatch.folders.output).length >= 3 * (before + 5), "frames without it");
  await client.do("write", "MaxProc", "4");
  assert.equal(await client.value("MaxProc"), 4);
  await client.do("command", "Stop");
  await client.do("command", "Start");
  const events = await client.do<Record<string, number[]>>("events");
  assert.ok(events.FramesDelivered!.at(-1)! >= before + 3, `${events.FramesDelivered}`);
  await database.serve();
  for (const program of PYTHON_CLIENTS) {
    await using later = await Client.connect(program, name);
    assert.equal(await later.value("MaxProc"), 4);
  }
  // One that answers nothing, but takes calls.
  database.freeze(true);
  const frozen = await client.value("FramesDelivered") as number;
  await pewatch.until(() => filesBelow(pewatch.folders.output).length >= 3 * (frozen + 5), "frames while it hangs");
  database.freeze(false);
  await pewatch.detector.stop();
  await pewatch.drained();
  await pewatch.stop();
  assert.deepEqual(await pewatch.problems(), []);
});

test("a device that already runs elsewhere is reported with server, host and process, and its frames flow all the same", async () => {
  await register(database);
  await using first = served();
  await first.name();
  await using second = served();
  await second.until(
    () => new RegExp(`served already by PEWatchDaemon/1 on \\S+ \\(process ${first.child.pid}\\)`).test(second.log),
    "word of the other",
  );
  await delivers(second, "second-00001.tif");
  await first.stop();
  // And takes over once the other is gone.
  assert.equal(await second.name(), `tango://${database.address}/pewatch/daemon/1`);
});
