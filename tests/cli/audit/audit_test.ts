/** `pewatch audit` and `pewatch log` on a ledger that the stages have written. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { PYTHON } from "../../shipped/memcached_server.ts";
import { deliveredEntry, LedgerPlace } from "../../ledger/lines.ts";
import { imageBytes, Way } from "../../frames/way.ts";
import { runHere } from "../run_cli.ts";

async function cli(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, out, err } = await runHere(args);
  return { code, stdout: out, stderr: err };
}

/** A way with some frames delivered, and a configuration that names its folders. */
async function delivered(): Promise<{ way: Way; config: string }> {
  const way = new Way({ frames: { checksum: "all" } });
  way.put({ name: "series/P-00001.tif" });
  way.put({ name: 'series/P 2, "x".tif', seed: 2 });
  way.put({ name: "T.tif", image: imageBytes(5).subarray(0, 900) });
  await way.fire(2);
  const config = join(way.settings.daemon.state_dir, "pewatch.toml");
  const { raw, temp, proc, output_root } = way.settings.folders;
  const folders = { raw, temp, proc, output_root };
  const lines = Object.entries(folders).map(([key, path]) => `${key} = '${path}'`);
  Deno.writeTextFileSync(
    config,
    ["[daemon]", `state_dir = '${way.settings.daemon.state_dir}'`, "[folders]", ...lines].join("\n"),
  );
  return { way, config };
}

Deno.test("audit says that the chain is whole, and what --files finds changed, missing and cut off", async () => {
  const { way, config } = await delivered();
  using _way = way;
  const whole = await cli("audit", "--config", config);
  assert.equal(whole.code, 0, whole.stderr);
  assert.match(whole.stdout, /4 lines in 1 file[^]*2 {2}delivered[^]*1 {2}quarantined[^]*The chain is whole/);
  const files = await cli("audit", "--files", "--config", config);
  assert.equal(files.code, 0, files.stdout);
  const image = join(way.output, "series", "P-00001.tif");
  const bytes = Deno.readFileSync(image);
  bytes[20]! ^= 1;
  Deno.writeFileSync(image, bytes);
  Deno.removeSync(join(way.output, "series", "P-00001.nxs"));
  Deno.truncateSync(join(way.output, "series", "P-00001.tif.metadata"), 5);
  const faults = await cli("audit", "--files", "--config", config);
  assert.equal(faults.code, 1);
  assert.match(faults.stdout, /series\/P-00001\.tif: its content has changed since its delivery/);
  assert.match(faults.stdout, /series\/P-00001\.nxs: it is missing/);
  assert.match(faults.stdout, /P-00001\.tif\.metadata: it has 5 bytes/);
  assert.match(faults.stdout, /1 missing, 2 changed/);
  const elsewhere = await cli("audit", "--files", "--folder", "pewatch-quarantine", "--json", "--config", config);
  assert.equal(elsewhere.code, 0);
  assert.equal(JSON.parse(elsewhere.stdout).files.right, 4);
});

Deno.test({
  name: "sha256sum -c takes the export, also of names that need escapes",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { way, config } = await delivered();
    using _way = way;
    const { stdout, code } = await cli("audit", "--export", "sha256sums", "--folder", "series", "--config", config);
    assert.equal(code, 0);
    const list = join(way.settings.daemon.state_dir, "sums");
    const odd = join(way.output, "a\\b\nc");
    Deno.writeTextFileSync(odd, "x");
    const { sha256Line } = await import("../../../src/ledger/exports.ts");
    const { sha256OfFile } = await import("../../../src/files/copy/digest.ts");
    Deno.writeTextFileSync(list, `${stdout}${sha256Line(sha256OfFile(odd), "a\\b\nc")}\n`);
    const sums = await new Deno.Command("sha256sum", { args: ["-c", "--strict", list], cwd: way.output }).output();
    const text = new TextDecoder().decode(sums.stdout);
    assert.equal(sums.code, 0, text + new TextDecoder().decode(sums.stderr));
    assert.equal(text.trim().split("\n").length, 7);
  },
});

Deno.test("the bag has each file with its checksum, and no bag is made of files that have changed", async () => {
  const { way, config } = await delivered();
  using _way = way;
  const into = join(way.settings.daemon.state_dir, "bag");
  const made = await cli("audit", "--export", "bagit", "--into", into, "--config", config);
  assert.equal(made.code, 0, made.stderr);
  const manifest = Deno.readTextFileSync(join(into, "manifest-sha256.txt")).trimEnd().split("\n");
  assert.equal(manifest.length, 10);
  assert.ok(manifest.some((line) => line.endsWith('  data/series/P 2, "x".nxs')));
  if (PYTHON !== undefined) {
    const script = "import sys; import bagit; bagit.Bag(sys.argv[1]).validate(); print('valid')";
    const checked = await new Deno.Command(PYTHON, { args: ["-c", script, into, ""] }).output();
    const said = new TextDecoder().decode(checked.stderr);
    if (!/No module named/.test(said)) assert.equal(checked.code, 0, said);
  }
  const again = await cli("audit", "--export", "bagit", "--into", into, "--config", config);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /already exists/);
  Deno.writeTextFileSync(join(way.output, "series", "P-00001.tif.metadata"), "x".repeat(300));
  const changed = await cli("audit", "--export", "bagit", "--into", `${into}2`, "--config", config);
  assert.equal(changed.code, 1);
  assert.throws(() => Deno.statSync(join(`${into}2`, "manifest-sha256.txt")));
  Deno.removeSync(join(way.output, "series", "P-00001.tif.metadata"));
  const missing = await cli("audit", "--export", "bagit", "--into", `${into}3`, "--config", config);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /^pewatch audit: series\/P-00001\.tif\.metadata cannot be copied: /m);
});

Deno.test("csv has a line for each file; --since and wrong usage", async () => {
  const { way, config } = await delivered();
  using _way = way;
  const { stdout } = await cli("audit", "--export", "csv", "--config", config);
  const rows = stdout.trimEnd().split("\r\n");
  assert.equal(rows[0], "sequence,time,type,frame,path,role,size,sha256,dark,again,latency_s");
  assert.equal(rows.length, 11);
  assert.ok(rows.some((row) => row.includes('"series/P 2, ""x"".tif"')), stdout);
  const none = await cli("audit", "--export", "csv", "--since", "2999-01-01", "--config", config);
  assert.equal(none.stdout.trimEnd().split("\r\n").length, 1);
  assert.equal((await cli("audit", "--since", "yesterday", "--export", "csv", "--config", config)).code, 2);
  assert.equal((await cli("audit", "--export", "bagit", "--config", config)).code, 2);
});

Deno.test("damage is named by file and line; --repair begins a new chain that refers to it", async () => {
  const { way, config } = await delivered();
  using _way = way;
  const path = join(way.settings.daemon.state_dir, "ledger", "000000000001.jsonl");
  const text = Deno.readTextFileSync(path);
  Deno.writeTextFileSync(path, text.replace('"again":false', '"again":true '));
  const damaged = await cli("audit", "--config", config);
  assert.equal(damaged.code, 1);
  assert.match(damaged.stdout, /000000000001\.jsonl, line [23]: it has been changed since it was written/);
  const repaired = await cli("audit", "--repair", "--config", config);
  assert.equal(repaired.code, 0, repaired.stderr);
  assert.match(repaired.stderr, /A new chain begins with line 5/);
  const after = await cli("audit", "--config", config);
  assert.equal(after.code, 0, after.stdout);
  assert.match(after.stdout, /line [23]: it has been changed .*a new chain begins behind it/);
  way.restart();
  way.put({ name: "N.tif", seed: 9 });
  await way.fire();
  assert.equal(way.lines().at(-1)!.sequence, 6);
  assert.equal(
    (await cli("audit", "--repair", "--config", config)).stderr.trim(),
    "Nothing is to be repaired: the chain is whole",
  );
});

Deno.test("log shows what became of one frame, by the frame, one of its files, or the number of a line", async () => {
  const { way, config } = await delivered();
  using _way = way;
  Deno.writeFileSync(join(way.output, "pewatch-quarantine", "T.tif"), imageBytes(5));
  way.retryQuarantine();
  await way.fire(2);
  const { stdout, code } = await cli("log", "T.tif", "--config", config);
  assert.equal(code, 0);
  const story = stdout.split("\n").filter((line) => /^\d{4}-/.test(line)).map((line) =>
    line.replace(/^\S+ {2}line \d+ {2}/, "")
  );
  assert.match(story[0]!, /^T\.tif: moved to .*pewatch-quarantine: /);
  assert.match(story[1]!, /^T\.tif: taken out of the quarantine/);
  assert.match(story[2]!, /^T\.tif: delivered to /);
  assert.match(stdout, /T\.nxs {2}\d+ bytes {2}[0-9a-f]{64}/);
  for (const wanted of ["P-00001.nxs", join(way.output, "series", "P-00001.tif")]) {
    assert.match((await cli("log", wanted, "--config", config)).stdout, /series\/P/, wanted);
  }
  assert.equal((await cli("log", "X.tif", "--config", config)).code, 1);
});

Deno.test("a ledger beside a daemon that writes it is audited up to its last whole line", async () => {
  using place = new LedgerPlace();
  const ledger = place.open();
  for (let number = 1; number <= 5; number++) await ledger.append(deliveredEntry(number));
  Deno.writeTextFileSync(join(place.folder, place.segments()[0]!), '{"sequence":7,"prev', { append: true });
  const { LedgerAudit } = await import("../../../src/ledger/audit.ts");
  const audit = new LedgerAudit(place.folder);
  assert.equal([...audit.lines()].length, 6);
  assert.deepEqual(audit.report().damages, []);
  ledger[Symbol.dispose]();
});

Deno.test("a file that was renamed or replaced is named with what to do, however the folder and the root are typed", async () => {
  const { way, config } = await delivered();
  using _way = way;
  const folder = join(way.output, "series");
  Deno.renameSync(join(folder, "P-00001.tif"), join(folder, "best of all.tif"));
  Deno.removeSync(join(folder, "P-00001.nxs"));
  Deno.mkdirSync(join(folder, "P-00001.nxs"));
  const root = `${way.output}/../${basename(way.output)}/`;
  for (const [typed, under] of [["./series/", way.output], [join(way.output, "series"), root], ["series\\", root]]) {
    const { code, stdout } = await cli("audit", "--files", "--folder", typed!, "--root", under!, "--config", config);
    assert.equal(code, 1);
    assert.match(stdout, /series\/P-00001\.tif: it is missing; best of all\.tif beside it has its content/);
    assert.match(stdout, /series\/P-00001\.nxs: something that is not a file has its name/);
    assert.match(stdout, /Missing: bring them back from a copy that has the checksum/);
    assert.match(stdout, /4 files as the ledger says; 2 missing, 0 changed/);
  }
  for (const wrong of [["--folder", "serie"], ["--root", "/nowhere"], ["--folder", ".."]]) {
    const { code, stderr, stdout } = await cli("audit", "--export", "sha256sums", ...wrong, "--config", config);
    assert.equal(code, 2, `${wrong}: ${stdout}`);
    assert.match(stderr, /the ledger has (no file|nothing) below/);
    assert.equal(stdout, "");
  }
});
