/** What a master takes from its first frame's file by links, with the parameters that differ from frame to frame anew. */
import { group, type NexusNode } from "../tree/tree.ts";
import type { FrameMembers } from "./series_frame.ts";

export interface FirstFrame {
  /** Its file, beside the master. */
  readonly file: string;
  readonly members: FrameMembers;
  /** By path in the frame's file ("/entry/sample/temperature"), the path of the array in the master. */
  readonly replaced: ReadonlyMap<string, string>;
}

/**
 * The members of a group, all of them or the named: each an external link, or, where a parameter that differs stands
 * there, a link to its array; a group with such a parameter somewhere below is made anew.
 * @param path below the root, as in "entry/sample"
 */
export function membersOf(
  first: FirstFrame,
  path: string,
  which: { readonly only?: readonly string[]; readonly except?: ReadonlySet<string> } = {},
): NexusNode[] {
  const { file, members, replaced } = first;
  const group = members.get(path);
  if (group === undefined) return [];
  const below = `/${path}/`;
  const arrays = [...replaced.keys()].flatMap((at) => {
    const name = at.startsWith(below) ? at.slice(below.length) : "/";
    return name.includes("/") ? [] : [name];
  });
  const names = which.only?.filter((name) => group.names.includes(name)) ?? group.names;
  return [...new Set([...names, ...arrays])].filter((name) => !which.except?.has(name)).map((name) => {
    const target = replaced.get(below + name);
    if (target !== undefined) return { kind: "link", name, target };
    const isAnew = [...replaced.keys()].some((at) => at.startsWith(`${below}${name}/`));
    if (isAnew && members.has(`${path}/${name}`)) return anew(first, `${path}/${name}`);
    return { kind: "external", name, file, path: below + name };
  });
}

function anew(first: FirstFrame, path: string): NexusNode {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return group(name, first.members.get(path)!.nxClass, { children: membersOf(first, path) });
}
