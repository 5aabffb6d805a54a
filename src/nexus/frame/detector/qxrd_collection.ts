/** Every key of the sidecar as it stands, below its section. */
import type { SidecarEntry } from "../../../qxrd/sidecar.ts";
import type { FrameFacts } from "../facts.ts";
import { clean } from "../sources.ts";
import { field, group, groupAt, type NexusGroup, type NexusNode } from "../../tree/tree.ts";

/** Each dataset costs some 500 bytes and some microseconds; what is above is kept in one text a section. */
const FIELDS_MAX = 2000;
/** HDF5 keeps names in object headers of 64 kB; no key of QXRD's is near this. */
const NAME_LENGTH_MAX = 200;
/** What has no section: QSettings writes it before the first one, or into this. */
const NO_SECTION = "General";
/** Where the elements of a list, or keys that cannot be names, stand as lines of text. */
const LIST = "list";
const FURTHER = "further keys";

/**
 * `qxrd/<section>/<key>`, each the text behind `=`. The elements of a list (`fittedRings\3\x`) come as one text of
 * lines `key=value`, in `fittedRings\list`: a dataset for each would make a sidecar's file 4 MB larger.
 */
export function qxrdGroup(facts: FrameFacts): NexusGroup | null {
  if (facts.sidecar === null) return null;
  const sections = Map.groupBy(facts.sidecar.entries, ({ section }) => section);
  const names = new UniqueNames();
  let fieldsLeft = FIELDS_MAX;
  const children = [...sections].map(([section, entries]) => {
    const name = names.take(section === "" ? NO_SECTION : section) ?? names.take(FURTHER)!;
    const fields = sectionFields(entries, fieldsLeft);
    fieldsLeft = Math.max(0, fieldsLeft - fields.length);
    return group(name, "NXcollection", { children: fields });
  });
  return groupAt("instrument/detector/qxrd", { children });
}

function sectionFields(entries: readonly SidecarEntry[], fieldsMax: number): NexusNode[] {
  const names = new UniqueNames();
  const fields: NexusNode[] = [];
  const further: SidecarEntry[] = [];
  const { single, lists } = gatherLists(entries);
  for (const entry of single) {
    const name = fields.length < fieldsMax ? names.take(entry.key) : null;
    if (name === null) further.push(entry);
    else fields.push(field(name, clean(entry.raw)));
  }
  for (const [key, elements] of lists) {
    const name = fields.length < fieldsMax ? names.take(key === "" ? LIST : `${key}\\${LIST}`) : null;
    if (name === null) further.push(...elements);
    else fields.push(field(name, linesOf(elements)));
  }
  if (further.length > 0) fields.push(field(names.take(FURTHER)!, linesOf(further)));
  return fields;
}

/** A key with elements (`a\1\x`, `a\size`) is a list where it has more than one; a section `1\x` is one itself (""). */
function gatherLists(entries: readonly SidecarEntry[]): {
  single: SidecarEntry[];
  lists: Map<string, SidecarEntry[]>;
} {
  const familyOf = ({ key }: SidecarEntry) => {
    const at = key.indexOf("\\");
    if (at === -1) return NOT_A_FAMILY;
    return /^\d+$/.test(key.slice(0, at)) ? "" : key.slice(0, at);
  };
  const lists = Map.groupBy(entries, familyOf);
  for (const [family, elements] of lists) if (family === NOT_A_FAMILY || elements.length === 1) lists.delete(family);
  return { single: entries.filter((entry) => !lists.has(familyOf(entry))), lists };
}

/** No key has a NUL. */
const NOT_A_FAMILY = "\0";

function linesOf(entries: readonly SidecarEntry[]): string {
  return clean(entries.map((entry) => `${entry.key}=${entry.raw}`).join("\n"));
}

/** Names that HDF5 takes, each once in its group. */
class UniqueNames {
  readonly #taken = new Set<string>();

  /** Null for a name that is too long. A repeated one gets a number, as the file has both. */
  take(wanted: string): string | null {
    if (wanted.length > NAME_LENGTH_MAX) return null;
    const name = linkName(wanted);
    let free = name;
    for (let count = 2; this.#taken.has(free); count++) free = `${name} (${count})`;
    this.#taken.add(free);
    return free;
  }
}

/** A slash would make groups, a point alone means the group itself. */
function linkName(name: string): string {
  const safe = clean(name).replaceAll("/", "\\");
  return safe === "" || safe === "." || safe === ".." ? `_${safe}` : safe;
}
