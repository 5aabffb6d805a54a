/** Frames on the page as they come, and what is there without them; for the sources and for the Windows executable. */
import assert from "node:assert/strict";
import type { OpenPage } from "./open_page.ts";

/** From a daemon without a frame to four of them. */
export async function lookAtFrames(test: Deno.TestContext, { tab, daemon }: OpenPage): Promise<void> {
  const { page } = tab;

  await test.step("no frame yet", async () => {
    await tab.sees(".status.idle .sentence", "no frame yet");
    await tab.sees(".stage .nothing", "as soon as there is one");
    await tab.sees("#panel-frames", "No frame since the start");
    assert.equal(await page.locator(".steps button:enabled").count(), 0);
    await tab.assertAccessible("no frame yet");
  });

  await test.step("a frame arrives: image, sentence, table and numbers", async () => {
    const [name] = await daemon.simulate(1);
    await tab.sees(".image h2", name!);
    await tab.until(async () => (await tab.colourAt(128, 60, 256)).some((part) => part > 0), "its pixels");
    await tab.sees(".status.good .sentence", /frames\/s, newest .* old/);
    await tab.sees("#panel-frames tr.on th", name!);
    await tab.sees("#panel-frames tr.on .good", "yes");
    await tab.sees(".vitals .more", /^1 delivered since/);
    await tab.sees(".chip", "Following");
    await tab.until(async () => /^\d+\.\d\/s · pewatch$/.test(await page.title()), "the window's title");
    // Its figures come once somebody has looked at it.
    await tab.until(async () => await tab.fact("Mean") !== "–", "the mean of the frame");
  });

  await test.step("space holds a frame, later ones are counted, keys step, f follows", async () => {
    await page.keyboard.press("Space");
    await tab.sees(".chip", /^Held$/);
    const held = await tab.shown();
    const names: string[] = [];
    // One after the other: the order in which several are delivered is not that of their numbers.
    for (const firstNumber of [2, 3, 4]) {
      names.push(...await daemon.simulate(1, { firstNumber }));
      await tab.sees(".chip", `Held, ${names.length} newer`);
    }
    assert.equal(await tab.shown(), held);
    await tab.sees("#panel-frames th", names[2]!);
    await page.keyboard.press(".");
    await tab.sees(".image h2", names[0]!);
    await page.keyboard.press(",");
    await tab.sees(".image h2", held);
    await page.keyboard.press("f");
    await tab.sees(".image h2", names[2]!);
    await tab.sees(".chip", "Following");
  });

  await test.step("a frame is chosen in the table, and on the strip", async () => {
    await page.click("#panel-frames button.name:text-is('S-00002.tif')");
    await tab.sees(".image h2", "S-00002.tif");
    await tab.sees(".chip", "Held");
    await page.locator(".strip").press("End");
    await tab.sees(".image h2", "S-00004.tif");
    assert.equal(await page.locator(".strip").getAttribute("aria-valuetext"), "S-00004.tif");
    await page.click("button[aria-label='Follow the newest']");
    await tab.sees(".chip", "Following");
  });
}

/** @param signal that ends the daemon */
export async function loseConnection(
  test: Deno.TestContext,
  { tab, daemon }: OpenPage,
  signal: Deno.Signal,
): Promise<void> {
  await test.step("the connection is lost, and comes back by itself", async () => {
    const before = await tab.shown();
    daemon.run!.signal(signal);
    await daemon.run!.ended();
    await tab.sees(".status.lost .sentence", "Connection lost");
    await tab.until(() => tab.page.title().then((title) => title.startsWith("Connection lost")), "the title says so");
    assert.equal(await tab.shown(), before, "what was there can still be read");
    await tab.assertAccessible("connection lost");
    await daemon.start();
    await tab.sees(".status:not(.lost) .sentence", "no frame yet");
    const [name] = await daemon.simulate(1, { firstNumber: 10 });
    await tab.sees(".image h2", name!);
  });
}
