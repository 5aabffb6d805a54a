/** What the commands about plugins have in common. */
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { CONFIG_DESCRIPTION } from "../console/arguments.ts";

export const CONFIG_OPTION = optional(
  option("-c", "--config", string({ metavar: "FILE" }), { description: CONFIG_DESCRIPTION }),
);
