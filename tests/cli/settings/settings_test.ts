/** `pewatch settings list` and `forget`: with a running daemon and without. */
import assert from "node:assert/strict";
import { CliPlace, QUICK } from "../place.ts";

/** A configuration, and what clients have set over it. */
class Place extends CliPlace {
  readonly file = this.join("state", "settings.json");

  constructor() {
    super(
      `${QUICK}max_proc = 2\nstate_dir = 'state'\n` +
        "[folders]\nraw = 'raw'\ntemp = 'temp'\nproc = 'proc'\noutput_root = 'pewatch-data/output'\n",
    );
    for (const name of ["raw", "raw2"]) Deno.mkdirSync(this.join(name));
    const since = "2026-01-31T13:05:09.123+01:00";
    const settings = {
      raw: { value: this.join("raw2"), instead_of: this.join("raw"), since },
      max_proc: { value: 7, instead_of: 2, since },
    };
    const work = { temp: this.join("temp"), proc: this.join("proc") };
    this.write("state/settings.json", JSON.stringify({ version: 1, settings, work, left: [] }));
  }

  list(): Promise<{ running: boolean; settings: { key: string }[] }> {
    return this.json("settings", "list");
  }

  kept(): string[] {
    return Object.keys(JSON.parse(Deno.readTextFileSync(this.file)).settings);
  }
}

Deno.test("without a daemon list shows what the file holds, and forget takes one setting out of it", async () => {
  using place = new Place();
  assert.match((await place.cli("settings", "list")).out, /^daemon\.max_proc +7 +2 +2026-01-31T13:05:09\.123\+01:00$/m);
  const { running, settings } = await place.list();
  assert.deepEqual([running, settings.map(({ key }) => key)], [false, ["folders.raw", "daemon.max_proc"]]);
  const { code, out, err } = await place.cli("settings", "forget", "daemon.max_proc");
  assert.deepEqual([code, out], [0, "daemon.max_proc is 2 again, as configured\n"], err);
  assert.deepEqual(place.kept(), ["raw"]);
  const again = await place.cli("settings", "forget", "max_proc");
  assert.deepEqual([again.code, again.err], [1, "pewatch settings forget: No client has set daemon.max_proc\n"]);
  await place.expect(["settings", "forget", "folders.rwa"], {
    code: 2,
    err: /Clients cannot set folders\.rwa; did you mean folders\.raw\?/,
  });
  assert.deepEqual(place.kept(), ["raw"]);
});

Deno.test("a running daemon returns to the configured value at once, and forgets the client's", async () => {
  using place = new Place();
  await using run = await place.daemon();
  assert.equal((await place.list()).running, true);
  await place.expect(["settings", "forget", "raw"], { code: 0 });
  assert.deepEqual((await place.list()).settings.map(({ key }) => key), ["daemon.max_proc"]);
  assert.deepEqual(place.kept(), ["max_proc"]);
  await run.says(/folders\.raw is now ".*raw", before ".*raw2", as configured: what a client had set is forgotten/);
  await run.stop();
});

Deno.test("a configured folder that does not exist is not returned to", async () => {
  using place = new Place();
  Deno.removeSync(place.join("raw"));
  await using run = await place.daemon();
  await place.expect(["settings", "forget", "raw"], {
    code: 1,
    err: /Cannot set folders\.raw to ".*raw": directory does not exist/,
  });
  assert.deepEqual(place.kept(), ["raw", "max_proc"]);
  await run.stop();
});
