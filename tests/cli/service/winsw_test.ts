/** The configuration for WinSW, read by another parser and held against what WinSW 2.12.0 documents. */
import assert from "node:assert/strict";
import { STOP_LIMIT_S } from "../../../src/cli/service/definition.ts";
import { loadSettings } from "../../../src/config/load.ts";
import { TempFolder } from "../../temp_folder.ts";
import { childNames, find, parseXml } from "./parse_xml.ts";

const FILE = new URL("../../../config/pewatch-service.xml", import.meta.url);
const service = await parseXml(Deno.readFileSync(FILE));

Deno.test("WinSW's file has what WinSW needs and nothing that it does not know", () => {
  assert.equal(service.tag, "service");
  const names = childNames(service);
  for (const name of ["id", "name", "executable", "arguments"]) assert.ok(names.includes(name), name);
  const documented = [
    ...["id", "name", "description", "executable", "arguments", "workingdirectory", "startmode", "stoptimeout"],
    ...["onfailure", "resetfailure", "logpath", "log"],
  ];
  assert.deepEqual(names.filter((name) => !documented.includes(name)), []);
  assert.equal(find(service, "log").attributes["mode"], "roll-by-size");
  assert.equal(find(service, "onfailure").attributes["action"], "restart");
});

Deno.test("it waits longer than the longest firing of a plugin", () => {
  using folder = new TempFolder();
  const { settings } = loadSettings({ cwd: folder.path });
  const match = /^(\d+)sec$/.exec(find(service, "stoptimeout").text);
  assert.equal(Number(match?.[1]), STOP_LIMIT_S);
  assert.ok(STOP_LIMIT_S > settings.plugins.time_limit_s);
});

Deno.test("it runs what a user would type, with the paths quoted", () => {
  assert.equal(find(service, "executable").text, "%BASE%\\pewatch.exe");
  assert.equal(find(service, "arguments").text, 'run --config "%BASE%\\pewatch.toml"');
});
