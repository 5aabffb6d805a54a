/** What goes wrong with a frame and with the output, after lookAtFrames(); for the sources and for the Windows executable. */
import assert from "node:assert/strict";
import { makeImage, makeSidecar } from "../e2e/frames.ts";
import type { OpenPage } from "./open_page.ts";

export async function lookAtTroubles(test: Deno.TestContext, { tab, daemon }: OpenPage): Promise<void> {
  const { page } = tab;

  await test.step("a frame whose image cannot be shown: the reason, over the one of before", async () => {
    const compressed = makeImage({ tiff: { compression: 5, pixels: new Uint8Array(500).fill(7) } });
    daemon.place.put("lzw.tif", compressed, makeSidecar());
    await tab.sees(".stage .failure", /lzw\.tif cannot be shown: /);
    assert.equal(await tab.shown(), "S-00004.tif");
    daemon.place.put("good.tif", makeImage({ seed: 5 }), makeSidecar());
    await tab.sees(".image h2", "good.tif");
    assert.equal(await page.locator(".failure").count(), 0);
    // The browser's own word for an answer of 404.
    assert.match(tab.faults.splice(0).join("\n"), /^(Failed to load resource.* 404.*\n?)+$/);
  });

  await test.step("one that no reader opens: amber, and its reason under Quarantine", async () => {
    daemon.place.put("text.tif", new TextEncoder().encode("no image at all\n"), null);
    await tab.sees(".status.attention .sentence", "1 frame went to the quarantine");
    await tab.sees("#tab-quarantine .count", "1");
    await page.click("#tab-quarantine");
    await tab.sees("#panel-quarantine li", /text\.tif.*neither II nor MM/);
    await tab.assertAccessible("quarantine");
    await page.keyboard.press("ArrowRight");
    await tab.sees("#panel-plugins tr", /03_finalize.*stage/);
    await page.keyboard.press("ArrowRight");
    await tab.sees("#panel-parameters", "No parameters");
    await page.keyboard.press("Home");
  });

  await test.step("without an output that takes frames: red, with what to do", async () => {
    const { output } = daemon.place;
    Deno.renameSync(output, `${output}.away`);
    Deno.writeTextFileSync(output, "no folder");
    daemon.place.put("waits.tif", makeImage(), makeSidecar());
    await tab.sees(".status.bad .sentence", /./);
    await tab.sees(".status.bad .detail", /./);
    await tab.sees(".vital.bad h3", "Waiting");
    await tab.assertAccessible("output away");
    Deno.removeSync(output);
    Deno.renameSync(`${output}.away`, output);
    await tab.sees(".image h2", "waits.tif");
    await tab.until(async () => await page.locator(".status.bad").count() === 0, "the end of the red");
  });
}
