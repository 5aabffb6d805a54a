import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { simulate } from "../../src/qxrd/simulator/simulate.ts";
import { runCli } from "../cli/run_cli.ts";
import { quickSettings, until } from "./helpers.ts";
import { Place } from "./place.ts";

Deno.test("pewatch confirm removes a delivered set from proc; a name that is not configured is refused", async () => {
  await using place = new Place(null);
  const settings = { ...quickSettings(place.path), deliver: { confirm: ["backup"], confirm_mib_max: 100 } };
  const { raw, temp, proc, output_root } = settings.folders;
  const folders = Object.entries({ raw, temp, proc, output_root }).map(([key, path]) => `${key} = '${path}'`);
  const config = place.join("pewatch.toml");
  const state = `state_dir = '${settings.daemon.state_dir}'`;
  Deno.writeTextFileSync(config, ["[daemon]", state, "[folders]", ...folders].join("\n"));
  const daemon = await place.started(settings);
  for await (const _ of simulate({ folder: raw, width: 32, height: 32, count: 2, firstNumber: 1, rate_per_s: 0 }));
  const kept = () => [...Deno.readDirSync(proc)].filter(({ name }) => name.startsWith(".kept-")).length;
  await until(() => daemon.status().frames.delivered === 2 && kept() === 2, "the deliveries");
  const image = join(output_root, "CeO2-00001.tif");
  const sum = createHash("sha256").update(Deno.readFileSync(image)).digest("hex");
  const sums = place.join("sums");
  Deno.writeTextFileSync(sums, `${sum}  ${image}\n${"0".repeat(64)}  other\n`);
  const confirmed = await runCli(["confirm", "backup", sums, "--config", config]);
  assert.equal(confirmed.code, 0, confirmed.err);
  assert.equal(
    confirmed.out.trim(),
    "1 set confirmed, 1 removed, 1 still waiting; 1 checksum is of no set that waits",
  );
  assert.equal(kept(), 1);
  await assert.rejects(daemon.confirm("nobody", [sum]), /\[deliver\] confirm does not name nobody; it names backup/);
});
