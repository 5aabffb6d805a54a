/** Parts of the entry beside the instrument: sample, process. */
import manifest from "../../../deno.json" with { type: "json" };
import { identityOf } from "./detector/exposure.ts";
import type { FrameFacts } from "./facts.ts";
import { clean, configured, numberField, textField } from "./sources.ts";
import { PARAMETER_LIST, PARAMETER_NAMES, PARAMETER_PATHS, type PlacedParameters } from "./parameter_tree.ts";
import { formatInZone } from "./time/iso_time.ts";
import { type Attributes, field, group, type NexusGroup } from "../tree/tree.ts";

export const PROGRAM = "pewatch";
export const PROGRAM_VERSION: string = manifest.version;

/** Without a configured name the sample has the name of the series, which people call by it. */
export function sampleGroup(facts: FrameFacts, isNxmx: boolean): NexusGroup {
  const series = { value: identityOf(facts).base, origin: "file name" };
  return group("sample", "NXsample", {
    children: [
      textField("name", configured(facts, "sample", "name") ?? series),
      // NXmx asks where the sample is: in the origin.
      isNxmx ? field("depends_on", ".") : null,
      textField("description", configured(facts, "sample", "description")),
      textField("chemical_formula", configured(facts, "sample", "chemical_formula")),
      numberField("temperature", configured(facts, "sample", "temperature_k"), "K"),
      numberField("pressure", configured(facts, "sample", "pressure_gpa"), "GPa"),
    ],
  });
}

/** What pewatch did, from what, and what went wrong on the way. */
export function processGroup(
  facts: FrameFacts,
  { notes, places }: { readonly notes: readonly string[] } & Pick<PlacedParameters, "places">,
  now: Date,
): NexusGroup {
  const list: Attributes = {
    [PARAMETER_NAMES]: places.map(({ name }) => name),
    [PARAMETER_PATHS]: places.map(({ path }) => path),
  };
  return group("process", "NXprocess", {
    children: [
      field("program", PROGRAM),
      field("version", PROGRAM_VERSION),
      field("date", formatInZone(now, facts.timeZone)),
      facts.sidecar === null ? null : note("sidecar", {
        file_name: `${facts.imageName}.metadata`,
        description: `the sidecar that QXRD wrote, ${facts.sidecar.encoding}`,
        data: facts.sidecar.text,
      }),
      facts.sidecarProblem === null ? null : note("sidecar_problem", {
        description: "what is wrong with the sidecar",
        data: facts.sidecarProblem,
      }),
      notes.length === 0
        ? null
        : note("notes", { description: "what happened to the frame on its way", data: notes.join("\n") }),
      places.length === 0 ? null : group(PARAMETER_LIST, "NXcollection", { attributes: list, children: [] }),
    ],
  });
}

function note(name: string, texts: { file_name?: string; description: string; data: string }): NexusGroup {
  return group(name, "NXnote", {
    children: [
      field("type", "text/plain"),
      ...Object.entries(texts).map(([key, text]) => field(key, clean(text))),
    ],
  });
}
