/** `pewatch process` on a disk that does not answer: Ctrl-C reports where it stands, a second one ends it. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { pewatch, Run } from "../e2e/child.ts";
import { TempFolder } from "../temp_folder.ts";

Deno.test({
  name:
    "process whose disk does not answer reports the frame at the first Ctrl-C and ends at the second; nothing is lost",
  ignore: Deno.env.get("PEWATCH_CALLS") === undefined,
  async fn() {
    using folder = new TempFolder();
    const [raw, output] = [folder.join("raw"), folder.join("out")];
    Deno.mkdirSync(raw);
    const simulated = await pewatch(["simulate", raw, "--size", "64", "--count", "2", "--rate", "0"]);
    assert.equal(simulated.code, 0, simulated.err);
    const names = [...Deno.readDirSync(raw)].map(({ name }) => name).toSorted();
    const args = ["process", raw, "--output", output];
    {
      // A finished file gets its name by a link: it takes an hour, in the thread that asks for it.
      const disk = join(dirname(Deno.env.get("PEWATCH_CALLS")!), "slow_disk.so");
      const env = { LD_PRELOAD: disk, PEWATCH_SLOW_DISK_MS: "3600000", PEWATCH_SLOW_DISK_CALL: "linkat" };
      await using run = new Run(args, { env });
      await run.until(() => hasPart(output), "the first file is about to get its name");
      // The worker that reports may listen later, on a busy computer.
      const signals = setInterval(() => tryToSignal(run), 200);
      const { code } = await run.ended().finally(() => clearInterval(signals));
      assert.equal(code, 130, run.text());
      const words = /^pewatch process: stopping after the step in progress: (0 of 2 frames are done|copying)/m;
      assert.match(run.text(), words);
    }
    assert.deepEqual([...Deno.readDirSync(raw)].map(({ name }) => name).toSorted(), names);
    const again = await pewatch(args);
    assert.equal(again.code, 0, again.err);
    assert.match(again.out, /^2 frames .* delivered/);
  },
});

function tryToSignal(run: Run): void {
  try {
    run.signal("SIGINT");
  } catch {
    // it has ended
  }
}

function hasPart(output: string): boolean {
  return existsSync(output) && [...Deno.readDirSync(output)].some(({ name }) => name.endsWith(".part"));
}
