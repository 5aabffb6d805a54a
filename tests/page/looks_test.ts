/** Both themes, all sizes of windows, paper, and keys alone. */
import assert from "node:assert/strict";
import { Tab } from "./browser.ts";
import { background, lookAtThemes, luminance } from "./looks_steps.ts";
import { openPage } from "./open_page.ts";

const PAGES_MAX = 3;

Deno.test("themes, sizes, paper", async (test) => {
  await using opened = await openPage();
  const { browser, daemon } = opened;
  const [name] = await daemon.simulate(1);
  await opened.tab.sees(".image h2", name!);
  await lookAtThemes(test, opened);

  await test.step("on paper: few pages, black on white, with all that is behind tabs", async () => {
    await using tab = await Tab.open(browser, daemon.url, { theme: "dark" });
    await tab.sees(".image h2", name!);
    await tab.page.emulateMedia({ media: "print" });
    assert.ok(luminance(await background(tab)) > 0.9);
    for (const panel of ["frames", "quarantine", "plugins", "parameters"]) {
      await tab.page.locator(`#panel-${panel}`).waitFor({ state: "visible" });
    }
    assert.equal(await tab.page.locator("header button:visible").count(), 0);
    const pdf = new TextDecoder("latin1").decode(await tab.page.pdf({ format: "A4", landscape: true }));
    const pages = pdf.match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    assert.ok(pages >= 1 && pages <= PAGES_MAX, `${pages} pages`);
  });

  await test.step("the page is read by keys alone: the link to the image, the tabs, the tables", async () => {
    await using tab = await Tab.open(browser, daemon.url);
    await tab.sees(".image h2", name!);
    await tab.page.keyboard.press("Tab");
    assert.equal(await focused(tab), "To the image");
    const seen = new Set<string>();
    for (let press = 0; press < 40; press++) {
      await tab.page.keyboard.press("Tab");
      seen.add(await focused(tab));
    }
    for (const part of ["Keys", "Unlock", "Log", "Colour map", "Hold this frame", "The last frames", "Frames", name!]) {
      assert.ok([...seen].some((text) => text.includes(part)), `${part} is not reached: ${[...seen].join(" | ")}`);
    }
  });
});

/** By what a screen reader calls it. */
async function focused(tab: Tab): Promise<string> {
  return await tab.page.evaluate(() => {
    const { document } = globalThis as unknown as {
      document: { activeElement: { textContent: string; getAttribute(name: string): string | null } };
    };
    const { activeElement } = document;
    return activeElement.getAttribute("aria-label") ?? activeElement.textContent.trim();
  });
}
