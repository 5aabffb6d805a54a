/**
 * The image in a browser, by what it shows: colours at known places, values of known pixels, 2θ, q and d as pyFAI's.
 * For the sources and for the Windows executable.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { StartOptions } from "../e2e/child.ts";
import { counts } from "../../src/http/page/format.ts";
import type { Dom, Tab } from "./browser.ts";
import { type OpenPage, openPage } from "./open_page.ts";
import { lookAtPattern } from "./pattern_steps.ts";
import { BRIGHT, DARK, knownFrame, SATURATED, SATURATION, SIZE, STRIPES, valueOf } from "./test_frame.ts";

const GEOMETRY = {
  distance_mm: 300,
  beam_x: 655.25,
  beam_y: 540.5,
  tilt_deg: 7.5,
  rotation_deg: 35,
  pixel_m: 2e-4,
  wavelength_m: 0.1848e-10,
};

const TABLES = {
  beamline: { wavelength_angstrom: GEOMETRY.wavelength_m * 1e10 },
  detector: {
    distance_mm: GEOMETRY.distance_mm,
    beam_center_x_px: GEOMETRY.beam_x,
    beam_center_y_px: GEOMETRY.beam_y,
    tilt_deg: GEOMETRY.tilt_deg,
    tilt_plane_rotation_deg: GEOMETRY.rotation_deg,
    x_pixel_size_um: GEOMETRY.pixel_m * 1e6,
    y_pixel_size_um: GEOMETRY.pixel_m * 1e6,
    saturation_value: SATURATION,
  },
  "plugins.integrate": { unit: "q_A^-1" },
};
const ROW = 600;

/** The known frame's pattern, then its image. */
export async function lookAtKnownFrame(test: Deno.TestContext, options: StartOptions = {}): Promise<void> {
  await using opened = await openPage(TABLES, options);
  const { bytes, sidecar } = knownFrame();
  opened.daemon.place.put("known.tif", bytes, sidecar);
  await opened.tab.sees(".image h2", "known.tif");
  await lookAtPattern(test, opened);
  await lookAtImage(test, opened);
}

async function lookAtImage(test: Deno.TestContext, { tab }: OpenPage): Promise<void> {
  const { page } = tab;
  await tab.until(async () => (await grey(tab, 900)) !== null, "an image");
  await page.selectOption("select[aria-label='Colour map']", "Grey");

  await test.step("linear, square root and logarithm between fixed levels", async () => {
    await page.fill(".pair input >> nth=0", "0");
    await page.keyboard.press("Enter");
    await page.fill(".pair input >> nth=1", String(2 * BRIGHT));
    await page.keyboard.press("Enter");
    for (
      const [name, part] of [
        ["Linear", 0.5],
        ["Sqrt", Math.sqrt(0.5)],
        // What is at or below a ten-thousandth of white is black.
        ["Log", Math.log(BRIGHT / 2) / Math.log(1e4)],
      ] as const
    ) {
      await page.click(`.bar button:text-is('${name}')`);
      await tab.until(async () => near(await grey(tab, 700), 255 * part), `${name}: a grey of ${255 * part}`);
    }
    assert.ok((await grey(tab, 200))! < (await grey(tab, 700))!, "what is weak is darker");
  });

  await test.step("levels that a person sets, and automatic ones again", async () => {
    await page.click(".bar button:text-is('Linear')");
    await page.fill(".pair input >> nth=1", String(DARK));
    await page.keyboard.press("Enter");
    await tab.until(async () => near(await grey(tab, 200), 255), "the weak half is white");
    await page.click(".side button:text-is('Auto')");
    await tab.until(async () => (await grey(tab, 200))! < 20, "the weak half is nearly black again");
  });

  await test.step("saturated pixels are red, and counted", async () => {
    const middle = (SATURATED.from + SATURATED.to) / 2;
    const [red, green, blue] = await tab.colourAt(middle, middle, SIZE);
    assert.ok(red > 200 && green < 100 && blue < 100, `${red}, ${green}, ${blue}`);
    const side = SATURATED.to - SATURATED.from;
    await tab.until(
      async () => (await tab.fact("Saturated")).replace(/\D/g, "") === String(side ** 2),
      "the count",
    );
  });

  await test.step("the beam's cross lies at its centre, and can be taken away", async () => {
    const arm = { x: GEOMETRY.beam_x, y: GEOMETRY.beam_y - 12 * await framePixels(tab) };
    const colour = async () => (await tab.colourAt(arm.x, arm.y, SIZE))[0];
    const crossed = await colour();
    await page.locator(".stage canvas").press("c");
    await tab.until(async () => !near(await colour(), crossed), "no cross");
    await page.locator(".stage canvas").press("c");
    await tab.until(async () => near(await colour(), crossed), "the cross again");
  });

  await test.step("x, y, 2θ, q and d under the cursor are pyFAI's for that pixel", async () => {
    const seen = [];
    for (const [x, y] of [[100, 100], [656, 541], [1100, 200], [610, 590], [30, 1150], [1190, 1190]] as const) {
      const place = await tab.screenPlace(x, y, SIZE);
      await page.mouse.move(place.x, place.y);
      await tab.until(async () => /^\d+, \d+$/.test(await tab.fact("x, y")), "the cursor's pixel");
      const pixel = await tab.pixel();
      assert.ok(Math.hypot(pixel[0] - x, pixel[1] - y) < 5, `${pixel} is not where the pointer is, ${x}, ${y}`);
      seen.push({ pixel, twoTheta_deg: await number("2θ"), q: await number("q"), d: await number("d") });
    }
    const expected = await pyfai(seen.map(({ pixel }) => pixel));
    for (const [index, one] of seen.entries()) {
      const { twoTheta_deg, q, d } = expected[index]!;
      assert.equal(one.twoTheta_deg, Number(twoTheta_deg.toFixed(3)), `2θ of ${one.pixel}`);
      assert.equal(one.q, Number(q.toFixed(4)), `q of ${one.pixel}`);
      assert.equal(one.d, Number(d.toFixed(d < 10 ? 4 : 2)), `d of ${one.pixel}`);
    }
    async function number(name: string): Promise<number> {
      return parseFloat(await tab.fact(name));
    }
  });

  await test.step("zoomed in, each pixel of the frame is drawn and has its own value", async () => {
    const stripes = await tab.screenPlace((STRIPES.from + STRIPES.to) / 2, ROW, SIZE);
    // In the preview the stripes are one grey.
    const [left] = await tab.colourAt(850, ROW, SIZE), [right] = await tab.colourAt(853, ROW, SIZE);
    assert.ok(near(left, right), `${left} and ${right}`);
    await page.mouse.move(stripes.x, stripes.y);
    for (let turn = 0; turn < 7; turn++) await page.mouse.wheel(0, -300);
    await tab.sees(".zoom", "×");
    await tab.until(async () => !(await tab.fact("Value")).includes("≈"), "the pixel's own value");
    const [column, row] = await tab.pixel();
    assert.ok(column >= STRIPES.from && column < STRIPES.to, `the pointer is at ${column}: it does not stay in place`);
    assert.equal(parseFloat((await tab.fact("Value")).replace(/[^\d.]/g, "")), valueOf(column, row));
    const greys = await rowOfGreys(tab, stripes.y);
    assert.ok(Math.max(...greys) - Math.min(...greys) > 200, "the stripes are seen");
  });

  await test.step("a drag moves the image, the keys 0 and 1 show all of it and its pixels", async () => {
    const before = await tab.fact("x, y");
    const place = await tab.screenPlace(SIZE / 2, SIZE / 2, SIZE);
    await page.mouse.move(place.x, place.y);
    await page.mouse.down();
    await page.mouse.move(place.x + 60, place.y + 30, { steps: 3 });
    await page.mouse.up();
    await page.mouse.move(place.x, place.y);
    await tab.until(async () => await tab.fact("x, y") !== before, "another pixel under the pointer");
    await page.locator(".stage canvas").press("0");
    await page.locator(".zoom").waitFor({ state: "detached" });
    await page.locator(".stage canvas").press("1");
    await tab.sees(".zoom", "1.0×");
    await page.locator(".stage canvas").press("0");
  });

  await test.step("a cursor that keys move from pixel to pixel", async () => {
    await page.mouse.move(5, 5);
    const canvas = page.locator(".stage canvas");
    for (let press = 0; press < 4; press++) await canvas.press("+");
    await canvas.press("Shift+ArrowRight");
    const [column, row] = await tab.pixel();
    await canvas.press("Shift+ArrowDown");
    await tab.until(async () => await tab.fact("x, y") !== `${column}, ${row}`, "the next pixel");
    const [sameColumn, nextRow] = await tab.pixel();
    await tab.sees(
      ".cursor [role=status]",
      `Column ${sameColumn}, row ${nextRow}: ${counts(valueOf(sameColumn, nextRow))}`,
    );
    assert.ok(
      sameColumn === column && nextRow > row && nextRow <= row + 5,
      `${column}, ${row} to ${sameColumn}, ${nextRow}`,
    );
    await canvas.press("0");
  });
}

/** How red the middle row is there; null without an image. Under the map "Grey" all three colours are one. */
async function grey(tab: Tab, x: number): Promise<number | null> {
  const [red, green, blue] = await tab.colourAt(x, ROW, SIZE);
  return red + green + blue === 0 ? null : red;
}

const near = (one: number | null, other: number) => one !== null && Math.abs(one - other) <= 3;

/** Pixels of the frame in one of the screen's. */
async function framePixels(tab: Tab): Promise<number> {
  const [one, other] = [await tab.screenPlace(0, 0, SIZE), await tab.screenPlace(100, 0, SIZE)];
  return 100 / (other.x - one.x);
}

/** The reds along a row of the canvas's middle third. */
async function rowOfGreys(tab: Tab, y: number): Promise<number[]> {
  return await tab.page.evaluate((y) => {
    const canvas = (globalThis as unknown as Dom).document.querySelector(".stage canvas");
    const box = canvas.getBoundingClientRect(), ratio = canvas.width / box.width;
    const width = Math.floor(canvas.width / 3);
    const { data } = canvas.getContext("2d").getImageData(width, Math.floor((y - box.top) * ratio), width, 1);
    return Array.from({ length: width }, (_, at) => data[4 * at]!);
  }, y);
}

interface OfPixel {
  readonly twoTheta_deg: number;
  readonly q: number;
  readonly d: number;
}

async function pyfai(pixels: readonly (readonly [number, number])[]): Promise<OfPixel[]> {
  const python = Deno.env.get("PEWATCH_PYTHON");
  assert.ok(python, "PEWATCH_PYTHON names a Python with pyFAI; build/test sets it");
  const child = new Deno.Command(python, {
    args: [fileURLToPath(new URL("pyfai_pixels.py", import.meta.url))],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify({ ...GEOMETRY, size: SIZE, pixels })));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
