/** `pewatch epics values` and `pewatch doctor` on a list with good and bad names, beside a daemon and without one. */
import assert from "node:assert/strict";
import { DaemonChild, writeConfiguration } from "../faults/daemon_child.ts";
import { runCli } from "../cli/run_cli.ts";
import { liveValues } from "../cli/values/live_values.ts";
import { TempFolder } from "../temp_folder.ts";
import { Ioc, PYTHON } from "./ioc.ts";

Deno.test({
  name:
    "epics values shows each variable with value, unit, severity and age, or why it has none; doctor names what fails",
  ignore: PYTHON === undefined || Deno.build.os === "windows",
  async fn() {
    await using ioc = await Ioc.start();
    using folder = new TempFolder();
    const pvs = ["temp", "shutter", "nothing", "large"].map((name) =>
      `[[plugins.epics.pvs]]\nname = "PW:TEST:${name}"`
    );
    const table = `[plugins.epics]\naddresses = ["127.0.0.1:${ioc.port}"]\nauto_addresses = false\n${pvs.join("\n")}\n`;
    const configuration = writeConfiguration(folder.path, `[log]\nfile = ''\n${table}`);
    const config = configuration.file;
    await ioc.call("set temp 305");

    const listed = await runCli(["epics", "values", "--config", config]);
    assert.equal(listed.code, 1, listed.err);
    const [header, ...lines] = listed.out.trimEnd().split("\n");
    assert.match(header!, /^PARAMETER +VALUE +UNIT +QUALITY +AGE +REASON +VARIABLE$/);
    assert.match(lines[0]!, /^PW:TEST:temp +305 +K +MINOR +\d+\.\d s +PW:TEST:temp$/);
    assert.match(lines[1]!, /^PW:TEST:shutter +OPEN +NO_ALARM +\d+\.\d s +PW:TEST:shutter$/);
    assert.match(lines[2]!, /^PW:TEST:nothing +- +not defined: no server answers to this name +PW:TEST:nothing$/);
    assert.match(lines[3]!, /^PW:TEST:large +- +refused: it has 200000 elements/);

    await using daemon = new DaemonChild(configuration);
    await daemon.holdsFolders();
    const json = await runCli(["epics", "values", "--json", "--config", config]);
    assert.equal(json.code, 1, json.err);
    const [temp, , nothing] = JSON.parse(json.out).values;
    assert.deepEqual([temp.value, temp.unit, temp.quality, temp.status, temp.reason], [
      305,
      "K",
      "MINOR",
      "read",
      null,
    ]);
    assert.ok(temp.age_s >= 0 && Math.abs(Date.parse(temp.time) - Date.now()) < 120_000, json.out);
    assert.deepEqual([nothing.value, nothing.status], [null, "not defined"]);

    const doctor = await runCli(["doctor", "--json", "--config", config]);
    const checks: { area: string; name: string; status: string; finding: string }[] = JSON.parse(doctor.out).checks;
    const found = checks.filter(({ area }) => area === "values of the beamline");
    assert.deepEqual(found.map(({ name, status }) => [name, status]), [
      ["process variables", "ok"],
      ["PW:TEST:nothing", "warning"],
      ["PW:TEST:large", "warning"],
    ]);
    assert.match(found[0]!.finding, /^2 of 4 are read$/);
    assert.match(found[1]!.finding, /^not defined: no server answers/);

    const live = await liveValues(["epics", "values", "--config", config], "PW:TEST:temp", {
      change: () => ioc.call("set temp 297"),
      shown: /297 +K +NO_ALARM/,
    });
    assert.equal(live.code, 1, live.text);
    assert.equal((await daemon.end("SIGTERM")).code, 0);
  },
});

Deno.test("epics values and doctor refuse a table that is wrong, and say where", async () => {
  using folder = new TempFolder();
  const config = folder.join("pewatch.toml");
  Deno.writeTextFileSync(config, "");
  const none = await runCli(["epics", "values", "--config", config]);
  assert.deepEqual([none.code, none.out], [2, ""]);
  assert.match(none.err, /\[plugins\.epics\] is not in the configuration; pewatch docs values shows how/);
  for (
    const [lines, said] of [
      ['[[plugins.epics.pvs]]\nname = "a b"', /\[plugins\.epics\] pvs\.0\.name: .*no blanks/],
      ['[[plugins.epics.pvs]]\nname = "a"\nmax_age = 1', /pvs\.0\.max_age: there is no such key/],
      [
        '[[plugins.epics.pvs]]\nname = "a"\n[[plugins.epics.pvs]]\nname = "a"',
        /two variables would be the parameter a/,
      ],
      ['[[plugins.epics.pvs]]\nname = "a"\nmax_age_s = 0', /pvs\.0\.max_age_s: a number from 0\.1 to 86400/],
    ] as const
  ) {
    Deno.writeTextFileSync(config, lines);
    const refused = await runCli(["epics", "values", "--config", config]);
    assert.equal(refused.code, 2);
    assert.match(refused.err, said);
  }
});
