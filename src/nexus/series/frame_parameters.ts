/** Reads of a frame's file the parameters that it has. */
import type { Hdf5Dataset, Hdf5Group, Hdf5ReadValue } from "../../../ffi/hdf5/library.ts";
import { PARAMETER_NAMES, PARAMETER_NUMBERS, PARAMETER_PATHS, PARAMETER_UNITS } from "../frame/parameter_list.ts";
import { AVERAGE } from "../frame/parameter_node.ts";
import { DEFAULT_PATH } from "../frame/parameter_tree.ts";
import { attributeOf, openAt, openDataset, openGroup } from "./read_at.ts";

/** All that the store and `[[nexus.map]]` may give a frame; a wild file ends somewhere. */
const PARAMETERS_MAX = 2000;
/** Longer lists and texts are not for a table of all frames. */
const ELEMENTS_MAX = 16;
const TEXT_MAX = 1000;

export interface FrameParameter {
  readonly name: string;
  /** Of its field in the frame's file: "/entry/sample/temperature". */
  readonly path: string;
  /** Null where it is too long for a table, or of a type that is not read. */
  readonly value: number | string | readonly number[] | null;
  readonly units: string | null;
}

/** In the order in which the frame has them, `max` at most. Of the readings over an exposure the average counts, of another series the last one. */
export function readParameters(root: Hdf5Group, { max = PARAMETERS_MAX }: { max?: number } = {}): FrameParameter[] {
  const most = Math.min(max, PARAMETERS_MAX);
  using list = openGroup(root, "entry/process/parameters");
  // Files of older versions have no list of their parameters.
  if (list === null) return parametersIn(root, most);
  const attributes = list.attributeNames();
  const listOf = (name: string) => {
    const value = attributes.includes(name) ? list.readAttribute(name, { elementsMax: 10_000 }) : null;
    return Array.isArray(value) ? value : value === null ? [] : [value];
  };
  const [names, paths, units] = [PARAMETER_NAMES, PARAMETER_PATHS, PARAMETER_UNITS]
    .map((name) => listOf(name).map(String)) as [string[], string[], string[]];
  const numbers = listOf(PARAMETER_NUMBERS);
  // Most stand in one group: it is opened once, since each of them would otherwise be looked for from the root on.
  using groups = new OpenGroups(root);
  return names.slice(0, most).flatMap((name, index) => {
    const path = paths[index];
    const number = numbers[index];
    if (path !== undefined && typeof number === "number" && !Number.isNaN(number)) {
      return [{
        name: interned(name),
        path: interned(path),
        value: number,
        units: interned(units[index] ?? "") || null,
      }];
    }
    const parent = path === undefined ? null : groups.at(path.slice(1, path.lastIndexOf("/")));
    const read = parent === null ? null : readParameter(parent, path!.slice(path!.lastIndexOf("/") + 1));
    return read === null ? [] : [{ name: interned(name), path: interned(path!), ...read }];
  });
}

/** All in the group where parameters without a path stand. */
function parametersIn(root: Hdf5Group, max: number): FrameParameter[] {
  using group = openGroup(root, DEFAULT_PATH.slice(1));
  if (group === null) return [];
  return group.links({ max }).links.flatMap(({ name }) => {
    const path = `${DEFAULT_PATH}/${name}`;
    const read = readParameter(group, name);
    return read === null ? [] : [{ name: interned(name), path: interned(path), ...read }];
  });
}

/** The groups of one file that are open, by their paths below the root. */
class OpenGroups implements Disposable {
  readonly #root: Hdf5Group;
  readonly #groups = new Map<string, Hdf5Group | null>();

  constructor(root: Hdf5Group) {
    this.#root = root;
  }

  /** Null where there is none. */
  at(path: string): Hdf5Group | null {
    let group = this.#groups.get(path);
    if (group === undefined) this.#groups.set(path, group = openGroup(this.#root, path));
    return group;
  }

  [Symbol.dispose](): void {
    for (const group of this.#groups.values()) group?.[Symbol.dispose]();
  }
}

function readParameter(parent: Hdf5Group, name: string): Pick<FrameParameter, "value" | "units"> | null {
  using opened = openAt(parent, name);
  if (opened === null) return null;
  if (opened.kind === "dataset") return readValue(opened, { isLog: false });
  using dataset = openDataset(opened, AVERAGE) ?? openDataset(opened, "value");
  return dataset === null ? null : readValue(dataset, { isLog: true });
}

function readValue(dataset: Hdf5Dataset, { isLog }: { isLog: boolean }): Pick<FrameParameter, "value" | "units"> {
  // Of a series only the last reading is wanted, but it is read as a whole.
  const read = dataset.read({ elementsMax: isLog ? LOG_ELEMENTS_MAX : ELEMENTS_MAX });
  const units = attributeOf(dataset, "units");
  const value = isLog && Array.isArray(read) ? read.at(-1) ?? null : read;
  return { value: tableValue(value), units: typeof units === "string" ? interned(units) : null };
}

const LOG_ELEMENTS_MAX = 100_000;

function tableValue(value: Hdf5ReadValue): FrameParameter["value"] {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string") return value.length > TEXT_MAX ? null : interned(value);
  if (value === null) return null;
  const numbers = value.map((one) => typeof one === "string" ? null : Number(one));
  return numbers.every((one) => one !== null) ? numbers : null;
}

/** Names, units and most texts are the same in thousands of frames: one copy of each. */
function interned(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= TEXTS_MAX) texts.clear();
  texts.set(text, text);
  return text;
}

const texts = new Map<string, string>();
const TEXTS_MAX = 10_000;
