/** What becomes of a dark. Only what its sidecar calls a dark is ever removed. */
import type { DarkSettings } from "../../config/settings.ts";
import type { DarkEvidence } from "../../qxrd/dark.ts";

/** "deliver": like any frame; "archive": to the archive folder of the configuration. */
export type DarkFate = "deliver" | "archive" | "remove";

export function fateOfDark(dark: DarkEvidence | null, policy: DarkSettings["policy"]): DarkFate {
  if (dark === null || policy === "keep") return "deliver";
  return policy === "delete" && dark === "sidecar" ? "remove" : "archive";
}
