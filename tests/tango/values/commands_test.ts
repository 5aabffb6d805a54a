/** `pewatch tango values` and `pewatch doctor` on a list with good and bad names. */
import assert from "node:assert/strict";
import { freePort } from "../../ffi/tango/ports.ts";
import { runCli } from "../../cli/run_cli.ts";
import { TempFolder } from "../../temp_folder.ts";
import { CAN_READ, ValuesServer } from "./servers.ts";

Deno.test({
  name:
    "tango values shows each attribute with value, unit, quality and age, or why it has none; doctor names what fails",
  ignore: !CAN_READ,
  async fn() {
    await using server = await ValuesServer.start();
    using folder = new TempFolder();
    const config = folder.join("pewatch.toml");
    const dead = `tango://127.0.0.1:${freePort()}/a/b/c/d#dbase=no`;
    const write = (names: readonly string[]) =>
      Deno.writeTextFileSync(
        config,
        names.map((name) => `[[plugins.tango.attributes]]\nname = "${name}"\n`).join("\n"),
      );
    write([server.attribute("Position"), server.attribute("Nothing"), dead]);
    const listed = await runCli(["tango", "values", "--config", config]);
    assert.equal(listed.code, 1, listed.err);
    const [header, position, nothing, gone] = listed.out.trimEnd().split("\n");
    assert.match(header!, /^PARAMETER +VALUE +UNIT +QUALITY +AGE +REASON +ATTRIBUTE$/);
    assert.match(position!, /^1_Position +1\.5 +mm +VALID +\d+\.\d s +tango:/);
    assert.match(nothing!, /^1_Nothing +- +no attribute: /);
    assert.match(gone!, /^c_d +- +not running: /);

    const json = await runCli(["tango", "values", "--json", "--config", config]);
    const [first, , third] = JSON.parse(json.out).values;
    assert.deepEqual([first.value, first.unit, first.quality, first.status, first.reason], [
      1.5,
      "mm",
      "VALID",
      "read",
      null,
    ]);
    assert.deepEqual([third.value, third.status], [null, "not running"]);

    const doctor = await runCli(["doctor", "--json", "--config", config]);
    const checks: { area: string; name: string; status: string }[] = JSON.parse(doctor.out).checks;
    const found = checks.filter(({ area }) => area === "values of the beamline").map((
      { name, status },
    ) => [name, status]);
    assert.deepEqual(found, [
      ["attributes of devices", "ok"],
      [server.attribute("Nothing"), "warning"],
      [dead, "warning"],
    ]);

    write([server.attribute("Position")]);
    assert.equal((await runCli(["tango", "values", "--config", config])).code, 0);
    write(["Position"]);
    const refused = await runCli(["tango", "values", "--config", config]);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /\[plugins\.tango\] attributes\.0\.name: it is not a name of an attribute/);
  },
});
