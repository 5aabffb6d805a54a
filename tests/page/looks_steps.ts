/** Both themes at all sizes of windows. For the sources and for the Windows executable. */
import assert from "node:assert/strict";
import { Tab } from "./browser.ts";
import type { OpenPage } from "./open_page.ts";

/** A phone, a tablet, a laptop, a flat window, and a wall in 4K. */
const SIZES = [[390, 844], [820, 1180], [1366, 768], [1280, 620], [3840, 2160]] as const;

export async function lookAtThemes(test: Deno.TestContext, { browser, daemon, tab: first }: OpenPage): Promise<void> {
  const name = await first.shown();
  for (const theme of ["light", "dark"] as const) {
    await test.step(`${theme}: the system's theme, readable for everybody, at each size`, async () => {
      await using tab = await Tab.open(browser, daemon.url, { theme });
      await tab.sees(".image h2", name);
      assert.equal(luminance(await background(tab)) > 0.5, theme === "light");
      for (const [width, height] of SIZES) {
        await tab.page.setViewportSize({ width, height });
        await tab.until(async () => await tab.sidewaysScroll() === 0, `no sideways scrolling at ${width} × ${height}`);
        const canvas = (await tab.page.locator(".stage canvas").boundingBox())!;
        assert.ok(
          canvas.width > 200 && canvas.height > 150,
          `the image at ${width} × ${height}: ${JSON.stringify(canvas)}`,
        );
      }
      await tab.page.setViewportSize({ width: 1366, height: 768 });
      await tab.assertAccessible(theme);
      await tab.page.keyboard.press("?");
      await tab.assertAccessible(`${theme}, the keys`);
    });
  }

  await test.step("a chosen theme holds against the system's, and after a reload", async () => {
    await using tab = await Tab.open(browser, daemon.url, { theme: "light" });
    await tab.page.click("button[aria-label='Theme: auto']");
    await tab.page.click("button[aria-label='Theme: light']");
    await tab.until(async () => luminance(await background(tab)) < 0.5, "the dark theme");
    await tab.page.reload();
    await tab.page.locator("button[aria-label='Theme: dark']").waitFor();
    assert.ok(luminance(await background(tab)) < 0.5);
  });
}

/** [red, green, blue] of the page's ground. */
export async function background(tab: Tab): Promise<number[]> {
  const colour = await tab.page.locator("html").evaluate((html) =>
    (globalThis as unknown as { getComputedStyle(of: unknown): { backgroundColor: string } })
      .getComputedStyle(html).backgroundColor
  );
  return colour.match(/\d+/g)!.slice(0, 3).map(Number);
}

export function luminance([red, green, blue]: number[]): number {
  return (0.21 * red! + 0.72 * green! + 0.07 * blue!) / 255;
}
