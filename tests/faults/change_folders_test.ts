/**
 * Clients change every folder again and again while two detectors write, and the daemon is killed meanwhile: each frame
 * arrives once and whole. PEWATCH_CHANGE_KILLS says how often it is killed.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { basename, join } from "node:path";
import { readSettingsFile, settingsPath } from "../../src/daemon/settings/settings_file.ts";
import { ofSeveralLooks } from "../several_looks.ts";
import { inMemory, TempFolder } from "../temp_folder.ts";
import { AT_WORK, foldersToChange } from "./changing_daemon.ts";
import { DaemonChild, writeConfiguration } from "./daemon_child.ts";
import { checkNexus, imagePixels, isVisible, pixelsSha256 } from "./delivered_files.ts";
import { Detector } from "./detector.ts";
import { type LedgerFrame, pause } from "./frame_writer.ts";
import { judgeSets } from "./judge.ts";
import { Random } from "./random.ts";
import { HOLDER_NAME, LOCK_NAME, PROBE_PREFIX } from "../../src/files/service_names.ts";
import { filesBelow, foldersIn } from "../folders.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PROGRAM = [
  Deno.execPath(),
  "run",
  "-A",
  "--config",
  join(ROOT, "deno.json"),
  join(ROOT, "tests/faults/changing_daemon.ts"),
];
const KILLS_USUAL = 6;
const RATE_PER_S = 3, SIDE = 64;
/** From the moment that it is at work to the kill. */
const WORK_S_MIN = 0, WORK_S_MAX = 3;
const START_S_MAX = 60;
const DRAIN_S_MAX = 180;
/** Far longer than the detectors' late sidecars take, also where the machine stands still for a moment. */
const SIDECAR_WAIT_S = 10;

type Folders = ReturnType<typeof foldersToChange>;

Deno.test({
  name: "whatever clients change and whenever the daemon is killed, each frame arrives once and whole",
  // As in kill_test.ts.
  ignore: Deno.build.os === "windows",
  async fn() {
    const kills = Number(Deno.env.get("PEWATCH_CHANGE_KILLS") ?? KILLS_USUAL);
    using base = new TempFolder(inMemory());
    using other = new TempFolder();
    const folders = foldersToChange(base.path, other.path);
    for (const path of [folders.raw, folders.temp, folders.proc, folders.output_root].flat()) {
      Deno.mkdirSync(path, { recursive: true });
    }
    const configuration = writeConfiguration(
      base.path,
      [
        `[daemon]\nticktack = 0.15\nstate_dir = '${base.join("state")}'`,
        `[frames]\nsidecar_wait_s = ${SIDECAR_WAIT_S}`,
        `[log]\nlevel = "debug"\nfile = '${base.join("pewatch.log")}'`,
      ].join("\n"),
    );
    Deno.env.set("PEWATCH_OTHER_VOLUME", other.path);
    const random = new Random(7);
    const detectors = folders.raw.map((raw, index) =>
      new Detector({ raw, rate_per_s: RATE_PER_S, side: SIDE, random: new Random(index + 1) })
    );
    const stillToDo = () => ofSeveralLooks(() => [...inProgress(folders), ...leftIn(base.join("state"))]);
    const written = () => detectors.flatMap(({ ledger }) => ledger);
    try {
      for (const detector of detectors) detector.start();
      for (let kill = 1; kill <= kills; kill++) {
        await using daemon = new DaemonChild(configuration, PROGRAM);
        await isAtWork(daemon, base);
        await pause(1000 * (WORK_S_MIN + random.share() * (WORK_S_MAX - WORK_S_MIN)));
        assert.equal(daemon.ended, null, logTail(base));
        await daemon.end("SIGKILL");
        assert.deepEqual(nowhereWhole(folders, written()), [], `after kill ${kill}`);
      }
      await Promise.all(detectors.map((detector) => detector.stop()));
      Deno.env.set("PEWATCH_LAST_CHANGES", "1");
      await using daemon = new DaemonChild(configuration, PROGRAM);
      for (const end_ms = performance.now() + DRAIN_S_MAX * 1000; stillToDo().length > 0; await pause(100)) {
        assert.equal(daemon.ended, null, logTail(base));
        assert.ok(performance.now() < end_ms, `never came: the end of ${stillToDo()[0]}\n${logTail(base)}`);
      }
      assert.equal((await daemon.end("SIGTERM")).code, 0);
      assert.deepEqual(judge(folders, written()), [], logTail(base));
      const changes = textOf(base.join("pewatch.log")).split("\n").filter((line) => line.includes(" is now ")).length;
      console.log(`${kills} kills, ${changes} changes, ${written().length} frames`);
      assert.ok(changes > kills && written().length > kills, "too little was done");
      const all = [...folders.raw, ...folders.temp, ...folders.proc];
      // Where the kill came before a change was written down, the folder keeps the files of a lock that is none.
      const rest = all.flatMap((folder) => filesBelow(folder)).filter((name) =>
        name !== LOCK_NAME && name !== HOLDER_NAME && !isProbe(name)
      );
      assert.deepEqual(rest, [], "what is left of the daemon");
    } finally {
      Deno.env.delete("PEWATCH_LAST_CHANGES");
      await Promise.all(detectors.map((detector) => detector.stop()));
    }
  },
});

async function isAtWork(daemon: DaemonChild, base: TempFolder): Promise<void> {
  const end_ms = performance.now() + START_S_MAX * 1000;
  while (textOf(base.join(AT_WORK)) !== String(daemon.pid)) {
    assert.equal(daemon.ended, null, logTail(base));
    assert.ok(performance.now() < end_ms, `it has not started\n${logTail(base)}`);
    await pause(10);
  }
}

/** Folders that the daemon still empties. */
function leftIn(state: string): string[] {
  return readSettingsFile(settingsPath(state)).left.map(({ path }) => path);
}

/** Frames that are in no place whole. */
function nowhereWhole(folders: Folders, ledger: readonly LedgerFrame[]): string[] {
  const found = new Set<string>();
  for (const folder of [folders.raw, folders.temp, folders.proc, folders.output_root].flat()) {
    for (const name of filesBelow(folder).filter((name) => name.endsWith(".tif"))) {
      try {
        found.add(pixelsSha256(join(folder, name)));
      } catch {
        // a detector is at it, or it is the copy of a whole one
      }
    }
  }
  return ledger.filter(({ dark, pixels }) => !dark && !found.has(pixels)).map(({ image }) => image);
}

function inProgress({ raw, temp, proc }: Folders): string[] {
  const waiting = raw.flatMap((folder) => filesBelow(folder).filter(isVisible).map((name) => join(folder, name)));
  return [...waiting, ...[...temp, ...proc].flatMap((folder) => foldersIn(folder).map((name) => join(folder, name)))];
}

/** A kill between the making and the removal of what a new folder is tried with leaves it there, hidden. */
function isProbe(path: string): boolean {
  return basename(path).startsWith(PROBE_PREFIX);
}

/** What is lost, torn, doubled, or of no frame. */
function judge({ output_root, output_dir }: Folders, ledger: readonly LedgerFrame[]): string[] {
  const output = new Map(
    output_root.flatMap((root) =>
      filesBelow(root).map((name) => [join(basename(root), name), join(root, name)] as const)
    )
      .filter(([name]) => !isProbe(name)),
  );
  // The inner ones first: a name is that of the first that it begins with.
  const below = output_root.flatMap((root) => output_dir.toReversed().map((dir) => join(basename(root), dir)));
  const { problems, sets } = judgeSets(output, ledger, { below });
  for (const path of [...sets.keys()].flatMap((name) => output.get(name) ?? [])) {
    checkNexus(path, imagePixels(path.replace(/\.nxs$/, ".tif")));
  }
  return problems;
}

function logTail(base: TempFolder): string {
  return textOf(base.join("pewatch.log")).split("\n").slice(-60).join("\n");
}

function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
