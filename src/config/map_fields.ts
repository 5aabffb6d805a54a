/** The schema of `[[nexus.map]]`: values of the .metadata file that get a place of their own in the NeXus file. */
import * as v from "valibot";
import { checkedText } from "./fields.ts";
import { faultOfPattern } from "./pattern.ts";

const MAPS_MAX = 200;
const TEXT_MAX = 250;
const NEEDED = 'each [[nexus.map]] needs key = "metadata/userComment4" and path = "/entry/sample/temperature"';

/** One entry. Which paths can be taken is checked by a room that knows the NeXus file (src/nexus/map_check.ts). */
export function nexusMap() {
  return v.pipe(
    v.array(
      v.pipe(
        v.strictObject(
          {
            /** Of the .metadata file: "metadata/userComment4"; "General/KEY" for one without a section. */
            key: checkedText(faultOfKey),
            /** "/entry/sample/temperature". */
            path: v.string('the path of a value is needed: "/entry/sample/temperature"'),
            /** Of its array in a series' master; the path's last name where absent. */
            name: v.exactOptional(checkedText((text) => faultOfLength(text, TEXT_MAX))),
            /** As UDUNITS spells it. */
            unit: v.exactOptional(checkedText((text) => faultOfLength(text, 64))),
            type: v.exactOptional(
              v.picklist(MAP_TYPES, `one of ${MAP_TYPES.map((type) => `"${type}"`).join(", ")} is needed`),
              "number",
            ),
            /** A regular expression whose one group is the value. */
            pattern: v.exactOptional(checkedText(faultOfPattern)),
          },
          ({ expected }) =>
            expected === "never" ? "this key is unknown; there are key, path, name, unit, type, pattern" : NEEDED,
        ),
        v.rawCheck(({ dataset, addIssue }) => {
          if (!dataset.typed) return;
          const { value } = dataset;
          const { type, unit } = value;
          if (unit === undefined || (type !== "text" && type !== "boolean")) return;
          addIssue({
            input: unit,
            message: "only numbers have a unit; remove it, or set type",
            path: [{ type: "object", origin: "value", input: value, key: "unit", value: unit }],
          });
        }),
      ),
      "a table for each value is needed: [[nexus.map]]",
    ),
    v.maxLength(MAPS_MAX, `at most ${MAPS_MAX} values can be mapped`),
  );
}

const MAP_TYPES = ["number", "integer", "text", "boolean", "numbers"] as const;

function faultOfKey(key: string): string | null {
  return /^[^/]+\/.+$/s.test(key)
    ? faultOfLength(key, TEXT_MAX)
    : 'the section and the key are needed: "metadata/userComment4"';
}

function faultOfLength(text: string, max: number): string | null {
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u001f]/.test(text)) return "it holds a control character; write it in single quotes";
  if (text.trim() === "") return "it is empty; remove the key if there is nothing to say";
  return text.length > max ? `it has ${text.length} characters; at most ${max} are taken` : null;
}
