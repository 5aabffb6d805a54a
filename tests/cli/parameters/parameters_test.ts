/** `pewatch parameters list` and `remove`: with a running daemon and without. */
import assert from "node:assert/strict";
import { CliPlace, QUICK } from "../place.ts";

const SETS = "export const TICKTACK = 1;\nlet done = false;\n" +
  "export function work({ parameters }) {\n  if (done) return;\n  done = true;\n" +
  "  parameters.set('t\\u00e9mp', 21.5, { unit: 'degC', path: '/entry/sample/temperature' });\n" +
  "  parameters.set('list', [1, 2, 3, 4, 5, 6, 7]);\n  parameters.set('nan', NaN);\n}\n";

interface Listed {
  readonly running: boolean;
  readonly parameters: readonly { readonly name: string; readonly value: unknown }[];
}

class Place extends CliPlace {
  constructor() {
    super(`${QUICK}[plugins]\ndir = 'plugins'\n`);
    this.write("plugins/sets.ts", SETS);
  }

  async names(): Promise<string[]> {
    return (await this.json<Listed>("parameters", "list")).parameters.map(({ name }) => name);
  }
}

Deno.test("list shows the parameters of a running daemon, remove removes one, and both work on what it leaves", async () => {
  using place = new Place();
  {
    await using run = await place.daemon();
    for (const end_ms = performance.now() + 60_000; (await place.names()).length < 3;) {
      assert.ok(performance.now() < end_ms, run.text());
    }
    const { out } = await place.cli("parameters", "list");
    assert.match(out, /^témp +21\.5 +degC +\d{4}-\S+Z +sets +\/entry\/sample\/temperature$/m);
    assert.match(out, /^list +7: 1, 2, 3, 4, 5, … /m);
    const { running, parameters } = await place.json<Listed>("parameters", "list");
    assert.equal(running, true);
    assert.deepEqual(parameters[2]!.value, "NaN");
    await place.expect(["parameters", "remove", "list"], { code: 0 });
    assert.deepEqual(await place.names(), ["témp", "nan"]);
    const err = /There is no parameter nam; did you mean nan\?/;
    await place.expect(["parameters", "remove", "nam"], { code: 1, err });
    await run.stop();
  }
  assert.deepEqual(await place.names(), ["témp", "nan"]);
  assert.match(
    (await place.cli("parameters", "list")).out,
    /^No daemon is running; these are in force at its next start\n/,
  );
  Deno.removeSync(place.join("plugins", "sets.ts"));
  const doctor = await place.cli("doctor", "--json");
  const check = JSON.parse(doctor.out).checks.find(({ name }: { name: string }) => name === "parameters");
  assert.deepEqual([check.status, check.finding], ["warning", "set by plugin sets, which no longer exists: témp, nan"]);
  await place.expect(["parameters", "remove", "nan"], { code: 0 });
  assert.deepEqual(await place.names(), ["témp"]);
});

Deno.test("list and remove name a file that is damaged", async () => {
  using place = new Place();
  place.write("pewatch-data/state/parameters.jsonl", "rubbish");
  for (const args of [["list"], ["remove", "a"]]) {
    await place.expect(["parameters", ...args], { code: 1, err: /parameters\.jsonl/ });
  }
});
