/** What may be changed from the page: nothing without the token, all of it with it. For the sources and for the Windows executable. */
import assert from "node:assert/strict";
import type { HelloPayload } from "../../src/http/payloads.ts";
import { makeImage, makeSidecar } from "../e2e/frames.ts";
import { TempFolder } from "../temp_folder.ts";
import type { StartOptions } from "../e2e/child.ts";
import { TOKEN } from "./daemon.ts";
import { openPage } from "./open_page.ts";

export async function giveOrders(test: Deno.TestContext, options: StartOptions = {}): Promise<void> {
  using plugins = new TempFolder();
  const flag = plugins.join("repaired");
  Deno.writeTextFileSync(plugins.join("fails.js"), failingPlugin(flag));
  await using opened = await openPage({ plugins: { dir: plugins.path, failures_max: 2 } }, options);
  const { daemon, tab } = opened, { page } = tab;
  await page.emulateMedia({ colorScheme: "dark" });
  daemon.place.put("broken.tif", new TextEncoder().encode("no image\n"), null);
  await tab.sees("#tab-quarantine .count", "1");
  await page.click("#tab-quarantine");

  await test.step("without the token nothing is done, and a wrong one is refused", async () => {
    assert.equal(await page.locator("header button:text-is('Stop')").count(), 0);
    await page.click("#panel-quarantine button:text-is('Retry it')");
    await tab.assertAccessible("the dialog for the token");
    await page.fill("input[name=token]", "wrong");
    await page.keyboard.press("Enter");
    await tab.sees("#token-error", "not the token");
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    // A refusal is an answer, which the browser reports as an error of its own.
    assert.match(tab.faults.splice(0).join("\n"), /^Failed to load resource.* 401/);
  });

  await test.step("with it the quarantine is retried, and what was mended is delivered", async () => {
    const quarantined = daemon.place.outputPath("pewatch-quarantine/broken.tif");
    Deno.writeFileSync(quarantined, makeImage().bytes);
    Deno.writeTextFileSync(`${quarantined}.metadata`, makeSidecar());
    await page.click("#panel-quarantine button:text-is('Retry it')");
    await page.fill("input[name=token]", TOKEN);
    await page.keyboard.press("Enter");
    await page.locator("dialog").waitFor({ state: "detached" });
    // An answer waits some seconds for the end; a slow computer's says what will be done.
    await tab.sees("#panel-quarantine", /^Retried 1 frame: 1 accepted$|are retried as soon as the stages are free$/);
    await daemon.run!.says(/^retry: Retried 1 frame: 1 accepted$/);
    await daemon.run!.until(() => daemon.place.has("broken.nxs"), "the mended frame");
    await daemon.run!.says(/\/api\/retry from 127\.0\.0\.1/);
  });

  await test.step("a suspended plugin is started again", async () => {
    await page.click("#tab-plugins");
    await tab.sees("#panel-plugins tr.broken", /fails.*suspended.*on purpose/);
    // Frames are delivered without it: to be looked at, and no alarm.
    await page.locator(".status.attention").waitFor();
    assert.equal(await fetch(`${daemon.url}readyz`).then(async (answer) => (await answer.text(), answer.status)), 200);
    Deno.writeTextFileSync(flag, "");
    await page.click("#panel-plugins tr.broken button:text-is('Retry')");
    await tab.sees("#panel-plugins .reply", "fails is started again");
    await tab.until(async () => await page.locator("#panel-plugins tr.broken").count() === 0, "no broken plugin");
  });

  await test.step("a folder is refused with the reason, and another applies to the next frame", async () => {
    await page.click("header button:text-is('Folders')");
    await tab.assertAccessible("the dialog for folders");
    const form = page.locator("form.folder:has(button[aria-label='Change Output directory'])");
    const { folders }: HelloPayload = await (await fetch(`${daemon.url}api/state`)).json();
    assert.equal(await page.locator("form.folder input").nth(0).inputValue(), folders.raw);
    await form.locator("input").fill("../elsewhere");
    // The page is drawn anew each second, which must not take away what is being typed.
    const clock = await page.locator(".clock").textContent();
    await tab.until(async () => await page.locator(".clock").textContent() !== clock, "another second");
    assert.equal(await form.locator("input").inputValue(), "../elsewhere");
    await form.locator("button").click();
    await tab.sees("form.folder .bad", /./);
    assert.match(tab.faults.splice(0).join("\n"), /^Failed to load resource.* 409/);
    await form.locator("input").fill("series-2");
    await form.locator("button").click();
    await tab.sees("form.folder p[role=status]:not(.bad)", "series-2");
    await page.click("dialog button:text-is('Close')");
    daemon.place.put("moved.tif", makeImage({ seed: 2 }), makeSidecar());
    await daemon.run!.until(() => daemon.place.has("series-2/moved.nxs"), "a frame in the new folder");
  });

  await test.step("stop asks first; then frames wait until start", async () => {
    await page.click("header button:text-is('Stop')");
    await tab.assertAccessible("the question before a stop");
    await page.click("dialog button.danger");
    await tab.sees(".status.off .sentence", /^Stopped/);
    daemon.place.put("waits.tif", makeImage({ seed: 3 }), makeSidecar());
    await page.click("header button:text-is('Start')");
    await tab.sees(".image h2", "waits.tif");
    await tab.sees(".status:not(.off) .sentence", "frames/s");
  });

  await test.step("the lock takes the token away", async () => {
    await page.click("header button:text-is('Lock')");
    assert.equal(await page.locator("header button:text-is('Stop')").count(), 0);
    await page.reload();
    await tab.sees("header button", "Unlock");
  });
}

function failingPlugin(flag: string): string {
  return `import { existsSync } from "node:fs";
export const TICKTACK = 1;
export function work() {
  if (!existsSync(${JSON.stringify(flag)})) throw new Error("on purpose");
}
`;
}
