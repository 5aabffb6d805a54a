/** `pewatch service` as a user types it. */
import assert from "node:assert/strict";
import { shareNotes } from "../../../src/cli/service/install.ts";
import { namesIn } from "../../folders.ts";
import { CliPlace } from "../place.ts";
import { childNames, find, parseXml } from "./parse_xml.ts";

Deno.test("install --dry-run shows the task, reports what would be called, and changes nothing", async () => {
  using place = new CliPlace(null);
  await place.expect(["init"], { code: 0 });
  const { out, err } = await place.expect(["service", "install", "--dry-run", "--system", "windows"], { code: 0 });
  assert.match(out, /^<\?xml version="1\.0" encoding="UTF-16"\?>\n<Task [\s\S]*<\/Task>\n$/);
  assert.match(out, new RegExp(`run --config ${place.join("pewatch.toml")}</Arguments>`));
  assert.equal(err, "would do: schtasks /Create /TN pewatch /XML FILE.xml /F\nwould do: schtasks /Run /TN pewatch\n");
  assert.deepEqual(namesIn(place.path), ["pewatch.toml"]);
});

Deno.test("install --output writes a file that another parser reads", async () => {
  using place = new CliPlace(null);
  await place.cli("init", "sub");
  const args = ["--config", "sub/pewatch.toml", "--output", "task.xml", "--user", "DESY\\xray", "--system", "windows"];
  await place.expect(["service", "install", ...args], { code: 0 });
  const task = await parseXml(Deno.readFileSync(place.join("task.xml")));
  assert.equal(find(task, "WorkingDirectory").text, place.join("sub"));
  assert.deepEqual(childNames(find(task, "Principal")), ["UserId", "LogonType", "RunLevel"]);
});

Deno.test("without a configuration, with a wrong one or under a wrong name nothing is installed", async () => {
  using place = new CliPlace(null);
  const without = /Cannot install without a configuration: .*pewatch init writes one/;
  await place.expect(["service", "install", "--dry-run"], { code: 2, err: without });
  place.write("pewatch.toml", "[folders]\nrow = 'x'\n");
  await place.expect(["service", "install", "--dry-run"], { code: 2, err: /pewatch\.toml.*2/ });
  const name = /^pewatch service status: --name: Cannot use "a\/b"/;
  await place.expect(["service", "status", "--name", "a/b"], { code: 2, err: name });
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
