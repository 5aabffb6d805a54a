/** A running daemon, an IOC and frames: h5py reads the variables' values in delivered files; of any program. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DaemonChild, writeConfiguration } from "../faults/daemon_child.ts";
import { putPresentFrame } from "../tango/values/present_frames.ts";
import { until } from "../tango/values/servers.ts";
import { exists } from "../folders.ts";
import { TempFolder } from "../temp_folder.ts";
import { Ioc, PYTHON } from "./ioc.ts";

const SCRIPT = fileURLToPath(new URL("./read_values.py", import.meta.url));

async function read(path: string) {
  const { success, stdout, stderr } = await new Deno.Command(PYTHON!, { args: [SCRIPT, path] }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** @param program what is run as the daemon; the sources where absent */
export async function framesHaveValues(program?: readonly string[]): Promise<void> {
  await using ioc = await Ioc.start();
  using folder = new TempFolder();
  const configuration = writeConfiguration(
    folder.path,
    [
      "[log]",
      "file = ''",
      "[plugins.epics]",
      `addresses = ["127.0.0.1:${ioc.port}"]`,
      "auto_addresses = false",
      ...[
        'name = "PW:TEST:temp"\nparameter = "temperature"\npath = "/entry/sample/temperature_log/value"\nlog = true',
        'name = "PW:TEST:shutter"\nparameter = "shutter"',
        'name = "PW:TEST:sample"\npath = "/entry/sample/description"',
        'name = "PW:TEST:nothing"\nparameter = "nothing"',
      ].map((lines) => `[[plugins.epics.pvs]]\n${lines}`),
    ].join("\n"),
  );
  await using daemon = new DaemonChild(configuration, program);
  await daemon.holdsFolders();
  let number = 0;
  const next = async () => {
    const stem = `P-${String(++number).padStart(5, "0")}`;
    await putPresentFrame(configuration.folders.raw, `${stem}.tif`, { side: 64, seed: number });
    const path = join(configuration.folders.output, `${stem}.nxs`);
    await until(() => exists(path), () => `${path} is not delivered`);
    return await read(path);
  };
  await until(async () => (await next()).temperature !== null, () => "no frame has the temperature");
  await ioc.call("set temp 305");
  let found = await next();
  await until(async () => {
    found = await next();
    return found.temperature?.values.at(-1) === 305 && found.notes.includes("nothing");
  }, () => `no frame has the new temperature: ${JSON.stringify(found)}`);
  const { temperature } = found;
  assert.deepEqual([temperature.class, temperature.units, temperature.average], ["NXlog", "K", 305]);
  assert.match(temperature.quality, /MINOR/);
  assert.deepEqual([found.shutter, found.shutterNumber, found.description], ["OPEN", 1, "CeO2 Größe"]);
  assert.match(found.notes, /parameter nothing has no value: not defined: no server answers/);
  assert.equal(found.nothing, false);
}
