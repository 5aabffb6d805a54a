/** The recipes of docs/values.md as they stand there, of devices that are here: what they say is in the frames' files. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DaemonChild, writeConfiguration } from "../../faults/daemon_child.ts";
import { libraries } from "../../frames/way.ts";
import { TempFolder } from "../../temp_folder.ts";
import { putPresentFrame } from "./present_frames.ts";
import { CAN_READ, until, ValuesServer } from "./servers.ts";

const PAGE = new URL("../../../docs/values.md", import.meta.url);

/** The first block of a language below a heading. */
function blockOf(heading: string, language: string): string {
  const page = Deno.readTextFileSync(PAGE).split("\r\n").join("\n");
  const section = page.slice(page.indexOf(`\n## ${heading}\n`));
  const found = new RegExp(`\\n\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(section);
  assert.ok(found !== null, `${heading} has no block of ${language}`);
  return found[1]!;
}

Deno.test({
  name: "the recipes give what they promise: a position, a temperature over the exposure, a proposal, the ring current",
  ignore: !CAN_READ || Deno.build.os === "windows",
  async fn() {
    await using server = await ValuesServer.start({ devices: 2 });
    let recipes = blockOf("Recipes", "toml");
    const devices = {
      "p02/motor/sample_x/Position": server.attribute("Position"),
      "p02/eurotherm/1/Temperature": server.attribute("Temperature"),
      "p02/control/proposal/Id": server.attribute("Proposal"),
      "tango://machine-db:10000/petra/globals/keyword/BeamCurrent": server.attribute("Position", 2),
    };
    assert.equal(recipes.split("[[plugins.tango.attributes]]").length - 1, Object.keys(devices).length);
    for (const [name, here] of Object.entries(devices)) {
      assert.ok(recipes.includes(`"${name}"`), name);
      recipes = recipes.replace(`"${name}"`, `"${here}"`);
    }
    using folder = new TempFolder();
    const configuration = writeConfiguration(
      folder.path,
      `[log]\nfile = ''\n[plugins.tango]\nperiod_s = 0.2\n${recipes}`,
    );
    await using daemon = new DaemonChild(configuration);
    await daemon.holdsFolders();
    let number = 0;
    let found = new Map<string, unknown>();
    await until(async () => {
      const name = `P-${String(++number).padStart(5, "0")}`;
      await putPresentFrame(configuration.folders.raw, `${name}.tif`, { side: 64, seed: number });
      const path = join(configuration.folders.output, `${name}.nxs`);
      await until(() => isThere(path), () => `${path} is not delivered`);
      found = read(path);
      return [...found.values()].every((value) => value !== null);
    }, () => Deno.inspect(found));
    assert.deepEqual(Object.fromEntries(found), {
      "sample/positioner_x/value/average_value": 1.5,
      "sample/temperature/average_value": 295.25,
      "sample/temperature/minimum_value": 295.25,
      "sample/temperature/maximum_value": 295.25,
      "instrument/parameters/proposal": "I-20260001 Größe",
      "instrument/source/current/average_value": 1.5,
    });
    assert.equal((await daemon.end("SIGTERM")).code, 0);
  },
});

function read(path: string): Map<string, unknown> {
  using file = libraries.hdf5.openFile(path);
  const paths = [
    "sample/positioner_x/value/average_value",
    ...["average", "minimum", "maximum"].map((kind) => `sample/temperature/${kind}_value`),
    "instrument/parameters/proposal",
    "instrument/source/current/average_value",
  ];
  return new Map(paths.map((name) => {
    try {
      using dataset = file.root.open(`entry/${name}`);
      if (dataset?.kind !== "dataset") return [name, null];
      return [name, dataset.read({ elementsMax: 1 })];
    } catch {
      return [name, null];
    }
  }));
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
