/** Who measured: NXuser. A file of its own: each group of the layout has one. */
import type { FrameFacts } from "./facts.ts";
import { configured, mapped, textField } from "./sources.ts";
import { groupAtIfAny, type NexusGroup } from "../tree/tree.ts";

/** NXuser wants an ORCID as a URI. */
export function userGroup(facts: FrameFacts): NexusGroup | null {
  const known = (
    key: "name" | "role" | "affiliation" | "address" | "telephone_number" | "email" | "facility_user_id",
  ) => textField(key, configured(facts, "user", key));
  return groupAtIfAny("user", [
    known("name"),
    known("role"),
    known("affiliation"),
    known("address"),
    known("telephone_number"),
    known("email"),
    known("facility_user_id"),
    textField("ORCID", mapped(configured(facts, "user", "orcid"), (orcid) => `https://orcid.org/${bareOrcid(orcid)}`)),
  ]);
}

/** Without the address before it. */
function bareOrcid(orcid: string): string {
  return orcid.slice(orcid.lastIndexOf("/") + 1);
}
