/** Frames of other kinds and sizes, one after the other, and windows that change. */
import assert from "node:assert/strict";
import { makeSidecar } from "../e2e/frames.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { openPage } from "./open_page.ts";

type Pixels = Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

interface Kind {
  readonly what: string;
  readonly width: number;
  readonly pixels: Pixels;
  /** What the page says. */
  readonly mean: string;
  readonly maximum: string;
  readonly value: RegExp;
  /** The two levels, where they are of the frame's own. */
  readonly levels?: readonly [string, string];
  readonly remark?: RegExp;
}

const KINDS: readonly Kind[] = [
  {
    what: "zeros",
    width: 64,
    pixels: new Float32Array(64 * 64),
    mean: "0.00",
    maximum: "0.00",
    value: /^≈\u202f0\.00counts/,
    levels: ["0", "0"],
    remark: /Choose Linear/,
  },
  {
    what: "no numbers",
    width: 96,
    pixels: new Float32Array(96 * 96).fill(NaN),
    mean: "–",
    maximum: "–",
    value: /^no number$/,
    remark: /No pixel of this frame has a number/,
  },
  {
    what: "negative",
    width: 80,
    pixels: Int32Array.from({ length: 80 * 40 }, (_, at) => -at - 1),
    mean: "−1\u202f600",
    maximum: "−1.00",
    value: /^≈\u202f−1\u202f\d{3}counts/,
    remark: /Choose Linear/,
  },
  {
    what: "uint16",
    width: 40,
    pixels: Uint16Array.from({ length: 40 * 120 }, (_, at) => at),
    mean: "2\u202f400",
    maximum: "4\u202f799",
    value: /^≈\u202f2\u202f\d{3}counts/,
  },
  {
    what: "single counts",
    width: 200,
    pixels: Uint32Array.from({ length: 200 * 200 }, (_, at) => at % 997 === 0 ? 3 : 0),
    mean: "0.00308",
    maximum: "3.00",
    value: /^≈\u202f[03]\.00counts/,
    levels: ["0", "3"],
  },
  {
    what: "float64, huge",
    width: 50,
    pixels: Float64Array.from({ length: 50 * 50 }, (_, at) => (at % 50) * 1e30),
    mean: "2.450e31",
    maximum: "4.900e31",
    value: /^≈\u202f2\.\d+e31counts/,
  },
];

Deno.test("frames of other kinds and sizes follow each other, and the window changes", async (test) => {
  await using opened = await openPage();
  const { daemon, tab } = opened;
  for (const [index, kind] of KINDS.entries()) {
    await test.step(`${kind.what}: its own numbers`, async () => {
      const name = `K-${index}.tif`, { width, pixels } = kind, height = pixels.length / width;
      const format = pixels instanceof Int32Array
        ? 2
        : pixels instanceof Float32Array || pixels instanceof Float64Array
        ? 3
        : 1;
      const bytes = makeTiff({
        width,
        height,
        bits: 8 * pixels.BYTES_PER_ELEMENT as 16 | 32 | 64,
        format,
        pixels: new Uint8Array(pixels.buffer),
        extra: [{ tag: 306, type: 2, values: "2017:11:09 23:08:28" }],
      });
      daemon.place.put(name, bytes, makeSidecar({ width, height }));
      await tab.sees(".image h2", name);
      const box = (await tab.page.locator(".stage canvas").boundingBox())!;
      await tab.page.mouse.move(box.x + box.width / 2 + 2, box.y + box.height / 2 + 2);
      await tab.until(async () => await tab.fact("Maximum") === kind.maximum, `the maximum ${kind.maximum}`);
      assert.equal(await tab.fact("Mean"), kind.mean);
      assert.match(await tab.fact("Value"), kind.value);
      if (kind.levels !== undefined) {
        const levels = await Promise.all([0, 1].map((at) => tab.page.inputValue(`.pair input >> nth=${at}`)));
        assert.deepEqual(levels, kind.levels);
      }
      if (kind.remark !== undefined) await tab.sees(".stage .remark", kind.remark);
      else await tab.until(async () => await tab.page.locator(".stage .remark").count() === 0, "no remark");
    });
  }

  await test.step("a window that becomes large and small again keeps every part in its place", async () => {
    const numbers = () => tab.page.locator(".vitals").boundingBox().then((box) => box!.height);
    const before = await numbers();
    await tab.page.setViewportSize({ width: 3840, height: 2160 });
    await tab.until(async () => await numbers() > 1.5 * before, "larger numbers");
    await tab.page.setViewportSize({ width: 1366, height: 768 });
    await tab.until(async () => await numbers() <= before + 1, `numbers as high as before, ${before}`);
  });
});
