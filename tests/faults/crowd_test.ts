/** Many files in raw, and many frames of one name; PEWATCH_FAULTS=long takes more of them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { FaultRun } from "./fault_run.ts";

const IS_LONG = Deno.env.get("PEWATCH_FAULTS") === "long";
const SETTLE_S_MAX = 600;
const FILES = 100_000;
const FILES_A_FOLDER = 10_000;
const FRAMES_AMONG = IS_LONG ? 300 : 30;
const FRAMES_OF_ONE_NAME = IS_LONG ? 1000 : 150;
/** Faster than the daemon delivers: the name is taken in raw, in claims and in the output at once. */
const ONE_NAME_PER_S = 60;

Deno.test(`frames are delivered while ${FILES} images without sidecars wait beside them, and these stay untouched`, async () => {
  await using run = new FaultRun({ more: "[frames]\nsidecar_wait_s = 3600" });
  const waiting = Array.from(
    { length: FILES / FILES_A_FOLDER },
    (_, index) => join(run.folders.raw, `waiting${index}`),
  );
  for (const folder of waiting) {
    Deno.mkdirSync(folder);
    for (let index = 0; index < FILES_A_FOLDER; index++) {
      Deno.writeTextFileSync(join(folder, `W-${index}.tif`), "II*\0");
    }
  }
  await run.start();
  const detector = run.flow({ holds: () => run.ledger.length >= FRAMES_AMONG });
  assert.ok(await run.waitFor(() => run.ledger.length >= FRAMES_AMONG, SETTLE_S_MAX), "the detector cannot write");
  await detector.stop();
  const wanted = () => run.ledger.filter((frame) => !frame.dark).length;
  const begin = performance.now();
  assert.ok(await run.waitFor(() => run.watch.images.size >= wanted(), SETTLE_S_MAX), "not all frames are delivered");
  console.log(
    `${wanted()} frames, the last of them ${((performance.now() - begin) / 1000).toFixed(1)} s after it was written`,
  );
  for (const folder of waiting) {
    assert.equal([...Deno.readDirSync(folder)].length, FILES_A_FOLDER, `${folder} has lost files`);
    Deno.removeSync(folder, { recursive: true });
  }
  assert.ok(await run.settled(SETTLE_S_MAX), "something stays on its way");
  assert.deepEqual(await run.judged(), []);
});

Deno.test(`${FRAMES_OF_ONE_NAME} frames of one name are delivered, each once and whole`, async () => {
  await using run = new FaultRun({ maxProc: 5 });
  await run.start();
  const detector = run.flow({
    rate_per_s: ONE_NAME_PER_S,
    shot: (number) => ({ number, folder: "", image: "R.tif" }),
    holds: () => run.ledger.length >= FRAMES_OF_ONE_NAME,
  });
  assert.ok(
    await run.waitFor(() => run.ledger.length >= FRAMES_OF_ONE_NAME, SETTLE_S_MAX),
    "the detector cannot write",
  );
  await detector.stop();
  assert.ok(await run.settled(SETTLE_S_MAX), "frames are still on their way");
  assert.deepEqual(await run.judged(), []);
  assert.ok(run.ledger.length >= FRAMES_OF_ONE_NAME);
});
