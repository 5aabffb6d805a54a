/** Folders that vanish, are full or forbid: frames wait, nothing is lost, one line says why, work goes on. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { makeImage, makeSidecar } from "./frames.ts";
import type { Run } from "./child.ts";
import { Place } from "./harness.ts";
import { exists, filesBelow, foldersIn } from "../folders.ts";

/** Frames of a vanished folder are looked for so many ticks that an endless retry would show in the log. */
const TICKS_S = 1;
/** A second has 30 ticks here; each may not leave a line. */
const LINES_MAX = 4;

/** Lets the daemon tick on: that nothing more is said can only be seen by waiting. */
function tickOn(seconds = TICKS_S): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

const FOLDERS = ["raw", "temp", "proc", "output"] as const;

Deno.test("a folder vanishes while it runs and comes back: frames wait and then go on", async (test) => {
  using place = new Place();
  await using run = await place.start().running();
  for (const [index, which] of FOLDERS.entries()) {
    await test.step(which, async () => {
      const put = (when: string, seed: number) => place.put(`${when} ${which}.tif`, makeImage({ seed }), makeSidecar());
      const arrives = (when: string) => run.until(() => place.has(`${when} ${which}.nxs`), `the frame ${when}`);
      const solved = () => run.lines.filter(({ message }) => message.startsWith("solved: ")).length;
      put("before", 1);
      await arrives("before");
      const path = place[which], said = run.complaints().length, over = solved();
      Deno.renameSync(path, `${path}-away`);
      if (which !== "raw") put("during", 2);
      await run.until(() => run.complaints(path).length > 0, `a word about ${path}`);
      await tickOn();
      assert.ok(run.complaints().length <= said + LINES_MAX, run.text());
      assert.equal(solved(), over, `${path} is said to be back while it is away`);
      // A folder that is gone is never made anew: it would be in the way of the one that comes back.
      assert.ok(!exists(path), `${path} was made anew`);
      Deno.renameSync(`${path}-away`, path);
      if (which === "raw") put("during", 2);
      await arrives("during");
      put("after", 3);
      await arrives("after");
      await run.until(() => solved() > index, "that it is solved");
      // The last frame's claim goes after its name has come.
      await run.until(() => place.inProgress().length === 0, "that nothing is in progress");
    });
  }
  await place.stop(run);
  const names = FOLDERS.flatMap((which) => ["before", "during", "after"].map((when) => `${when} ${which}.nxs`));
  assert.deepEqual(place.delivered().filter((name) => name.endsWith(".nxs")), names.sort());
});

Deno.test("a sub-folder of raw that vanishes with its frames is no fault", async () => {
  using place = new Place({ tables: { frames: { sidecar_wait_s: 3600 } } });
  await using run = await place.start().running();
  place.put("a/waits.tif", makeImage({ seed: 1 }), null);
  place.put("b/good.tif", makeImage({ seed: 2 }), makeSidecar());
  await run.until(() => place.has("b/good.nxs"), "the good frame");
  Deno.renameSync(join(place.raw, "a"), join(place.path, "taken-away"));
  place.put("b/more.tif", makeImage({ seed: 3 }), makeSidecar());
  await run.until(() => place.has("b/more.nxs"), "the next frame");
  await run.stop();
  assert.deepEqual(run.complaints(), []);
});

const SHARED_MEMORY = "/dev/shm";

Deno.test("temp, proc and output each on another volume than the folder before: every frame arrives", async () => {
  assert.ok(
    exists(SHARED_MEMORY),
    `${SHARED_MEMORY} is not there: this test needs a second volume beside the temporary folder`,
  );
  const elsewhere = Deno.makeTempDirSync({ dir: SHARED_MEMORY, prefix: "pewatch-e2e-" });
  try {
    using place = new Place({ temp: join(elsewhere, "temp") });
    const volumes = [place.raw, place.temp, place.proc].map((path) => Deno.statSync(path).dev);
    assert.notEqual(
      volumes[0],
      volumes[1],
      `${place.raw} and ${place.temp} are on one volume: TMPDIR must be on another than ${SHARED_MEMORY}`,
    );
    assert.notEqual(volumes[1], volumes[2]);
    const names = Array.from({ length: 20 }, (_, index) => `P-${String(index + 1).padStart(5, "0")}`);
    names.forEach((name, index) => place.put(`${name}.tif`, makeImage({ seed: index }), makeSidecar()));
    // Named as half a copy would be, and yet a file of the frame; an older one would be another image's.
    place.putFile(`${names[0]}.tif.part`, new TextEncoder().encode("somebody's"));
    await using run = await place.start().running();
    await place.arrive(run, names.map((name) => `${name}.tif`));
    await place.stop(run);
    assert.deepEqual(run.complaints(), []);
    assert.equal(place.delivered().length, 61);
  } finally {
    Deno.removeSync(elsewhere, { recursive: true });
  }
});

const KIB = 1024;
/** Room for a frame of 64 x 64 with its NeXus file, not for five. */
const SMALL_KIB = 400;

/** What starts a command with a small volume of its own over `path`; it goes with the process. */
function onSmallVolume(path: string): string[] {
  const mapRoot = Deno.uid() === 0 ? [] : ["--map-root-user"];
  const mount = `mount -t tmpfs -o size=${SMALL_KIB}k,mode=700 tmpfs "$0" && exec "$@"`;
  return ["unshare", "--mount", "--propagation", "private", ...mapRoot, "sh", "-c", mount, path];
}

async function assertCanMount(path: string): Promise<void> {
  const words = [...onSmallVolume(path), "true"];
  const command = new Deno.Command(words[0]!, { args: words.slice(1), stdout: "null", stderr: "piped" });
  const { code, stderr } = await command.output();
  const said = new TextDecoder().decode(stderr);
  assert.equal(code, 0, `a small volume cannot be mounted here, which this test needs (unshare --mount): ${said}`);
}

Deno.test("a full output holds frames up, says so once, and they go on when there is room", async () => {
  using place = new Place();
  await assertCanMount(place.output);
  await using run = await place.start({ through: onSmallVolume(place.output) }).running();
  // The volume is the child's own; it is seen through the system's view of the child.
  const inside = (...names: string[]) => join(`/proc/${run.pid}/root${place.output}`, ...names);
  Deno.writeFileSync(inside("ballast"), new Uint8Array(150 * KIB));
  const names = Array.from({ length: 6 }, (_, index) => `P-${index}`);
  names.forEach((name, index) => place.put(`${name}.tif`, makeImage({ seed: index }), makeSidecar()));
  await run.says(new RegExp(`the output ${place.output} is full; free space there, frames wait`));
  await tickOn();
  assert.ok(run.complaints().length <= LINES_MAX, run.text());
  // What a try that failed has written does not take what room there is: between two tries nothing of it is there.
  await run.until(() => !filesBelow(inside()).some((name) => name.endsWith(".part")), "no half-made files");
  const kept = new Map<string, Uint8Array>();
  const takeAway = () => {
    // A person moves what is there to another place.
    for (const name of filesBelow(inside()).filter((name) => !name.startsWith("."))) {
      kept.set(name, Deno.readFileSync(inside(name)));
      Deno.removeSync(inside(name));
    }
  };
  const arrived = () => new Set([...kept.keys(), ...filesBelow(inside()).filter((name) => !name.startsWith("."))]);
  while (!names.every((name) => arrived().has(`${name}.nxs`))) {
    const before = arrived().size;
    takeAway();
    await run.until(
      () => arrived().size > before || names.every((name) => arrived().has(`${name}.nxs`)),
      "frames that go on",
    );
  }
  takeAway();
  await run.until(() => place.inProgress().length === 0, "that nothing is in progress");
  for (const name of names) {
    for (const ending of ["tif", "tif.metadata", "nxs"]) assert.ok(kept.has(`${name}.${ending}`), `${name}.${ending}`);
  }
  await run.stop();
});

/** Root without its powers is held to permissions like anybody; who is not root needs nothing. */
function heldToPermissions(): string[] {
  return Deno.uid() === 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"] : [];
}

/** Frames that come while a folder is refused: this process' own look at it would not be, where it is root. */
async function refused(
  { place, run }: { place: Place; run: Run },
  options: { name: string; path: string; mode: number; words: RegExp },
): Promise<void> {
  const { name, path, mode, words } = options;
  const before = Deno.statSync(path).mode!, said = run.complaints().length;
  try {
    Deno.chmodSync(path, mode);
    // Where raw itself cannot be written to, the test still has to put a frame into it.
    place.put(`${name}.tif`, makeImage({ seed: 1 }), makeSidecar());
    await run.says(words);
    await tickOn();
    assert.ok(run.complaints().length <= said + LINES_MAX, run.text());
    // The tries that failed leave nothing behind.
    assert.ok(foldersIn(place.temp).length + foldersIn(place.proc).length <= 1, run.text());
    place.assertNothingLost();
  } finally {
    Deno.chmodSync(path, before & 0o7777);
  }
  await run.until(() => place.has(`${name}.nxs`), "the frame, now that it is allowed");
}

const PERMISSIONS = [
  ["raw", 0o500, /^01_prepare_raw: P-0\.tif: cannot be claimed: .*permission.*; it stays in the raw folder/i],
  ["raw", 0o000, /the raw folder cannot be read: .*permission/i],
  ["temp", 0o500, /no frame can be moved to the temp folder .*permission/i],
  ["proc", 0o500, /P-3\.tif cannot be merged: .*permission.*; it waits in .*temp/i],
  ["output", 0o500, /the output .* refuses files: .*permission.*; frames wait/i],
] as const;

Deno.test("no permission for a folder is said once; allowed again, the frame arrives", async (test) => {
  using place = new Place();
  await using run = await place.start({ through: heldToPermissions() }).running();
  for (const [index, [which, mode, words]] of PERMISSIONS.entries()) {
    await test.step(`${which} (mode ${mode.toString(8)})`, async () => {
      await refused({ place, run }, { name: `P-${index}`, path: place[which], mode, words });
      place.put(`next-${index}.tif`, makeImage({ seed: 2 }), makeSidecar());
      await run.until(() => place.has(`next-${index}.nxs`), "the next frame");
      // Its claim goes after its name has come.
      await run.until(() => place.inProgress().length === 0, "that nothing is in progress");
    });
  }
  await place.stop(run);
});

Deno.test("read-only files are delivered like any other, and their pixels can be read", async () => {
  using place = new Place();
  place.put("P-00001.tif", makeImage({ seed: 1 }), makeSidecar());
  for (const name of ["P-00001.tif", "P-00001.tif.metadata"]) Deno.chmodSync(place.rawPath(name), 0o444);
  place.put("unreadable.tif", makeImage({ seed: 2 }), makeSidecar());
  Deno.chmodSync(place.rawPath("unreadable.tif"), 0o000);
  await using run = await place.start({ through: heldToPermissions() }).running();
  await run.until(() => place.has("P-00001.nxs"), "the read-only frame");
  await run.says(/unreadable\.tif: cannot be claimed: .*permission.*; it stays in the raw folder/i);
  await tickOn();
  assert.ok(run.complaints("unreadable.tif").length <= 1, run.text());
  Deno.chmodSync(place.rawPath("unreadable.tif"), 0o644);
  await run.until(() => place.has("unreadable.nxs"), "the other one, now that it is allowed");
  await place.stop(run);
});
