/** What a condition is about, and what a person can do, by the key under which it is reported. */

interface KindOfCondition {
  readonly key: RegExp;
  /** One of few words: no names of files or plugins. */
  readonly kind: string;
  readonly todo: string;
  /** Whether frames are delivered all the same, but for the one that it may be about. */
  readonly holdsUpNothing?: true;
}

/** The first that fits; keys of src/frames, src/daemon/settings and src/plugins/host/plugin_reports.ts. */
const KINDS: readonly KindOfCondition[] = [
  {
    key: /^output$/,
    kind: "output",
    todo: "Make room or mount the output again, or set another output root. Frames wait and go on by themselves.",
  },
  {
    key: /^raw$/,
    kind: "raw",
    todo: "Look at the raw folder: QXRD's RAM disk may be away. Frames are taken as soon as it can be read.",
  },
  {
    key: /^(temp|proc)$/,
    kind: "work_folder",
    todo: "Look at the folder: the RAM disk may be full or away. Frames go on by themselves.",
  },
  {
    key: /^moves to (temp|proc)$/,
    kind: "move",
    todo: "Make room on the volume of the folder that is named. The move is retried automatically.",
  },
  {
    key: /^merge$/,
    kind: "merge",
    todo: "Run pewatch doctor: it checks the libraries. Frames wait and go on by themselves.",
  },
  {
    key: /^series$/,
    kind: "series",
    todo: "Close the series file in other programs, or make room. Its frames are delivered already.",
    holdsUpNothing: true,
  },
  {
    key: /^held open/,
    kind: "held_open",
    todo: "Close the file in the other program, or wait: it may be a virus scanner. Retries are automatic.",
  },
  {
    key: /^claim /,
    kind: "frame",
    todo: "Look at the reason; if it stays, the frame goes to the quarantine. Other frames are not held up.",
    holdsUpNothing: true,
  },
  {
    key: /^left /,
    kind: "draining_folder",
    todo: "Make the folder readable again, so that what waits in it can be delivered.",
  },
  {
    key: /^folders\./,
    kind: "folder",
    todo: "Make the folder available again, or set another; pewatch settings forget returns to the configuration's.",
  },
  {
    key: /^plugins folder$/,
    kind: "plugins_folder",
    todo: "Make the plugins folder readable again; plugins that run go on.",
    holdsUpNothing: true,
  },
  {
    key: /^plugin:.*:slow$/,
    kind: "stage_slow",
    todo: "Look at what else uses this computer; the stage is started anew by itself.",
  },
  {
    key: /^plugin:.*:file$/,
    kind: "plugin",
    todo: "Correct the plugin's file; it is loaded again when it changes.",
    holdsUpNothing: true,
  },
  {
    key: /^plugin:/,
    kind: "plugin",
    todo: "Correct what the message names, then retry the plugin.",
    holdsUpNothing: true,
  },
  {
    // What a plugin beside the stages reports, behind its name: a broker that does not answer.
    key: /^[^:]+\//,
    kind: "plugin",
    todo: "Do what the message says. Frames are delivered meanwhile.",
    holdsUpNothing: true,
  },
];

/** A plugin that replaces a stage may report conditions under keys of its own. */
const OTHER = { kind: "other", todo: "Look at the log and run pewatch doctor." };

export function kindOfCondition(key: string): { readonly kind: string; readonly todo: string } {
  return KINDS.find(({ key: pattern }) => pattern.test(key)) ?? OTHER;
}

const HARMLESS = new Set(KINDS.filter(({ holdsUpNothing }) => holdsUpNothing).map(({ kind }) => kind));

/** Whether frames wait for the end of such a condition. A plugin that is one of the stages holds them up all the same. */
export function holdsUpFrames(kind: string): boolean {
  return !HARMLESS.has(kind);
}

export const CONDITION_KINDS: readonly string[] = [...new Set([...KINDS, OTHER].map(({ kind }) => kind))];
