/** `pewatch audit` and `pewatch log` on a ledger that the stages have written. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { sha256OfFile } from "../../../src/files/copy/digest.ts";
import { LedgerAudit } from "../../../src/ledger/audit.ts";
import { sha256Line } from "../../../src/ledger/exports.ts";
import { PYTHON } from "../../shipped/memcached_server.ts";
import { deliveredEntry, LedgerPlace } from "../../ledger/lines.ts";
import { imageBytes, Way } from "../../frames/way.ts";
import { type CliResult, type Expected, expectHere, runHere } from "../run_cli.ts";

/** A way with some frames delivered, and a configuration that names its folders. */
class Delivered extends Way {
  readonly config = join(this.settings.daemon.state_dir, "pewatch.toml");

  static async make(): Promise<Delivered> {
    const way = new Delivered({ frames: { checksum: "all" } });
    way.put({ name: "series/P-00001.tif" });
    way.put({ name: 'series/P 2, "x".tif', seed: 2 });
    way.put({ name: "T.tif", image: imageBytes(5).subarray(0, 900) });
    await way.fire(2);
    const { raw, temp, proc, output_root } = way.settings.folders;
    const lines = Object.entries({ raw, temp, proc, output_root }).map(([key, path]) => `${key} = '${path}'`);
    const daemon = ["[daemon]", `state_dir = '${way.settings.daemon.state_dir}'`];
    Deno.writeTextFileSync(way.config, [...daemon, "[folders]", ...lines].join("\n"));
    return way;
  }

  cli(...args: string[]): Promise<CliResult> {
    return runHere([...args, "--config", this.config]);
  }

  expect(args: readonly string[], expected: Expected): Promise<CliResult> {
    return expectHere([...args, "--config", this.config], expected);
  }
}

Deno.test("audit says that the chain is whole, and what --files finds changed, missing and cut off", async () => {
  using way = await Delivered.make();
  const whole = /4 lines in 1 file[^]*2 {2}delivered[^]*1 {2}quarantined[^]*The chain is whole/;
  await way.expect(["audit"], { code: 0, out: whole });
  await way.expect(["audit", "--files"], { code: 0 });
  const image = join(way.output, "series", "P-00001.tif");
  const bytes = Deno.readFileSync(image);
  bytes[20]! ^= 1;
  Deno.writeFileSync(image, bytes);
  Deno.removeSync(join(way.output, "series", "P-00001.nxs"));
  Deno.truncateSync(join(way.output, "series", "P-00001.tif.metadata"), 5);
  const faults = await way.expect(["audit", "--files"], { code: 1 });
  assert.match(faults.out, /series\/P-00001\.tif: its content has changed since its delivery/);
  assert.match(faults.out, /series\/P-00001\.nxs: it is missing/);
  assert.match(faults.out, /P-00001\.tif\.metadata: it has 5 bytes/);
  assert.match(faults.out, /1 missing, 2 changed/);
  const elsewhere = await way.expect(["audit", "--files", "--folder", "pewatch-quarantine", "--json"], { code: 0 });
  assert.equal(JSON.parse(elsewhere.out).files.right, 4);
});

Deno.test({
  name: "sha256sum -c takes the export, also of names that need escapes",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using way = await Delivered.make();
    const { out } = await way.expect(["audit", "--export", "sha256sums", "--folder", "series"], { code: 0 });
    const list = join(way.settings.daemon.state_dir, "sums");
    const odd = join(way.output, "a\\b\nc");
    Deno.writeTextFileSync(odd, "x");
    Deno.writeTextFileSync(list, `${out}${sha256Line(sha256OfFile(odd), "a\\b\nc")}\n`);
    const sums = await new Deno.Command("sha256sum", { args: ["-c", "--strict", list], cwd: way.output }).output();
    const text = new TextDecoder().decode(sums.stdout);
    assert.equal(sums.code, 0, text + new TextDecoder().decode(sums.stderr));
    assert.equal(text.trim().split("\n").length, 7);
  },
});

Deno.test("the bag has each file with its checksum, and no bag is made of files that have changed", async () => {
  using way = await Delivered.make();
  const into = join(way.settings.daemon.state_dir, "bag");
  const bag = ["audit", "--export", "bagit", "--into"];
  await way.expect([...bag, into], { code: 0 });
  const manifest = Deno.readTextFileSync(join(into, "manifest-sha256.txt")).trimEnd().split("\n");
  assert.equal(manifest.length, 10);
  assert.ok(manifest.some((line) => line.endsWith('  data/series/P 2, "x".nxs')));
  if (PYTHON !== undefined) {
    const script = "import sys; import bagit; bagit.Bag(sys.argv[1]).validate(); print('valid')";
    const checked = await new Deno.Command(PYTHON, { args: ["-c", script, into, ""] }).output();
    const said = new TextDecoder().decode(checked.stderr);
    if (!/No module named/.test(said)) assert.equal(checked.code, 0, said);
  }
  await way.expect([...bag, into], { code: 1, err: /already exists/ });
  Deno.writeTextFileSync(join(way.output, "series", "P-00001.tif.metadata"), "x".repeat(300));
  await way.expect([...bag, `${into}2`], { code: 1 });
  assert.throws(() => Deno.statSync(join(`${into}2`, "manifest-sha256.txt")));
  Deno.removeSync(join(way.output, "series", "P-00001.tif.metadata"));
  const missing = /^pewatch audit: series\/P-00001\.tif\.metadata cannot be copied: /m;
  await way.expect([...bag, `${into}3`], { code: 1, err: missing });
});

Deno.test("csv has a line for each file; --since and wrong usage", async () => {
  using way = await Delivered.make();
  const { out } = await way.cli("audit", "--export", "csv");
  const rows = out.trimEnd().split("\r\n");
  assert.equal(rows[0], "sequence,time,type,frame,path,role,size,sha256,dark,again,latency_s");
  assert.equal(rows.length, 11);
  assert.ok(rows.some((row) => row.includes('"series/P 2, ""x"".tif"')), out);
  const none = await way.cli("audit", "--export", "csv", "--since", "2999-01-01");
  assert.equal(none.out.trimEnd().split("\r\n").length, 1);
  await way.expect(["audit", "--since", "yesterday", "--export", "csv"], { code: 2 });
  await way.expect(["audit", "--export", "bagit"], { code: 2 });
});

Deno.test("damage is named by file and line; --repair begins a new chain that refers to it", async () => {
  using way = await Delivered.make();
  const path = join(way.settings.daemon.state_dir, "ledger", "000000000001.jsonl");
  const text = Deno.readTextFileSync(path);
  Deno.writeTextFileSync(path, text.replace('"again":false', '"again":true '));
  const damaged = /000000000001\.jsonl, line [23]: it has been changed since it was written/;
  await way.expect(["audit"], { code: 1, out: damaged });
  await way.expect(["audit", "--repair"], { code: 0, err: /A new chain begins with line 5/ });
  const after = /line [23]: it has been changed .*a new chain begins behind it/;
  await way.expect(["audit"], { code: 0, out: after });
  way.restart();
  way.put({ name: "N.tif", seed: 9 });
  await way.fire();
  assert.equal(way.lines().at(-1)!.sequence, 6);
  assert.equal(
    (await way.cli("audit", "--repair")).err.trim(),
    "Nothing is to be repaired: the chain is whole",
  );
});

Deno.test("log shows what became of one frame, by the frame, one of its files, or the number of a line", async () => {
  using way = await Delivered.make();
  Deno.writeFileSync(join(way.output, "pewatch-quarantine", "T.tif"), imageBytes(5));
  way.retryQuarantine();
  await way.fire(2);
  const { out } = await way.expect(["log", "T.tif"], { code: 0 });
  const story = out.split("\n").filter((line) => /^\d{4}-/.test(line)).map((line) =>
    line.replace(/^\S+ {2}line \d+ {2}/, "")
  );
  assert.match(story[0]!, /^T\.tif: moved to .*pewatch-quarantine: /);
  assert.match(story[1]!, /^T\.tif: taken out of the quarantine/);
  assert.match(story[2]!, /^T\.tif: delivered to /);
  assert.match(out, /T\.nxs {2}\d+ bytes {2}[0-9a-f]{64}/);
  for (const wanted of ["P-00001.nxs", join(way.output, "series", "P-00001.tif")]) {
    await way.expect(["log", wanted], { code: 0, out: /series\/P/ });
  }
  await way.expect(["log", "X.tif"], { code: 1 });
});

Deno.test("a ledger beside a daemon that writes it is audited up to its last whole line", async () => {
  using place = new LedgerPlace();
  const ledger = place.open();
  for (let number = 1; number <= 5; number++) await ledger.append(deliveredEntry(number));
  Deno.writeTextFileSync(join(place.folder, place.segments()[0]!), '{"sequence":7,"prev', { append: true });
  const audit = new LedgerAudit(place.folder);
  assert.equal([...audit.lines()].length, 6);
  assert.deepEqual(audit.report().damages, []);
  ledger[Symbol.dispose]();
});

Deno.test("a file that was renamed or replaced is named with what to do, however the folder and the root are typed", async () => {
  using way = await Delivered.make();
  const folder = join(way.output, "series");
  Deno.renameSync(join(folder, "P-00001.tif"), join(folder, "best of all.tif"));
  Deno.removeSync(join(folder, "P-00001.nxs"));
  Deno.mkdirSync(join(folder, "P-00001.nxs"));
  const root = `${way.output}/../${basename(way.output)}/`;
  for (const [typed, under] of [["./series/", way.output], [join(way.output, "series"), root], ["series\\", root]]) {
    const { out } = await way.expect(["audit", "--files", "--folder", typed!, "--root", under!], { code: 1 });
    assert.match(out, /series\/P-00001\.tif: it is missing; best of all\.tif beside it has its content/);
    assert.match(out, /series\/P-00001\.nxs: something that is not a file has its name/);
    assert.match(out, /Missing: bring them back from a copy that has the checksum/);
    assert.match(out, /4 files as the ledger says; 2 missing, 0 changed/);
  }
  for (const wrong of [["--folder", "serie"], ["--root", "/nowhere"], ["--folder", ".."]]) {
    const err = /the ledger has (no file|nothing) below/;
    const { out } = await way.expect(["audit", "--export", "sha256sums", ...wrong], { code: 2, err });
    assert.equal(out, "");
  }
});
