/** Folders that somebody moves away, replaces and brings back while frames come: none is lost, nor what clients have set. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { SETTINGS_FILE } from "../../src/files/service_names.ts";
import { FaultRun } from "./fault_run.ts";
import { FrameWriter, pause } from "./frame_writer.ts";
import { Random, usualSeed } from "./random.ts";

const IS_LONG = Deno.env.get("PEWATCH_FAULTS") === "long";
const CHANGES = IS_LONG ? 80 : 8;
const FRAMES_BETWEEN = 3;
const AWAY_MS_MAX = 600;
const SETTLE_S_MAX = 300;
const MAX_PROC = 3;

/** Each takes a folder out of its place, has it away for a while, and puts everything back. */
const KINDS: Readonly<Record<string, (path: string, away: () => Promise<void>) => Promise<void>>> = {
  "moved away and back": async (path, away) => {
    Deno.renameSync(path, `${path}.away`);
    await away();
    Deno.renameSync(`${path}.away`, path);
  },
  "made anew, its files brought back": async (path, away) => {
    Deno.renameSync(path, `${path}.away`);
    await away();
    Deno.mkdirSync(path);
    await away();
    for (const { name } of Deno.readDirSync(`${path}.away`)) {
      // The locks are those of the folder that is there now.
      if (!name.startsWith(".pewatch.")) Deno.renameSync(join(`${path}.away`, name), join(path, name));
    }
    Deno.removeSync(`${path}.away`, { recursive: true });
  },
  "a link to its former place": async (path, away) => {
    Deno.renameSync(path, `${path}.away`);
    Deno.symlinkSync(`${path}.away`, path);
    await away();
    Deno.removeSync(path);
    Deno.renameSync(`${path}.away`, path);
  },
};

/** It may not be there again since it was removed before. */
function removeState(state: string): void {
  try {
    Deno.removeSync(state, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

// Fails where a stage ends with its folder, where a lock stays on a folder that is gone, or settings with their file.
Deno.test({
  name: `${CHANGES} times a folder is taken away, replaced and brought back while frames come: none is lost`,
  ignore: Deno.build.os === "windows", // there a folder with an open file in it cannot be moved
  async fn() {
    await using run = new FaultRun();
    const seed = usualSeed();
    console.log(`seed ${seed} (PEWATCH_SEED)`);
    const random = new Random(seed);
    const state = join(run.base, "state");
    const { raw, temp, proc, output } = run.folders;
    const written = { value: MAX_PROC, instead_of: 1, since: "2026-01-31T13:05:09.123+01:00" };
    const stored = { version: 1, settings: { max_proc: written }, work: { temp, proc }, left: [] };
    Deno.mkdirSync(state);
    Deno.writeTextFileSync(join(state, SETTINGS_FILE), JSON.stringify(stored));
    await run.start();
    run.watch.start();
    const writer = new FrameWriter(raw, { side: 64, random });
    const done: string[] = [];
    let number = 0;
    for (let change = 0; change < CHANGES; change++) {
      for (let frame = 0; frame < FRAMES_BETWEEN; frame++) {
        const image = `P-${String(++number).padStart(5, "0")}.tif`;
        run.ledger.push(await writer.write({ number, folder: random.share() < 0.3 ? "sub" : "", image }));
        await pause(random.share() * 100);
      }
      const away = () => pause(50 + random.share() * AWAY_MS_MAX);
      const folder = [raw, temp, proc, output, state][random.integer(5)]!;
      const kinds = Object.keys(KINDS);
      const kind = folder === state ? "removed" : kinds[random.integer(kinds.length)]!;
      done.push(`${folder}: ${kind}`);
      if (folder === state) {
        removeState(state); // pewatch makes it anew
        await away();
      } else await KINDS[kind]!(folder, away);
      assert.equal(run.daemon.ended, null, `the daemon has ended after ${done.at(-1)}`);
    }
    removeState(state);
    const settings = () => {
      try {
        return JSON.parse(Deno.readTextFileSync(join(state, SETTINGS_FILE))).settings?.max_proc?.value ?? null;
      } catch {
        return null;
      }
    };
    const history = () => `${done.join("\n")}\n${run.logText().split("\n").slice(-40).join("\n")}`;
    assert.ok(await run.waitFor(() => settings() === MAX_PROC, SETTLE_S_MAX), `settings are lost:\n${history()}`);
    assert.ok(await run.settled(SETTLE_S_MAX), `something stays in progress:\n${history()}`);
    assert.deepEqual(await run.judged({ keptState: false }), [], history());
  },
});
