import { PageDaemon } from "./daemon.ts";
import { IMAGE_TABLES, lookAtImage } from "./image_steps.ts";

Deno.test("the image shows each pixel's value, in the chosen scale and levels, and pyFAI's angles", async (test) => {
  await using daemon = new PageDaemon(IMAGE_TABLES);
  await lookAtImage(test, daemon);
});
