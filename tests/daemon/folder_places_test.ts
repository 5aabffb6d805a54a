/** Folders that lead into each other, folders that are removed while they are held, and output roots that are away. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { FolderInUseError, FolderLock } from "../../src/daemon/settings/folder_lock.ts";
import { heldFaults, placeFaults } from "../../src/daemon/settings/folder_places.ts";
import { FolderError } from "../../src/daemon/settings/make_folders.ts";
import { OUTPUT_MARKER, SETTINGS_FILE } from "../../src/files/service_names.ts";
import { until } from "./helpers.ts";
import { Place } from "./place.ts";

const HAS_LINKS = Deno.build.os !== "windows";

// Fails where folders are compared by their texts alone.
Deno.test({
  name: "a folder that a link leads into another is found, whichever two they are",
  ignore: !HAS_LINKS,
  async fn() {
    for (const [inner, outer] of [["output", "raw"], ["temp", "raw"], ["state", "raw"], ["output", "proc"]] as const) {
      await using place = new Place();
      for (const name of ["raw", "temp", "proc", "output", "state"]) if (name !== inner) place.make(name);
      place.make(outer, "deep", "er");
      Deno.symlinkSync(place.join(outer, "deep", "er"), place.join(inner));
      const [fault] = placeFaults(place.settings());
      assert.match(
        fault?.message ?? "",
        new RegExp(`leads to .*deep.*inside folders\\.${outer}`),
        `${inner} in ${outer}`,
      );
      assert.deepEqual(Array.from(Deno.readDirSync(place.join(outer, "deep", "er"))), [], "a probe was left");
      await assert.rejects(place.daemon().start(), FolderError);
    }
  },
});

Deno.test("folders that lie apart, and an output root around them, are no fault", async () => {
  await using place = new Place();
  for (const name of ["raw", "temp", "proc", "out", "state"]) place.make(name);
  assert.deepEqual(placeFaults(place.settings({ output_root: place.path, output_dir: "out" })), []);
});

// Fails where only the output itself, or only its text, is looked at.
Deno.test("an output in or below a folder that a pewatch works on is refused, by a link too", async () => {
  await using place = new Place();
  const raw = place.make("their_raw");
  place.make("their_raw", "sub");
  const outputs = [raw, join(raw, "sub")];
  if (HAS_LINKS) {
    Deno.symlinkSync(join(raw, "sub"), place.join("link"));
    outputs.push(place.join("link"));
  }
  using lock = FolderLock.take([raw]);
  for (const path of outputs) {
    assert.match(heldFaults({ key: "folders.output_root", path })[0]?.message ?? "", /this pewatch takes frames/);
    await assert.rejects(place.daemon(place.settings({ output_root: path })).start(), FolderError);
  }
  lock.release();
  for (const path of outputs) assert.deepEqual(heldFaults({ key: "folders.output_root", path }), []);
});

// Fails without the look for lost locks: the folder made anew was free for everyone.
Deno.test({
  name: "a folder that is removed and made anew while the daemon runs is locked again",
  ignore: Deno.build.os === "windows", // there a folder with an open file in it cannot be removed
  async fn() {
    for (const name of ["raw", "temp", "proc"]) {
      await using place = new Place();
      const daemon = await place.started();
      Deno.removeSync(place.join(name), { recursive: true });
      await until(
        () => place.log.lines.some((line) => line.includes(`${name} was removed or made anew`)),
        "the report",
      );
      place.make(name);
      await until(() => isLocked(place.join(name)), `the lock of ${name}`);
      Deno.writeTextFileSync(place.join("raw", "a.tif"), "frame");
      await until(() => daemon.status().frames.delivered === 1, "the delivery");
    }
  },
});

// Fails where what clients have set is only in the file.
Deno.test({
  name: "a state folder that is removed is made anew, with what clients have set",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using place = new Place();
    const daemon = await place.started();
    await daemon.change({ key: "max_proc", value: 7 });
    const path = place.join("state", SETTINGS_FILE);
    const before = Deno.readTextFileSync(path);
    Deno.removeSync(place.join("state"), { recursive: true });
    const text = () => {
      try {
        return Deno.readTextFileSync(path);
      } catch {
        return "";
      }
    };
    await until(() => text() === before, "the settings file");
    await until(() => isLocked(place.join("state", "plugins")), "the lock of the state folder");
  },
});

// Fails where one write that fails ends the tries.
Deno.test({
  name: "what clients have set is written again as soon as the state folder takes files",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using place = new Place();
    const daemon = await place.started();
    await daemon.change({ key: "max_proc", value: 7 });
    Deno.removeSync(place.join("state"), { recursive: true });
    Deno.symlinkSync(place.join("nowhere"), place.join("state"));
    await until(() => place.log.lines.some((line) => /settings\.json was removed .*retrying/.test(line)), "the report");
    Deno.removeSync(place.join("state"));
    await until(() => {
      try {
        return Deno.readTextFileSync(place.join("state", SETTINGS_FILE)).includes('"value": 7');
      } catch {
        return false;
      }
    }, "the settings file");
  },
});

// Fails where makeFolders() makes the root, or where the stages fire without it.
Deno.test("an output root that is not there at the start is waited for, and not made", async () => {
  await using place = new Place();
  const daemon = await place.started(place.settings(), { makesOutput: false });
  Deno.writeTextFileSync(place.join("raw", "a.tif"), "frame");
  await until(
    () => daemon.status().conditions.some((text) => /output_root, .* cannot be used/.test(text)),
    "the report",
  );
  assert.deepEqual([...Deno.readDirSync(place.path)].filter(({ name }) => name === "output"), []);
  assert.equal(Deno.readTextFileSync(place.join("raw", "a.tif")), "frame");
  place.make("output");
  await until(() => daemon.status().frames.delivered === 1, "the delivery");
  await until(() => daemon.status().conditions.length === 0, "the end of the report");
});

// Fails without the marker: an empty mount point took the frames.
Deno.test("an output root that was delivered to and has lost its marker gets nothing, until init marks it", async () => {
  await using place = new Place();
  const first = place.daemon(place.settings(), { makesOutput: false });
  place.make("output");
  await first.start();
  Deno.writeTextFileSync(place.join("raw", "a.tif"), "frame");
  const state = () => Deno.readTextFileSync(place.join("state", SETTINGS_FILE));
  await until(() => /"marked": \[\s+"/.test(state()), "the note of the marker");
  await first.close();
  Deno.renameSync(place.join("output"), place.join("share")); // it is not mounted
  place.make("output");
  const second = await place.started(place.settings(), { makesOutput: false });
  Deno.writeTextFileSync(place.join("raw", "b.tif"), "frame");
  await until(() => second.status().conditions.some((text) => text.includes("pewatch init --output")), "the report");
  assert.deepEqual([...Deno.readDirSync(place.join("output"))], []);
  Deno.copyFileSync(place.join("share", OUTPUT_MARKER), place.join("output", OUTPUT_MARKER));
  await until(() => second.status().frames.delivered === 1, "the delivery");
});

function isLocked(folder: string): boolean {
  try {
    FolderLock.take([folder]).release();
    return false;
  } catch (error) {
    return error instanceof FolderInUseError;
  }
}
