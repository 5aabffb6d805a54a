import assert from "node:assert/strict";
import { watchConfiguration } from "../../src/cli/config_watch.ts";
import { until } from "../daemon/helpers.ts";
import { TempFolder } from "../temp_folder.ts";

Deno.test("each change of the configuration is reported once, with what would be refused", async () => {
  using folder = new TempFolder();
  const file = folder.join("pewatch.toml");
  Deno.writeTextFileSync(file, "");
  const warnings: string[] = [];
  using _watch = watchConfiguration({ file, warn: (text) => void warnings.push(text), look_ms: 5 });
  Deno.writeTextFileSync(file, "[dark]\npolicy = 'keep'\n");
  await until(() => warnings.length > 0, "the first warning");
  Deno.removeSync(file);
  Deno.writeTextFileSync(file, "[dark]\npolicy = 'keeps, but longer'\n");
  await until(() => warnings.some((text) => text.includes("would refuse it")), "what is wrong");
  assert.equal(warnings[0], `${file} has changed; it is read at the next start of pewatch`);
  assert.match(warnings.at(-1)!, /which would refuse it: .*pewatch\.toml:2.*dark\.policy/s);
  const count = warnings.length;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(warnings.length, count);
});
