/** A running daemon, a PyTango server and frames: what the devices had stands in the frames' files; a hung one costs nothing. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DaemonChild, writeConfiguration } from "../../faults/daemon_child.ts";
import { libraries } from "../../frames/way.ts";
import { TempFolder } from "../../temp_folder.ts";
import { putPresentFrame } from "./present_frames.ts";
import { PYTHONS } from "../../ffi/tango/environment.ts";
import { CAN_READ, until, ValuesServer } from "./servers.ts";

function table(name: string, more: string): string {
  return `[[plugins.tango.attributes]]\nname = "${name}"\n${more}\n`;
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

Deno.test({
  name: "frames of a running daemon have the values of devices, with an NXlog, texts and notes of what is absent",
  ignore: !CAN_READ || Deno.build.os === "windows",
  async fn() {
    // Without a database a server of PyTango 9 crashes when its configuration is changed.
    await using server = await ValuesServer.start({ python: PYTHONS.at(-1)!.python });
    await using hung = await ValuesServer.start();
    hung.freeze(true);
    using folder = new TempFolder();
    const configuration = writeConfiguration(
      folder.path,
      [
        "[log]",
        "file = ''",
        "[plugins.tango]",
        "period_s = 0.2",
        table(
          server.attribute("Position"),
          'parameter = "sample_x"\npath = "/entry/sample/positioner_x:NXpositioner/value"',
        ),
        table(
          server.attribute("Temperature"),
          'parameter = "temperature"\nlog = false\npath = "/entry/sample/temperature"',
        ),
        table(server.attribute("Proposal"), 'parameter = "proposal"'),
        table(hung.attribute("Position"), 'parameter = "hung"'),
      ].join("\n"),
    );
    await using daemon = new DaemonChild(configuration);
    await daemon.holdsFolders();
    const read = (number: number) => {
      const path = join(configuration.folders.output, `P-0000${number}.nxs`);
      return until(() => isThere(path), () => `${path} is not delivered`).then(() => path);
    };
    // Frames come before the first reading, too.
    let number = 0;
    const next = async () => {
      await putPresentFrame(configuration.folders.raw, `P-0000${++number}.tif`, { side: 64, seed: number });
      return await read(number);
    };
    await next();
    await server.call("SetPosition", 7.25);
    let path = await next();
    await until(async () => {
      path = await next();
      return number > 8 || averageIn(path) === 7.25;
    }, () => "no frame has the position");
    using file = libraries.hdf5.openFile(path);
    using log = groupAt(file.root, "entry/sample/positioner_x/value");
    assert.equal(log.readAttribute("NX_class", { elementsMax: 1 }), "NXlog");
    assert.equal(averageIn(path), 7.25);
    using value = datasetAt(file.root, "entry/sample/positioner_x/value/value");
    assert.equal(value.readAttribute("units", { elementsMax: 1 }), "mm");
    assert.equal(value.readAttribute("quality", { elementsMax: 1 }), "VALID");
    assert.equal(value.readAttribute("origin", { elementsMax: 1 }), server.attribute("Position"));
    using temperature = datasetAt(file.root, "entry/sample/temperature");
    assert.equal(temperature.read({ elementsMax: 1 }), 295.25);
    using proposal = datasetAt(file.root, "entry/instrument/parameters/proposal");
    assert.equal(proposal.read({ elementsMax: 1 }), "I-20260001 Größe");
    await server.configure("Position", { unit: "um" });
    await server.call("SetPosition", 7250);
    let [average, unit] = [averageIn(path), "mm"];
    await until(async () => {
      path = await next();
      [average, unit] = [averageIn(path), unitIn(path)];
      return unit === "um" && average === 7250;
    }, () => `${average} ${unit}`);
    const text = new TextDecoder("latin1").decode(Deno.readFileSync(path));
    assert.match(text, /parameter hung has no value: timed out: /);
    assert.equal((await daemon.end("SIGTERM")).code, 0);
  },
});

type Group = ReturnType<typeof libraries.hdf5.openFile>["root"];

function groupAt(root: Group, path: string) {
  const opened = root.open(path);
  assert.ok(opened?.kind === "group", path);
  return opened;
}

function datasetAt(root: Group, path: string) {
  const opened = root.open(path);
  assert.ok(opened?.kind === "dataset", path);
  return opened;
}

function unitIn(path: string): string {
  using file = libraries.hdf5.openFile(path);
  using value = datasetAt(file.root, "entry/sample/positioner_x/value/value");
  return String(value.readAttribute("units", { elementsMax: 1 }));
}

function averageIn(path: string): unknown {
  using file = libraries.hdf5.openFile(path);
  try {
    using average = datasetAt(file.root, "entry/sample/positioner_x/value/average_value");
    return average.read({ elementsMax: 1 });
  } catch {
    return null;
  }
}
