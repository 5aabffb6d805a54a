/** Parts of the entry beside the instrument: sample, process. */
import { identityOf } from "./detector/exposure.ts";
import type { FrameFacts } from "./facts.ts";
import { assumed, configured, numberField, textField } from "./sources.ts";
import { parameterList } from "./parameter_list.ts";
import type { PlacedParameters } from "./parameter_tree.ts";
import { isIn, type Profile } from "../../config/names/nexus_layout.ts";
import { noteGroup, processGroup } from "../common_groups.ts";
import { field, groupAt, type NexusGroup } from "../tree/tree.ts";

/** Without a configured name the sample has the name of the series, which people call by it. */
export function sampleGroup(facts: FrameFacts, profile: Profile): NexusGroup {
  const series = assumed(identityOf(facts).base, "file name");
  return groupAt("sample", {
    children: [
      textField("name", configured(facts, "sample", "name") ?? series),
      // NXmx asks where the sample is: in the origin.
      isIn(profile, "sample/depends_on") ? field("depends_on", ".") : null,
      textField("description", configured(facts, "sample", "description")),
      textField("chemical_formula", configured(facts, "sample", "chemical_formula")),
      numberField("temperature", configured(facts, "sample", "temperature_k"), "K"),
      numberField("pressure", configured(facts, "sample", "pressure_gpa"), "GPa"),
    ],
  });
}

/** What pewatch did with the frame, from what, and what went wrong. */
export function frameProcess(
  facts: FrameFacts,
  { notes, places }: { readonly notes: readonly string[] } & Pick<PlacedParameters, "places">,
  now: Date,
): NexusGroup {
  return processGroup({ now, timeZone: facts.timeZone }, [
    facts.sidecar === null ? null : noteGroup("process/sidecar", {
      file_name: `${facts.imageName}.metadata`,
      description: `the sidecar that QXRD wrote, ${facts.sidecar.encoding}`,
      data: facts.sidecar.text,
    }),
    facts.sidecarProblem === null ? null : noteGroup("process/sidecar_problem", {
      description: "what is wrong with the sidecar",
      data: facts.sidecarProblem,
    }),
    notes.length === 0 ? null : noteGroup("process/notes", {
      description: "what happened to the frame between raw and output",
      data: notes.join("\n"),
    }),
    places.length === 0 ? null : groupAt("process/parameters", { attributes: parameterList(places), children: [] }),
  ]);
}
