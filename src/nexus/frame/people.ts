/** Who measured: NXuser. A file of its own: each group of the layout has one. */
import type { FrameFacts } from "./facts.ts";
import { configured, mapped, textField } from "./sources.ts";
import { groupAtIfAny, type NexusGroup } from "../tree/tree.ts";

/** What has its name in the configuration. */
const AS_CONFIGURED = [
  "name",
  "role",
  "affiliation",
  "address",
  "telephone_number",
  "email",
  "facility_user_id",
] as const;

/** NXuser wants an ORCID as a URI. */
export function userGroup(facts: FrameFacts): NexusGroup | null {
  return groupAtIfAny("user", [
    ...AS_CONFIGURED.map((key) => textField(key, configured(facts, "user", key))),
    textField("ORCID", mapped(configured(facts, "user", "orcid"), (orcid) => `https://orcid.org/${bareOrcid(orcid)}`)),
  ]);
}

/** Without the address before it. */
function bareOrcid(orcid: string): string {
  return orcid.slice(orcid.lastIndexOf("/") + 1);
}
