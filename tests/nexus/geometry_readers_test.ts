/** Programs that follow the delivered geometry put each pixel where pyFAI has it; PEWATCH_PYTHON has them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { sidecarText, Way } from "../frames/way.ts";
import { placements, UPRIGHT } from "../geometry/placements.ts";
import { NXMX } from "./frame.ts";
import { pythonTest, runPython } from "./python.ts";

const FRAMES = 50;
const DEGREE = Math.PI / 180;

interface Reading {
  readonly part: number[];
  /** Largest difference of a coordinate of a pixel, in metres. */
  readonly chain: number;
  readonly poni: number;
  readonly beam_x: number;
  readonly beam_y: number;
  readonly distance: number;
  readonly supports: boolean;
  readonly axes: number[];
  readonly is_nxmx: number | null;
  readonly shape: number[];
  readonly wavelength: number;
  readonly curve?: number;
  readonly highest?: number;
}

type Numbers = Readonly<Record<string, number>>;

/** Fifty detectors as QXRD writes them, near and far, tilted to all sides and not at all. */
function sidecars(): Numbers[] {
  return [UPRIGHT, ...placements(FRAMES - 1)].map((placement) => ({
    centerX: placement.beamCenterX_px,
    centerY: placement.beamCenterY_px,
    detectorXPixelSize: placement.xPixelSize_m * 1e6,
    detectorYPixelSize: placement.yPixelSize_m * 1e6,
    detectorDistance: placement.distance_m * 1e3,
    energy: 42_700,
    detectorTilt: placement.tilt_rad / DEGREE,
    tiltPlaneRotation: placement.tiltPlaneRotation_rad / DEGREE % 360,
  }));
}

interface Frame {
  readonly nexus: string;
  readonly poni: string;
  readonly sidecar: Numbers;
  readonly integrate: boolean;
}

function wayWith(profile: "base" | "nxmx"): Way {
  return new Way({ ...NXMX, nexus: { profile }, geometry: { files: ["poni"] } });
}

async function deliver(way: Way, sidecars: readonly Numbers[]): Promise<Frame[]> {
  const frames = sidecars.map((sidecar, index) => {
    const lines = Object.entries(sidecar).map(([key, value]) => `${key}=${value}`);
    const more = ["[centerfinder]", "implementTilt=true", ...lines].join("\n");
    const stem = `P-${String(index).padStart(5, "0")}`;
    way.put({ name: `${stem}.tif`, seed: index, sidecar: sidecarText({ seed: index, more }) });
    const path = join(way.output, stem);
    return { nexus: `${path}.nxs`, poni: `${path}.poni`, sidecar, integrate: index % 10 === 3 };
  });
  await way.fire(2);
  return frames;
}

pythonTest(`nxmx and pyFAI follow ${FRAMES} geometries, in both profiles, to pyFAI's own places`, async () => {
  using base = wayWith("base");
  using nxmx = wayWith("nxmx");
  // Both profiles have the chain from one place in the code; the readers take some tenths of a second for each.
  const inBase = await deliver(base, sidecars().slice(0, 10));
  const inNxmx = await deliver(nxmx, sidecars());
  const readings = await runPython<Reading[]>("geometry_readers.py", [JSON.stringify([...inBase, ...inNxmx])]);
  assert.equal(readings.length, inBase.length + FRAMES);
  readings.forEach((reading, index) => {
    const about = `frame ${index}: ${JSON.stringify(reading)}`;
    assert(reading.chain < 1e-9, about);
    assert(reading.poni < 1e-9, about);
    for (const apart of [reading.beam_x, reading.beam_y]) assert(Math.abs(apart) < 1e-8, about);
    assert(Math.abs(reading.distance) < 1e-12, about);
    assert(reading.wavelength < 1e-9, about);
    assert.deepEqual(reading.part, [16, 32]);
    assert.deepEqual(reading.shape, [16, 32]);
    assert.deepEqual(reading.axes, [0.5, 0.5]);
    assert.equal(reading.supports, true);
    assert.equal(reading.is_nxmx, index < inBase.length ? null : 1);
    if (reading.curve !== undefined) assert(reading.curve < 1e-5 * reading.highest!, about);
  });
  assert.equal(readings.filter(({ curve }) => curve !== undefined).length, 6);
});
