/** `pewatch parameters list` and `remove`: with a running daemon and without. */
import assert from "node:assert/strict";
import { Run } from "../../e2e/child.ts";
import { TempFolder } from "../../temp_folder.ts";
import { runHere } from "../run_cli.ts";

const SETS = "export const TICKTACK = 1;\nlet done = false;\n" +
  "export function work({ parameters }) {\n  if (done) return;\n  done = true;\n" +
  "  parameters.set('t\\u00e9mp', 21.5, { unit: 'degC', path: '/entry/sample/temperature' });\n" +
  "  parameters.set('list', [1, 2, 3, 4, 5, 6, 7]);\n  parameters.set('nan', NaN);\n}\n";

class Place extends TempFolder {
  constructor() {
    super();
    Deno.writeTextFileSync(
      this.join("pewatch.toml"),
      "[daemon]\nticktack = 0.05\nmultiplier = 1\n[plugins]\ndir = 'plugins'\n",
    );
    Deno.mkdirSync(this.join("plugins"));
    Deno.writeTextFileSync(this.join("plugins", "sets.ts"), SETS);
  }

  cli(...args: string[]) {
    return runHere(["parameters", ...args], { cwd: this.path });
  }

  async names(): Promise<string[]> {
    const { code, out, err } = await this.cli("list", "--json");
    assert.equal(code, 0, err);
    return JSON.parse(out).parameters.map(({ name }: { name: string }) => name);
  }
}

Deno.test("list shows the parameters of a running daemon, remove removes one, and both work on what it leaves", async () => {
  using place = new Place();
  {
    await using run = await new Run(["run", "--json"], { cwd: place.path }).running();
    for (const end_ms = performance.now() + 60_000; (await place.names()).length < 3;) {
      assert.ok(performance.now() < end_ms, run.text());
    }
    const { out } = await place.cli("list");
    assert.match(out, /^témp +21\.5 +degC +\d{4}-\S+Z +sets +\/entry\/sample\/temperature$/m);
    assert.match(out, /^list +7: 1, 2, 3, 4, 5, … /m);
    const json = JSON.parse((await place.cli("list", "--json")).out);
    assert.equal(json.running, true);
    assert.deepEqual(json.parameters[2].value, "NaN");
    const removed = await place.cli("remove", "list");
    assert.deepEqual([removed.code, await place.names()], [0, ["témp", "nan"]], removed.err);
    const wrong = await place.cli("remove", "nam");
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /There is no parameter nam; did you mean nan\?/);
    await run.stop();
  }
  assert.deepEqual(await place.names(), ["témp", "nan"]);
  assert.match((await place.cli("list")).out, /^No daemon is running; these are in force at its next start\n/);
  Deno.removeSync(place.join("plugins", "sets.ts"));
  const doctor = await runHere(["doctor", "--json"], { cwd: place.path });
  const check = JSON.parse(doctor.out).checks.find(({ name }: { name: string }) => name === "parameters");
  assert.deepEqual([check.status, check.finding], ["warning", "set by plugin sets, which no longer exists: témp, nan"]);
  assert.equal((await place.cli("remove", "nan")).code, 0);
  assert.deepEqual(await place.names(), ["témp"]);
});

Deno.test("list and remove name a file that is damaged", async () => {
  using place = new Place();
  Deno.mkdirSync(place.join("pewatch-data", "state"), { recursive: true });
  Deno.writeTextFileSync(place.join("pewatch-data", "state", "parameters.jsonl"), "rubbish");
  for (const args of [["list"], ["remove", "a"]]) {
    const { code, err } = await place.cli(...args);
    assert.equal(code, 1, err);
    assert.match(err, /parameters\.jsonl/);
  }
});
