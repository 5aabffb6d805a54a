/** The pattern of the plugin integrate below the known frame's image, and the ring that links both. */
import assert from "node:assert/strict";
import { planeOf, qOf, twoThetaAt } from "../../src/geometry/pixels.ts";
import { ringOf } from "../../src/geometry/ring.ts";
import type { GeometryPayload, HelloPayload, PatternPayload } from "../../src/http/payloads.ts";
import type { OpenPage } from "./open_page.ts";
import { SIZE } from "./test_frame.ts";

export async function lookAtPattern(test: Deno.TestContext, { daemon, tab }: OpenPage): Promise<void> {
  const { page } = tab;
  await tab.sees(".pattern .soft", "intensity over q, Å⁻¹");
  await page.locator(".pattern canvas").waitFor();
  const pattern = await read<PatternPayload>("api/frames/latest/pattern");
  const { geometry } = await read<HelloPayload>("api/state");
  assert.ok(geometry !== null && pattern.x.length > 100);
  const plane = planeOf(geometry.placement);
  const canvas = page.locator(".stage canvas");
  // It would be crossed by the ring elsewhere.
  await canvas.press("c");

  await test.step("on the image the ring goes through all pixels of the cursor's angle, tilt included", async () => {
    const cursor = await tab.screenPlace(900, 900, SIZE);
    await page.mouse.move(cursor.x, cursor.y);
    await tab.until(async () => /^\d/.test(await tab.fact("2θ")), "the cursor's angle");
    const [column, row] = await tab.pixel();
    const ring = ringOf(plane, twoThetaAt(plane, column + 0.5, row + 0.5)).filter(isInside);
    assert.ok(ring.length > 100);
    for (const point of [ring[10]!, ring[ring.length >> 1]!, ring.at(-10)!]) {
      await tab.until(async () => await isWhiteNear(point), `the ring at ${point}`);
    }
    await page.locator(".pattern .u-cursor-x").waitFor({ state: "visible" });
  });

  await test.step("on the pattern the cursor's q draws the same ring on the image", async () => {
    const plot = (await page.locator(".pattern .u-over").boundingBox())!;
    const part = 0.45;
    await page.mouse.move(plot.x + part * plot.width, plot.y + plot.height / 2);
    const [first, last] = [pattern.x[0]!, pattern.x.at(-1)!], q = first + part * (last - first);
    const point = placeOfQ(geometry, q);
    await tab.until(async () => await isWhiteNear(point), `the ring of ${q} at ${point}`);
    await page.mouse.move(5, 5);
    await tab.until(async () => !await isWhiteNear(point), "no ring without a cursor");
  });
  await canvas.press("c");

  function isInside(point: readonly [number, number] | null): point is readonly [number, number] {
    return point !== null && point.every((at) => at > 10 && at < SIZE - 10);
  }

  /** Where the ray of that q meets the detector to the left of the beam. */
  function placeOfQ({ wavelength_A, x_px, y_px }: GeometryPayload, q: number): [number, number] {
    for (let x = x_px; x > 0; x -= 0.1) {
      if (qOf(twoThetaAt(plane, x, y_px), wavelength_A! * 1e-10) * 1e-10 >= q) return [x, y_px];
    }
    assert.fail(`${q} lies outside of the image`);
  }

  /** The ring is white between two dark lines; half a pixel of the screen is no error. */
  async function isWhiteNear([x, y]: readonly [number, number]): Promise<boolean> {
    for (const [dx, dy] of [[0, 0], [2, 0], [-2, 0], [0, 2], [0, -2]] as const) {
      const colour = await tab.colourAt(x + dx, y + dy, SIZE);
      if (colour.every((part) => part > 150) && Math.max(...colour) - Math.min(...colour) < 60) return true;
    }
    return false;
  }

  async function read<Payload>(path: string): Promise<Payload> {
    return await (await fetch(daemon.url + path)).json();
  }
}
