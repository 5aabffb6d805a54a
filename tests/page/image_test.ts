import { lookAtKnownFrame } from "./image_steps.ts";

Deno.test("a frame's pattern and image: one ring on both, each pixel's value, scales, levels, and pyFAI's angles", (test) =>
  lookAtKnownFrame(test));
