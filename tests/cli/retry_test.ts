/** `pewatch retry`, with a daemon in this process and without one. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Daemon } from "../../src/daemon/daemon.ts";
import { loadSettings } from "../../src/config/load.ts";
import { memoryLog, source } from "../daemon/helpers.ts";
import { TempFolder } from "../temp_folder.ts";
import { expectHere } from "./run_cli.ts";

Deno.test("pewatch retry says what the daemon does, and that there is none where none runs", async () => {
  using place = new TempFolder();
  await expectHere(["retry"], { code: 1, err: /^pewatch retry: No daemon is running/ }, { cwd: place.path });
  const { settings } = loadSettings({ cwd: place.path });
  const daemon = new Daemon({ ...settings, log: { ...settings.log, file: "" } }, {
    log: memoryLog(),
    stages: [source("counts", { essential: true })],
  });
  await daemon.start();
  try {
    const { out } = await expectHere(["retry"], { code: 0 }, { cwd: place.path });
    // Its stage takes no orders.
    assert.equal(
      out,
      `Frames in ${
        join(settings.folders.output_root, "pewatch-quarantine")
      } are retried as soon as the stages are free\n`,
    );
  } finally {
    await daemon.close();
  }
});
