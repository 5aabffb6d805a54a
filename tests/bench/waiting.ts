/** A firing of the first stage while files wait in raw for what never comes. */
import { join } from "node:path";
import { makeFolders } from "../../src/daemon/settings/make_folders.ts";
import { PrepareRaw } from "../../src/frames/prepare/prepare_raw.ts";
import type { StageOptions } from "../../src/frames/stage.ts";
import { pluginFolders } from "../../src/plugins/host/plugin_host.ts";
import { benchSettings } from "./stage_runner.ts";

/** A long scan that found nothing is followed by a pause of ten times its length. */
const PASSES_MS = 600_000;
/** Seconds; longer than all the time that passes here. */
const FOR_EVER_S = 1e9;

/** Puts files of these names into raw below `base`; each call of what it gives is one firing, and all files stay. */
export function waitingFirings(base: string, names: readonly string[]): () => Promise<void> {
  const settings = benchSettings(base, { frames: { settle_s: 0, sidecar_wait_s: FOR_EVER_S } });
  makeFolders(settings);
  for (const name of names) Deno.writeTextFileSync(join(settings.folders.raw, name), "not looked at");
  const stage = new PrepareRaw();
  const options: StageOptions = {
    folders: pluginFolders(settings),
    settings,
    maxProc: settings.daemon.max_proc,
    reporter: {
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      event: ({ frame }) => {
        throw new Error(`${frame} was moved, it should wait`);
      },
      condition: ({ message }) => {
        if (message !== null) throw new Error(message);
      },
      backlog: () => {},
    },
    signal: new AbortController().signal,
  };
  const clock = passingClock();
  return async () => {
    clock.pass();
    await stage.work(options);
  };
}

/** The monotonic clock, put on: else all firings but the first would fall into the pause. */
function passingClock(): { pass(): void } {
  const { now } = performance;
  let passed_ms = 0;
  performance.now = () => now.call(performance) + passed_ms;
  return { pass: () => void (passed_ms += PASSES_MS) };
}
