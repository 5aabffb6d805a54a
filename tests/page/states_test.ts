/** The page in each state of a running pewatch, in a real browser. */
import assert from "node:assert/strict";
import { makeImage, makeSidecar } from "../e2e/frames.ts";
import { lookAtFrames, loseConnection } from "./frames_steps.ts";
import { openPage } from "./open_page.ts";
import { lookAtTroubles } from "./trouble_steps.ts";

Deno.test("no frame yet, frames as they come, held and followed, connection lost and back", async (test) => {
  await using opened = await openPage();
  const { daemon, tab } = opened, { page } = tab;
  await lookAtFrames(test, opened);
  await lookAtTroubles(test, opened);

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
    const before = await tab.shown();
    daemon.run!.signal("SIGSTOP");
    await tab.sees(".status.lost .sentence", "Connection lost");
    daemon.run!.signal("SIGCONT");
    await tab.until(async () => await page.locator(".status.lost").count() === 0, "the connection again");
    assert.equal(await tab.shown(), before);
  });

  await test.step("a page that nobody sees holds no connection, and shows the newest frame when it is seen again", async () => {
    const hide = (hidden: boolean) =>
      page.evaluate((hidden) => {
        const { document } = globalThis as unknown as { document: EventTarget };
        Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
    const before = await tab.shown();
    await hide(true);
    const [next] = await daemon.simulate(1, { firstNumber: 5 });
    await daemon.run!.until(() => daemon.place.has(next!.replace(".tif", ".nxs")), "its delivery");
    // Seconds without a word are no lost connection here.
    await page.waitForTimeout(5000);
    assert.equal(await page.locator(".status.lost").count(), 0);
    assert.equal(await tab.shown(), before);
    await hide(false);
    await tab.sees(".image h2", next!);
  });

  await loseConnection(test, opened, "SIGKILL");
});
