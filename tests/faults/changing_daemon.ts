/**
 * A daemon whose clients change a folder every moment, as a program to be killed: `run --config FILE`. It works below
 * the folder of FILE, and on another volume below PEWATCH_OTHER_VOLUME. With PEWATCH_LAST_CHANGES set, only the raw
 * folder is changed, once to each: what is left elsewhere has to be emptied without going back to it.
 */
import { dirname, join } from "node:path";
import { loadSettings } from "../../src/config/load.ts";
import type { SettingChange } from "../../src/daemon/settings/client_settings.ts";
import { Daemon } from "../../src/daemon/daemon.ts";
import { openLog } from "../../src/log/log.ts";
import { pause } from "./detector.ts";

/** Holds the number of the process that has started. */
export const AT_WORK = "at-work";

/** The raw folder goes back and forth more often than it takes until it is released. */
const PAUSE_MS = 300;

export function foldersToChange(base: string, other: string) {
  return {
    raw: [join(base, "raw"), join(base, "raw2")],
    temp: [join(base, "temp"), join(other, "temp2"), join(base, "temp3")],
    proc: [join(base, "proc"), join(other, "proc2"), join(base, "proc3")],
    output_root: [join(base, "output"), join(base, "output2")],
    output_dir: ["", "x", "x/y"],
  } as const;
}

async function main(): Promise<void> {
  const file = Deno.args[Deno.args.indexOf("--config") + 1]!;
  const choices = foldersToChange(dirname(file), Deno.env.get("PEWATCH_OTHER_VOLUME")!);
  const { settings } = loadSettings({ config: file });
  const log = openLog({ settings: settings.log, terminal: "none" });
  const daemon = new Daemon(settings, { log });
  let stopped = false;
  Deno.addSignalListener("SIGTERM", () => stopped = true);
  await daemon.start();
  Deno.writeTextFileSync(join(dirname(file), AT_WORK), String(Deno.pid));
  const keys = Object.keys(choices) as (keyof typeof choices)[];
  if (Deno.env.has("PEWATCH_LAST_CHANGES")) {
    for (const value of choices.raw) await daemon.change({ key: "raw", value });
    while (!stopped) await pause(PAUSE_MS);
  }
  for (let turn = Math.floor(Math.random() * 100); !stopped; turn++) {
    const key = keys[turn % keys.length]!;
    const values = choices[key];
    const value = values[Math.floor(Math.random() * values.length)]!;
    try {
      await daemon.change({ key, value } as SettingChange);
    } catch (error) {
      log.error(`refused: ${error instanceof Error ? error.message : error}`);
    }
    await pause(PAUSE_MS);
  }
  await daemon.close();
  await log.close();
  Deno.exit(0);
}

if (import.meta.main) await main();
