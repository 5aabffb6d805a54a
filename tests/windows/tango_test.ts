/** The Windows executable is a Tango device server: clients of this machine, PyTango 9 and 10, control and watch it. */
import assert from "node:assert/strict";
import { TangoDatabase } from "../ffi/tango/database.ts";
import { PYTHONS } from "../ffi/tango/environment.ts";
import { ServedPewatch, type ServedPewatchOptions } from "../tango/served/served_pewatch.ts";
import { outputOn, WINDOWS_PROGRAM } from "./programs.ts";
import { filesBelow } from "../folders.ts";

const RATE_PER_S = 6;
/** Its preview is the largest there is. */
const SIDE = 512;

function served(options: ServedPewatchOptions = {}): ServedPewatch {
  return new ServedPewatch({ frames_per_s: RATE_PER_S, program: WINDOWS_PROGRAM, ...options });
}

for (const { name: client, python } of PYTHONS) {
  Deno.test(`${client} reads, writes, commands and gets events while frames flow, and Kill ends the executable`, async () => {
    await using pewatch = served();
    const name = await pewatch.name();
    assert.match(name, /^tango:\/\/127\.0\.0\.1:\d+\/pewatch\/daemon\/1#dbase=no$/);
    // Before the first frame: the judge knows one output folder.
    await pewatch.check(python, name, "writes");
    pewatch.detector.start();
    await pewatch.check(python, name, "events", "reads", "preview", "restarts", "stop_and_start");
    await pewatch.detector.stop();
    await pewatch.drained();
    await pewatch.check(python, name, "kill");
    assert.equal(await pewatch.ended(), 0);
    assert.deepEqual(await pewatch.problems(), []);
  });
}

Deno.test("a client changes the output folder while frames flow, none is lost, and the preview comes at once", async () => {
  await using pewatch = served({ side: SIDE });
  const name = await pewatch.name();
  pewatch.detector.start();
  const [{ python }] = PYTHONS as [typeof PYTHONS[0]];
  console.log((await pewatch.check(python, name, "output_folder", "quick_preview", "reads_a_second")).trim());
  await pewatch.detector.stop();
  await pewatch.drained();
  await pewatch.child.end("SIGINT");
  assert.equal(await pewatch.ended(), 0);
  assert.deepEqual(await pewatch.lostOrDoubled(), []);
  assert.ok(filesBelow(pewatch.folders.output).some((file) => /^day 1\/grün\/.*\.nxs$/.test(file)));
});

Deno.test("with a database, the executable registers its device and is found by its name there", async () => {
  await using database = await TangoDatabase.start();
  await using pewatch = served({ tango: `database = '${database.address}'` });
  const printed = await outputOn("windows", ["tango", "register", "--config", pewatch.configurationFile]);
  assert.match(printed, /pewatch\/daemon\/1/);
  await pewatch.name();
  pewatch.detector.start();
  for (const { python } of PYTHONS) {
    await pewatch.check(python, `tango://${database.address}/pewatch/daemon/1`, "events", "reads");
  }
  await pewatch.detector.stop();
  await pewatch.drained();
  await pewatch.child.end("SIGINT");
  assert.equal(await pewatch.ended(), 0);
  assert.deepEqual(await pewatch.problems(), []);
});
