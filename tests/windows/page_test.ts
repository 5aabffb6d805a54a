/** The page of the Windows executable under Wine, in a browser on Linux: the same steps as for the sources. */
import { openBrowser, Tab } from "../page/browser.ts";
import { PageDaemon } from "../page/daemon.ts";
import { lookAtFrames, loseConnection } from "../page/frames_steps.ts";
import { IMAGE_TABLES, lookAtImage } from "../page/image_steps.ts";
import { lookAtThemes } from "../page/looks_steps.ts";
import { giveOrders } from "../page/orders_steps.ts";
import { lookAtPattern } from "../page/pattern_steps.ts";
import { lookAtTroubles } from "../page/trouble_steps.ts";
import { WINDOWS_PROGRAM } from "./programs.ts";

const START = { program: WINDOWS_PROGRAM, cwd: "/tmp" };

Deno.test("the page of the Windows executable shows frames as they come, what is wrong, and finds its way back", async (test) => {
  await using daemon = new PageDaemon({}, START);
  await daemon.start();
  await using browser = await openBrowser();
  await using tab = await Tab.open(browser, daemon.url);
  await lookAtFrames(test, { tab, daemon });
  await lookAtTroubles(test, { tab, daemon });
  await lookAtThemes(test, { browser, daemon, shown: "waits.tif" });
  await loseConnection(test, { tab, daemon }, "SIGINT");
});

Deno.test("the Windows executable's image has each pixel's value, and pyFAI's angles", async (test) => {
  await using daemon = new PageDaemon(IMAGE_TABLES, START);
  await lookAtImage(test, daemon);
});

Deno.test("on the page of the Windows executable the token starts, stops, retries and changes a folder", (test) =>
  giveOrders(test, START));

Deno.test("the Windows executable's patterns are on its page, linked with the image", (test) =>
  lookAtPattern(test, START));
