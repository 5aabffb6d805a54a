/** Reads of a frame's file the parameters that it has. */
import type { Hdf5Group, Hdf5ReadValue } from "../../../ffi/hdf5/library.ts";
import { DEFAULT_PATH, PARAMETER_LIST, PARAMETER_NAMES, PARAMETER_PATHS } from "../frame/parameter_tree.ts";
import { openAt, openDataset } from "./read_at.ts";

/** Of one frame: each is kept in memory for every frame of the series. */
const PARAMETERS_MAX = 200;
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

/** In the order in which the frame has them, PARAMETERS_MAX at most. Of a series of readings the last one counts. */
export function readParameters(root: Hdf5Group): FrameParameter[] {
  const opened = openAt(root, `entry/process/${PARAMETER_LIST}`);
  // Files of older versions have no list of their parameters.
  if (opened?.kind !== "group") return parametersIn(root);
  using list = opened.group;
  const [names, paths] = [PARAMETER_NAMES, PARAMETER_PATHS].map((attribute) => {
    const value = list.readAttribute(attribute, { elementsMax: 10_000 });
    return typeof value === "string" ? [value] : Array.isArray(value) ? value.map(String) : [];
  }) as [string[], string[]];
  return names.slice(0, PARAMETERS_MAX).flatMap((name, index) => {
    const path = paths[index];
    const read = path === undefined ? null : readParameter(root, path);
    return read === null ? [] : [{ name: interned(name), path: interned(path!), ...read }];
  });
}

/** All in the group where parameters without a path stand. */
function parametersIn(root: Hdf5Group): FrameParameter[] {
  const opened = openAt(root, DEFAULT_PATH.slice(1));
  if (opened?.kind !== "group") return [];
  using group = opened.group;
  return group.links({ max: PARAMETERS_MAX }).links.flatMap(({ name }) => {
    const path = `${DEFAULT_PATH}/${name}`;
    const read = readParameter(root, path);
    return read === null ? [] : [{ name: interned(name), path: interned(path), ...read }];
  });
}

function readParameter(root: Hdf5Group, path: string): Pick<FrameParameter, "value" | "units"> | null {
  const at = path.slice(1);
  const opened = openAt(root, at);
  if (opened === null || opened.kind === "other") return null;
  const isLog = opened.kind === "group";
  if (isLog) opened.group[Symbol.dispose]();
  using dataset = isLog ? openDataset(root, `${at}/value`) : opened.dataset;
  if (dataset === null) return null;
  // Of a series only the last reading is wanted, but it is read as a whole.
  const read = dataset.read({ elementsMax: isLog ? LOG_ELEMENTS_MAX : ELEMENTS_MAX });
  const units = dataset.attributeNames().includes("units") ? dataset.readAttribute("units", { elementsMax: 1 }) : null;
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
