/** Patterns of a running daemon, and what other programs make of them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readXye } from "../../src/integration/xye.ts";
import { simulate } from "../../src/qxrd/simulator/simulate.ts";
import { quickSettings, settingsIn, until } from "../daemon/helpers.ts";
import { Place } from "../daemon/place.ts";
import { PYTHON } from "./memcached_server.ts";
import { assertRefused } from "./plugin_context.ts";

const SCRIPT = fileURLToPath(new URL("../patterns/readers.py", import.meta.url));
const SIDE = 512;
const FRAMES = 5;

interface Readings {
  readonly frames: Readonly<Record<string, { series: number[]; xye: number[]; gsas: boolean }>>;
  readonly gsas_series: number[];
  readonly names: string[];
  readonly flags: boolean[];
  readonly edges_fit: boolean;
  readonly silx: { signal: number[]; axes: string[]; spectrum: string };
  readonly pyfai: string;
  readonly nxcheck: { counts: number[]; lines: string[] };
  readonly application: { counts: number[]; lines: string[] };
  readonly cake: { counts: number[]; lines: string[] };
  readonly cake_shape: number[];
}

async function runDaemon(place: Place, table: Record<string, unknown>, count: number) {
  const daemon = await place.started({
    ...quickSettings(place.path, { integrate: table }),
    source: { name: "PETRA III", type: "Synchrotron X-ray Source", probe: "x-ray" },
    beamline: { name: "P02.2" },
    geometry: { files: ["poni"] as const, beside: "folder" as const },
  });
  const plugin = () => daemon.status().plugins.find(({ name }) => name === "integrate");
  await until(
    () => (plugin()?.firings ?? 0) > 0 || place.log.lines.some((line) => /integrate.*(setup|poni|mask)/.test(line)),
    "the plugin",
  );
  const folder = place.join("raw");
  for await (const _ of simulate({ folder, width: SIDE, height: SIDE, count, rate_per_s: 0, type: "uint32" }));
  await until(() => daemon.status().frames.delivered === count, "the deliveries");
  const done = () => {
    const counters = plugin()?.counters ?? {};
    return (counters["patterns"] ?? 0) + (counters["frames_without_pattern"] ?? 0) === count;
  };
  await until(done, "the patterns");
  const { counters } = plugin()!;
  await daemon.close();
  return { counters, parameters: daemon.parameters };
}

Deno.test({
  name: "each delivered frame has its pattern, which pyFAI, silx, nxcheck, Dioptas and GSAS-II's rules take",
  ignore: PYTHON === undefined,
  async fn() {
    await using place = new Place(null);
    const table = { polarization_factor: 0.95, calibrant: "CeO2", cake: 3, npt: 900 };
    const { counters, parameters } = await runDaemon(place, table, FRAMES);
    const output = place.join("output");
    assert.deepEqual(place.log.lines.filter((line) => /^(warn|error) /.test(line)), []);
    assert.equal(counters["patterns"], FRAMES);
    const { success, stdout, stderr } = await new Deno.Command(PYTHON!, {
      args: [SCRIPT, output, join(output, "geometry.poni")],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const found = JSON.parse(new TextDecoder().decode(stdout)) as Readings;
    const names = Array.from({ length: FRAMES }, (_, index) => `CeO2-0000${index + 1}.tif`);
    assert.deepEqual(found.names.toSorted(), names);
    for (const { series, xye, gsas } of Object.values(found.frames)) {
      assert.ok(series[0]! < 1e-12 && series[1]! < 1e-6 && series[2]! < 1e-6, JSON.stringify(series));
      assert.ok(xye.every((difference) => difference < 1e-6) && gsas, JSON.stringify(xye));
    }
    assert.deepEqual(found.flags, [true, true, false]);
    assert.equal(found.edges_fit, true);
    const npt = found.silx.signal[1]!;
    assert.deepEqual(found.silx, { signal: [FRAMES, npt], axes: ["None", "radial_axis"], spectrum: "spectrum" });
    assert.deepEqual(found.gsas_series, [FRAMES, npt]);
    assert.equal(found.pyfai, "/entry/data");
    assert.deepEqual(found.application, { counts: [0, 0], lines: [] });
    assert.equal(found.nxcheck.counts[1], 0, JSON.stringify(found.nxcheck));
    assert.deepEqual([found.cake.counts, found.cake_shape], [[0, 0], [1, 360, npt]], JSON.stringify(found.cake));
    const { header } = readXye(Deno.readTextFileSync(join(output, "CeO2-00001.xye")));
    assert.equal(header.get("image"), "CeO2-00001.tif");
    assert.equal(header.get("polarization_factor"), "0.95");
    for (const name of ["total_counts", "change", "ring_shift", "rings"]) {
      const reading = parameters?.get(`pattern_${name}`);
      assert.ok(typeof reading?.value === "number", name);
      assert.match(reading.origin ?? "", /^integrate of CeO2-0000/);
    }
    const shift = parameters?.get("pattern_ring_shift")?.value as number;
    assert.ok(Math.abs(shift) < 0.2, `${shift}`);
  },
});

Deno.test("wrong settings and files are refused by name before the first frame", async () => {
  await using place = new Place(null);
  const standard = settingsIn(place.path, { integrate: { mask: place.join("nowhere.msk") } });
  const daemon = await place.started({ ...standard, daemon: { ...standard.daemon, ticktack: 0.05 } });
  const error = () => daemon.status().plugins.find(({ name }) => name === "integrate")?.lastError ?? "";
  await until(() => error() !== "", "the refusal");
  assert.match(error(), /mask: there is no file .*nowhere\.msk/);
  await assertRefused("integrate", [
    [{ pony: "x" }, /pony: there is no such key; there are poni, mask/],
    [{ unit: "q" }, /unit: one of "2th_deg"/],
    [{ npt: 70_000 }, /npt: a whole number from 1 to 65000/],
    [{ radial_range: [5, 1] }, /radial_range: two numbers .* the smaller one first/],
    [{ files: [] }, /files: one of "xye" and "h5"/],
    [{ subfolder: "../away" }, /subfolder: /],
    [{ calibrant: "Au" }, /calibrant: one of "CeO2", "LaB6", "Si"/],
  ]);
});
