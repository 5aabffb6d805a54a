/** The page of the Windows executable under Wine, in a browser on Linux: the same steps as for the sources. */
import { lookAtFrames, loseConnection } from "../page/frames_steps.ts";
import { lookAtKnownFrame } from "../page/image_steps.ts";
import { lookAtThemes } from "../page/looks_steps.ts";
import { openPage } from "../page/open_page.ts";
import { giveOrders } from "../page/orders_steps.ts";
import { lookAtTroubles } from "../page/trouble_steps.ts";
import { WINDOWS_PROGRAM } from "./programs.ts";

const START = { program: WINDOWS_PROGRAM, cwd: "/tmp" };

Deno.test("the page of the Windows executable shows frames as they come, what is wrong, and finds its way back", async (test) => {
  await using opened = await openPage({}, START);
  await lookAtFrames(test, opened);
  await lookAtTroubles(test, opened);
  await lookAtThemes(test, opened);
  await loseConnection(test, opened, "SIGINT");
});

Deno.test("the Windows executable's pattern and image: one ring on both, each pixel's value, and pyFAI's angles", (test) =>
  lookAtKnownFrame(test, START));

Deno.test("on the page of the Windows executable the token starts, stops, retries and changes a folder", (test) =>
  giveOrders(test, START));
