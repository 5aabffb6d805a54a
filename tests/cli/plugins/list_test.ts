/** `pewatch plugins list` and `retry`, and `pewatch stop`: with a running daemon and without. */
import assert from "node:assert/strict";
import { CliPlace, QUICK } from "../place.ts";

const COUNTS = "export const TICKTACK = 2;\nexport function work(context) { context.counters.add('calls'); }\n";
const FAILS = "export const TICKTACK = 1;\nlet calls = 0;\n" +
  "export function work() { throw new Error(`no luck ${++calls}`); }\n";

/** A working folder with a configuration whose daemon ticks fast. */
class Place extends CliPlace {
  constructor(plugins: Readonly<Record<string, string>> = {}, toml = "") {
    super(`${QUICK}[plugins]\ndir = 'plugins'\nfailures_max = 2\n${toml}`);
    Deno.mkdirSync(this.join("plugins"));
    for (const [name, text] of Object.entries(plugins)) this.write(`plugins/${name}`, text);
  }

  list(): Promise<{ running: boolean; plugins: Row[] }> {
    return this.json("plugins", "list");
  }

  /** Asks until a plugin is as it should be. */
  async listUntil(name: string, is: (row: Row) => boolean): Promise<Row> {
    for (const end_ms = performance.now() + 120_000; performance.now() < end_ms;) {
      const row = (await this.list()).plugins.find((plugin) => plugin.name === name);
      if (row !== undefined && is(row)) return row;
    }
    throw new Error(`${name} never was as it should: ${JSON.stringify((await this.list()).plugins)}`);
  }
}

interface Row {
  readonly name: string;
  readonly state: string;
  readonly ticktack: number | null;
  readonly firings: number | null;
  readonly failures: number | null;
  readonly file: string | null;
  readonly lastError: string | null;
  readonly counters: Readonly<Record<string, number>>;
}

Deno.test("without a daemon it shows what would be loaded, and what cannot be", async () => {
  using place = new Place({ "counts.ts": COUNTS, "broken.ts": "export function work( {" }, "[plugins.csv]\n");
  const { running, plugins } = await place.list();
  assert.equal(running, false);
  assert.deepEqual(plugins.map(({ name }) => name), [
    "01_prepare_raw",
    "02_merge_data",
    "03_finalize",
    "csv",
    "broken",
    "counts",
  ]);
  const [broken, counts] = plugins.slice(-2);
  assert.deepEqual([counts?.state, counts?.ticktack, counts?.file], [
    "not running",
    2,
    place.join("plugins", "counts.ts"),
  ]);
  assert.equal(broken?.state, "cannot be loaded");
  assert.match(broken?.lastError ?? "", /broken\.ts:1:\d+/);
  const { out } = await place.cli("plugins", "list");
  assert.match(out, /^No daemon is running; these would be loaded/);
  assert.match(out, /^counts +2 +0 +not running +- +- +- +-\n +file: \S+counts\.ts$/m);
});

Deno.test("retry and stop without a daemon say that none runs, and fail", async () => {
  using place = new Place();
  for (const args of [["plugins", "retry", "roi"], ["stop"]]) {
    await place.expect(args, { code: 1, err: /No daemon is running for .*raw/ });
  }
});

Deno.test("from a running daemon it shows firings, failures, times and counters", async () => {
  using place = new Place({ "counts.ts": COUNTS });
  await using daemon = await place.daemon();
  const row = await place.listUntil("counts", ({ firings }) => (firings ?? 0) >= 3);
  assert.equal(row.file, place.join("plugins", "counts.ts"));
  assert.ok((row.counters["calls"] ?? 0) >= 2);
  const { out } = await place.cli("plugins", "list");
  assert.match(out, new RegExp(`^The daemon \\(process ${daemon.pid}\\) is running`));
  assert.match(out, /^01_prepare_raw +1 +0 +(ready|firing) +\d+ +0 /m);
  assert.match(out, /^ {4}counters: calls \d+$/m);
});

Deno.test("a suspended plugin is started again by retry; a wrong name gets the nearest", async () => {
  using place = new Place({ "fails.ts": FAILS });
  await using daemon = await place.daemon();
  const aside = await place.listUntil("fails", ({ state }) => state === "aside");
  assert.match(aside.lastError ?? "", /no luck 2/);
  await place.expect(["plugins", "retry", "fials"], {
    code: 1,
    err: /There is no plugin fials; did you mean fails\?/,
  });
  await place.expect(["plugins", "retry", "fails"], { code: 0 });
  const again = await place.listUntil("fails", ({ failures }) => (failures ?? 0) > (aside.failures ?? 0));
  assert.ok((again.firings ?? 0) > (aside.firings ?? 0));
  const lines = (words: RegExp) => daemon.lines.filter(({ message }) => words.test(message)).length;
  await place.listUntil("fails", ({ state }) => state === "aside");
  await daemon.until(() => lines(/suspended until/) >= 3, "that it is suspended again");
  // Twice suspended, and the solution names the first.
  assert.deepEqual([lines(/^fails: .*suspended until/), lines(/^solved: fails: .*suspended/)], [2, 1], daemon.text());
});

Deno.test("pewatch stop ends the daemon in an orderly way, and comes back when it has ended", async () => {
  using place = new Place();
  await using daemon = await place.daemon();
  await place.expect(["stop"], { code: 0, out: new RegExp(`The daemon \\(process ${daemon.pid}\\) has stopped`) });
  assert.deepEqual(await daemon.ended(), { code: 0, signal: null });
  assert.match(daemon.text(), /stopping \(by pewatch stop\)/);
  assert.equal((await place.cli("stop")).code, 1);
});

Deno.test("a daemon that was killed does not run, and the next one is found again", async () => {
  using place = new Place();
  {
    await using daemon = await place.daemon();
    daemon.signal("SIGKILL");
    await daemon.ended();
  }
  assert.match((await place.cli("stop")).err, /No daemon is running/);
  await using _next = await place.daemon();
  assert.equal((await place.list()).running, true);
  assert.equal((await place.cli("stop")).code, 0);
});
