/** `pewatch service` as a user types it. */
import assert from "node:assert/strict";
import { shareNotes } from "../../../src/cli/service/install.ts";
import { TempFolder } from "../../temp_folder.ts";
import { expectHere, runHere } from "../run_cli.ts";
import { childNames, find, parseXml } from "./parse_xml.ts";

Deno.test("install --dry-run shows the task, reports what would be called, and changes nothing", async () => {
  using folder = new TempFolder();
  const cwd = folder.path;
  assert.equal((await runHere(["init"], { cwd })).code, 0);
  const { code, out, err } = await runHere(["service", "install", "--dry-run", "--system", "windows"], { cwd });
  assert.equal(code, 0);
  assert.match(out, /^<\?xml version="1\.0" encoding="UTF-16"\?>\n<Task [\s\S]*<\/Task>\n$/);
  assert.match(out, new RegExp(`run --config ${folder.join("pewatch.toml")}</Arguments>`));
  assert.equal(err, "would do: schtasks /Create /TN pewatch /XML FILE.xml /F\nwould do: schtasks /Run /TN pewatch\n");
  assert.deepEqual([...Deno.readDirSync(cwd)].map(({ name }) => name), ["pewatch.toml"]);
});

Deno.test("install --output writes a file that another parser reads", async () => {
  using folder = new TempFolder();
  const cwd = folder.path;
  await runHere(["init", "sub"], { cwd });
  const args = ["--config", "sub/pewatch.toml", "--output", "task.xml", "--user", "DESY\\xray", "--system", "windows"];
  await expectHere(["service", "install", ...args], { code: 0 }, { cwd });
  const task = await parseXml(Deno.readFileSync(folder.join("task.xml")));
  assert.equal(find(task, "WorkingDirectory").text, folder.join("sub"));
  assert.deepEqual(childNames(find(task, "Principal")), ["UserId", "LogonType", "RunLevel"]);
});

Deno.test("without a configuration, with a wrong one or under a wrong name nothing is installed", async () => {
  using folder = new TempFolder();
  const cwd = folder.path;
  await expectHere(["service", "install", "--dry-run"], {
    code: 2,
    err: /Cannot install without a configuration: .*pewatch init writes one/,
  }, { cwd });
  Deno.writeTextFileSync(folder.join("pewatch.toml"), "[folders]\nrow = 'x'\n");
  await expectHere(["service", "install", "--dry-run"], { code: 2, err: /pewatch\.toml.*2/ }, { cwd });
  await expectHere(["service", "status", "--name", "a/b"], {
    code: 2,
    err: /^pewatch service status: --name: Cannot use "a\/b"/,
  }, { cwd });
});

Deno.test("a folder on another computer gets a hint that the system's account may not open it", () => {
  const folders = {
    raw: "R:\\raw",
    temp: "R:\\temp",
    proc: "R:\\proc",
    output_root: "\\\\server\\data",
    output_dir: "",
    allowed: [],
  };
  const notes = shareNotes(folders);
  assert.equal(notes.length, 1);
  assert.match(notes[0]!, /^note: folders\.output_root is on another computer \(\\\\server\\data\).*--user/);
});
