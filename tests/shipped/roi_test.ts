import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { simulate } from "../../src/qxrd/simulator/simulate.ts";
import type { DeliveredFrame } from "../../src/plugins/contract.ts";
import { tempFolder } from "../daemon/helpers.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { PYTHON } from "./memcached_server.ts";
import { assertRefused, faultsOf, frameIn, PluginUnderTest } from "./plugin_context.ts";

const REGIONS = [
  { name: "all", x: 0, y: 0, width: 320, height: 240 },
  { name: "corner", x: 300, y: -20, width: 100, height: 50 },
  { name: "row", x: 7, y: 200, width: 11, height: 1 },
];
const VALUES = ["sum", "mean", "min", "max", "std", "pixels"];

/** Frames as the simulator writes them, where they would stand after their delivery. */
async function framesIn(folder: string, type: "float32" | "uint32" | "uint16"): Promise<DeliveredFrame[]> {
  const frames: DeliveredFrame[] = [];
  for await (
    const { imagePath, sidecarPath, number } of simulate({
      folder,
      type,
      width: 320,
      height: 240,
      count: 3,
      rate_per_s: 0,
    })
  ) {
    const name = imagePath.slice(folder.length + 1);
    frames.push(frameIn(folder, { name, number, sidecar: Deno.readTextFileSync(sidecarPath!) }));
  }
  return frames;
}

interface Row {
  readonly [column: string]: string;
}

function readCsv(path: string): Row[] {
  const [header, ...lines] = Deno.readTextFileSync(path).trimEnd().split("\r\n").map((line) => line.split(","));
  return lines.map((line) => Object.fromEntries(line.map((cell, index) => [header![index]!, cell])));
}

for (const type of ["float32", "uint32", "uint16"] as const) {
  Deno.test({
    name: `roi: values of ${type} frames are those that tifffile and numpy give`,
    ignore: PYTHON === undefined,
    async fn() {
      using folder = tempFolder();
      const frames = await framesIn(folder.path, type);
      await using under = await PluginUnderTest.start("roi", { regions: REGIONS, values: VALUES });
      await under.fire(...frames);
      const rows = readCsv(join(folder.path, "roi.csv"));
      assert.equal(rows.length, 3);
      const truth = await byNumpy(frames.map(({ files }) => files.image));
      for (const [index, row] of rows.entries()) {
        for (const { name } of REGIONS) {
          for (const value of VALUES) {
            const expected = truth[index]![name]![value]!;
            const found = Number(row[`${name}_${value}`]);
            assert.ok(
              Math.abs(found - expected) <= 1e-9 * Math.abs(expected),
              `${name}_${value}: ${found}, numpy ${expected}`,
            );
          }
        }
        assert.equal(row["note"], "corner cut to 20 x 30");
      }
    },
  });
}

async function byNumpy(images: string[]): Promise<Record<string, Record<string, number>>[]> {
  const script = fileURLToPath(new URL("./region_values.py", import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(PYTHON!, {
    args: [script, JSON.stringify(REGIONS), ...images],
  })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("roi: parameters say of which frame they are and when that was taken", async () => {
  using folder = tempFolder();
  const frames = await framesIn(folder.path, "uint16");
  await using under = await PluginUnderTest.start("roi", {
    regions: [REGIONS[0]],
    values: ["sum", "pixels"],
    unit: "counts",
    csv: false,
  });
  await under.fire(...frames);
  assert.deepEqual([...under.parameters.keys()], ["all_sum", "all_pixels"]);
  const { value: _, time, ...sum } = under.parameters.get("all_sum")!;
  const last = frames.at(-1)!;
  assert.deepEqual(sum, { name: "all_sum", unit: "counts", origin: `roi of ${last.name}` });
  assert.equal(time.getTime(), Math.round(last.sidecar()!.view.timeStamp_s! * 1000));
  assert.deepEqual(under.parameters.get("all_pixels")?.value, 320 * 240);
  assert.equal(under.parameters.get("all_pixels")?.unit, undefined);
  assert.throws(() => Deno.statSync(join(folder.path, "roi.csv")), Deno.errors.NotFound);
});

Deno.test("roi: a clock that is ahead does not hide a parameter from later frames", async () => {
  using folder = tempFolder();
  const [frame] = await framesIn(folder.path, "uint16");
  await using under = await PluginUnderTest.start("roi", { regions: [REGIONS[0]] });
  const deliveredAt = new Date(Date.now() - 3_600_000);
  await under.fire({ ...frame!, deliveredAt });
  assert.deepEqual(under.parameters.get("all_sum")?.time, deliveredAt);
});

Deno.test("roi: what cannot be measured is noted and counted, and stops nothing else", async () => {
  using folder = tempFolder();
  const [good, gone] = await framesIn(folder.path, "float32");
  Deno.removeSync(gone!.files.image);
  Deno.writeFileSync(join(folder.path, "packed.tif"), makeTiff({ compression: 5 }));
  const regions = [{ name: "far", x: 1000, y: 0, width: 5, height: 5 }, ...REGIONS];
  await using under = await PluginUnderTest.start("roi", { regions, values: ["sum"] });
  await under.fire(gone!, frameIn(folder.path, { name: "packed.tif" }), good!, good!);
  const rows = readCsv(join(folder.path, "roi.csv"));
  assert.match(rows[0]!["note"]!, /^Cannot read image .*: it no longer exists/);
  assert.match(rows[1]!["note"]!, /Cannot read image .*packed/);
  assert.equal(rows[1]!["all_sum"], "");
  assert.equal(rows[2]!["note"], "far lies outside; corner cut to 20 x 30");
  assert.equal(rows[2]!["far_sum"], "");
  assert.ok(Number(rows[2]!["all_sum"]) > 0);
  assert.deepEqual(under.counters, { frames: 2, frames_unread: 2, regions_outside: 2 });
  assert.equal(under.lines.filter((line) => line.includes("region far")).length, 1, "reported once");
  assert.ok(!under.parameters.has("far_sum"));
});

Deno.test("roi: pixels that are NaN are left out, saturated ones counted, and a dark sets no parameter", async () => {
  using folder = tempFolder();
  const pixels = Float32Array.from({ length: 16 }, (_, index) => index);
  pixels[3] = NaN;
  const tiff = makeTiff({ width: 4, height: 4, pixels: new Uint8Array(pixels.buffer) });
  Deno.writeFileSync(join(folder.path, "P-00001.tif"), tiff);
  await using under = await PluginUnderTest.start("roi", {
    regions: [{ name: "all", x: 0, y: 0, width: 4, height: 4 }],
    values: ["sum", "invalid", "saturated"],
    saturation: 14,
  });
  await under.fire(frameIn(folder.path, { dark: true }));
  const [row] = readCsv(join(folder.path, "roi.csv"));
  assert.deepEqual([row!["all_sum"], row!["all_invalid"], row!["all_saturated"]], ["117", "1", "2"]);
  assert.equal(row!["note"], "dark; all has 1 invalid pixels");
  assert.equal(under.parameters.size, 0);
});

Deno.test("roi: without a value of its own, saturation is that of the frame's NeXus file", async () => {
  using folder = tempFolder();
  const regions = [{ name: "all", x: 0, y: 0, width: 2, height: 2 }];
  await using under = await PluginUnderTest.start("roi", { regions, values: ["saturated"] }, { saturation_value: 100 });
  const counts = [99, 100, 299, 300];
  const cases = [
    [new Uint16Array(counts), "dataType=1\nsummedExposures=1", "3"],
    [new Uint16Array(counts), null, "3"],
    [new Uint16Array(counts), "dataType=5\nsummedExposures=1", "0"],
    [new Uint32Array(counts), "dataType=2\nsummedExposures=3", "1"],
    [new Uint32Array(counts), "dataType=3\nsummedExposures=3", "1"],
    [new Uint32Array(counts), null, "0"],
    [new Float32Array(counts), "dataType=5\nsummedExposures=3", "0"],
    [new Float32Array(counts), "dataType=1\nsummedExposures=1", "0"],
    [new Int16Array(counts), "dataType=1\nsummedExposures=1", "0"],
  ] as const;
  const frames = cases.map(([pixels, metadata], index) => {
    const name = `P-${index}.tif`;
    const bits = pixels.BYTES_PER_ELEMENT === 2 ? 16 : 32;
    const format = pixels instanceof Float32Array ? 3 : pixels instanceof Int16Array ? 2 : 1;
    const bytes = new Uint8Array(pixels.buffer);
    const tiff = makeTiff({ width: 2, height: 2, bits, format, pixels: bytes });
    Deno.writeFileSync(join(folder.path, name), tiff);
    return frameIn(folder.path, { name, sidecar: metadata === null ? null : `[metadata]\n${metadata}\n` });
  });
  await under.fire(...frames);
  assert.deepEqual(
    readCsv(join(folder.path, "roi.csv")).map((row) => row["all_saturated"]),
    cases.map(([, , expected]) => expected),
  );
});

Deno.test("roi: a wrong table is refused with what would be right", async () => {
  const region = REGIONS[0];
  assert.deepEqual(await faultsOf("roi", { regions: [region] }), []);
  assert.deepEqual(await faultsOf("roi", {}), ["regions: this key is needed"]);
  await assertRefused("roi", [
    [{ regions: [region, region] }, /all is there twice/],
    [{ regions: [{ ...region, name: "a b" }] }, /^regions\.0\.name: a name of letters/],
    [{ regions: [{ ...region, width: 0 }] }, /^regions\.0\.width: a whole number from 1 /],
    [{ regions: [{ ...region, x: 1.5 }] }, /^regions\.0\.x: a whole number/],
    [{ regions: [{ name: "a" }] }, /^regions\.0\.x: this key is needed/],
    [{ regions: [region], values: ["median"] }, /^values\.0: one of "sum", "mean"/],
  ]);
});
