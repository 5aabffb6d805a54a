/** The page in each state of a running pewatch, in a real browser. */
import assert from "node:assert/strict";
import { makeImage, makeSidecar } from "../e2e/frames.ts";
import { openBrowser, Tab } from "./browser.ts";
import { PageDaemon } from "./daemon.ts";
import { lookAtFrames, loseConnection } from "./frames_steps.ts";
import { lookAtTroubles } from "./trouble_steps.ts";

Deno.test("no frame yet, frames as they come, held and followed, connection lost and back", async (test) => {
  await using daemon = new PageDaemon();
  await daemon.start();
  await using browser = await openBrowser();
  await using tab = await Tab.open(browser, daemon.url);
  const { page } = tab;
  await lookAtFrames(test, { tab, daemon });
  await lookAtTroubles(test, { tab, daemon });

  await test.step("a frame of which no geometry is known, whose name is markup and long, and whose pixels are equal", async () => {
    const name = `<img src=x onerror=document.title=1>${"-long".repeat(30)}.tif`;
    const flat = makeImage({ tiff: { pixels: new Uint8Array(64 * 64 * 4) } });
    daemon.place.put(name, flat, makeSidecar());
    await tab.sees(".image h2", name);
    await tab.sees("#panel-frames th", name);
    assert.equal(await page.locator("h2 img, table img").count(), 0);
    assert.equal(await tab.sidewaysScroll(), 0);
    const { x, y } = await tab.screenPlace(32, 32, 64);
    await page.mouse.move(x, y);
    await tab.until(async () => (await tab.fact("Value")).includes("0.00"), "the value");
    assert.deepEqual([await tab.fact("2θ"), await tab.fact("q"), await tab.fact("d")], ["–", "–", "–"]);
    // An earlier frame has its own.
    await page.click("#panel-frames button.name:text-is('S-00002.tif')");
    await tab.sees(".image h2", "S-00002.tif");
    await page.mouse.move(x + 20, y);
    await tab.until(async () => /^\d+\.\d+/.test(await tab.fact("2θ")), "its angle");
    await page.keyboard.press("f");
    await tab.sees(".image h2", name);
    for (const scale of ["Linear", "Sqrt", "Log"]) await page.click(`.bar button:text-is('${scale}')`);
    await page.mouse.move(5, 5);
  });

  await test.step("a daemon that hangs counts as lost, and goes on where it was", async () => {
    const before = await page.locator(".image h2").textContent();
    daemon.run!.signal("SIGSTOP");
    await tab.sees(".status.lost .sentence", "Connection lost");
    daemon.run!.signal("SIGCONT");
    await tab.until(async () => await page.locator(".status.lost").count() === 0, "the connection again");
    assert.equal(await page.locator(".image h2").textContent(), before);
  });

  await loseConnection(test, { tab, daemon }, "SIGKILL");
});
