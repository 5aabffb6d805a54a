import { lookAtPattern } from "./pattern_steps.ts";

Deno.test("the pattern comes after its frame; one ring goes through the cursor, on both", (test) =>
  lookAtPattern(test));
