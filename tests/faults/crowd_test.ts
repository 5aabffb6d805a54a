/** Many files in raw, and many frames of one name; PEWATCH_FAULTS=long takes more of them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readProcess } from "../bench/process_readings.ts";
import { FaultRun } from "./fault_run.ts";

const IS_LONG = Deno.env.get("PEWATCH_FAULTS") === "long";
const SETTLE_S_MAX = 600;
const FILES = 100_000;
const FILES_A_FOLDER = 10_000;
/** In one folder: images without sidecars, and files that are no frames. */
const CROWD = IS_LONG ? { images: 130_000, others: 300_000 } : { images: 50_000, others: 150_000 };
/** More names one file cannot have on ext4. */
const LINKS_MAX = 60_000;
/** A daemon without work has 195 MB; one that decodes all names at each change comes to 1,200 MB beside the larger crowd. */
const MEMORY_MB_MAX = 400;
const MEMORY_LOOK_MS = 100;
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
  assert.ok(await run.settled(SETTLE_S_MAX), "something stays in progress");
  assert.deepEqual(await run.judged(), []);
});

// Fails where the names of all files are decoded, or lists of them copied, at each change of the folder.
const FILES_OF_CROWD = CROWD.images + CROWD.others;
Deno.test(`memory stays below ${MEMORY_MB_MAX} MB while frames come to a folder of ${FILES_OF_CROWD} files`, async () => {
  await using run = new FaultRun({ more: "[frames]\nsidecar_wait_s = 3600" });
  onQuickDisk(() => putCrowd(run.folders.raw, run.base));
  const daemon = await run.start();
  const memory_mb: number[] = [];
  const look = setInterval(() => memory_mb.push(readProcess(daemon.pid).rss_mb), MEMORY_LOOK_MS);
  try {
    const detector = run.flow({ rate_per_s: 1, holds: () => run.ledger.length >= FRAMES_AMONG });
    assert.ok(await run.waitFor(() => run.ledger.length >= FRAMES_AMONG, SETTLE_S_MAX), "the detector cannot write");
    await detector.stop();
    const wanted = () => run.ledger.filter((frame) => !frame.dark).length;
    assert.ok(await run.waitFor(() => run.watch.images.size >= wanted(), SETTLE_S_MAX), "not all frames are delivered");
  } finally {
    clearInterval(look);
  }
  console.log(`at most ${Math.max(...memory_mb).toFixed(0)} MB`);
  assert.ok(Math.max(...memory_mb) < MEMORY_MB_MAX, `${Math.max(...memory_mb).toFixed(0)} MB`);
  const crowd = [...Deno.readDirSync(run.folders.raw)].filter(({ name }) => /^(W|notes)-/.test(name));
  assert.equal(crowd.length, FILES_OF_CROWD);
  onQuickDisk(() => crowd.forEach(({ name }) => Deno.removeSync(join(run.folders.raw, name))));
  assert.ok(await run.settled(SETTLE_S_MAX), "something stays in progress");
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
  assert.ok(await run.settled(SETTLE_S_MAX), "frames are still in progress");
  assert.deepEqual(await run.judged(), []);
  assert.ok(run.ledger.length >= FRAMES_OF_ONE_NAME);
});

/** Puts the crowd into a folder: names of a few files, which are made in `from`, on the same volume. */
function putCrowd(folder: string, from: string): void {
  for (let index = 0; index < FILES_OF_CROWD; index++) {
    const source = join(from, `crowd-${Math.floor(index / LINKS_MAX)}`);
    if (index % LINKS_MAX === 0) Deno.writeTextFileSync(source, "II*\0");
    const number = String(index).padStart(6, "0");
    Deno.linkSync(source, join(folder, index < CROWD.images ? `W-${number}.tif` : `notes-${number}.dat`));
  }
}

/** With tests/faults/disk this process has a slow disk too; 200,000 of its own calls would take an hour. */
function onQuickDisk(work: () => void): void {
  const slow_ms = Deno.env.get("PEWATCH_SLOW_DISK_MS");
  Deno.env.set("PEWATCH_SLOW_DISK_MS", "0");
  work();
  if (slow_ms === undefined) Deno.env.delete("PEWATCH_SLOW_DISK_MS");
  else Deno.env.set("PEWATCH_SLOW_DISK_MS", slow_ms);
}
