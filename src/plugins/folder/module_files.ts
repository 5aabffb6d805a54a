/** Reads the files of one build, each once, and only those that are no longer written. */
import { type FileState, MISSING, stateOf, statOf } from "./file_state.ts";
import { isMissing, oneLine, reasonOf } from "../../files/errors.ts";
import { decodeText, type ModuleText, readModule } from "./module_text.ts";
import { ModuleTextError, placeText } from "./text_place.ts";

/** A larger file is not a plugin: bundled libraries and tables stay below. */
export const FILE_BYTES_MAX = 4 * 1024 * 1024;

/** How the files were seen before the build. */
export interface Sighting {
  /** Those that have settled, as they were seen then. */
  readonly settled: ReadonlyMap<string, FileState>;
  /** Where files were not watched before: files that have not changed for so long count as settled, s. null: none does. */
  readonly trustAge_s: number | null;
}

export type FileOutcome =
  | { readonly kind: "read"; readonly bytes: Uint8Array }
  | { readonly kind: "missing" }
  /** It is being written, or was not watched so far. */
  | { readonly kind: "unsettled" }
  /** The system could not read it: worth another try. */
  | { readonly kind: "unread"; readonly problem: string }
  | { readonly kind: "bad"; readonly problem: string };

export type ModuleOutcome =
  | { readonly kind: "module"; readonly bytes: Uint8Array; readonly module: ModuleText }
  | Exclude<FileOutcome, { kind: "read" }>;

export class ModuleFiles {
  readonly #sighting: Sighting;
  readonly #outcomes = new Map<string, FileOutcome>();
  readonly #modules = new Map<string, Promise<ModuleOutcome>>();
  /** What the build rests on: every file that was asked for, with the state in which it was taken, null where not. */
  readonly states = new Map<string, FileState | null>();

  constructor(sighting: Sighting) {
    this.#sighting = sighting;
  }

  /** The bytes of a file that has settled, the same before and after they were read. */
  take(path: string): FileOutcome {
    const known = this.#outcomes.get(path);
    if (known !== undefined) return known;
    this.states.set(path, null);
    const outcome = this.#take(path);
    this.#outcomes.set(path, outcome);
    return outcome;
  }

  module(path: string): Promise<ModuleOutcome> {
    let module = this.#modules.get(path);
    if (module === undefined) {
      module = this.#module(path);
      this.#modules.set(path, module);
    }
    return module;
  }

  async #module(path: string): Promise<ModuleOutcome> {
    const file = this.take(path);
    if (file.kind !== "read") return file;
    try {
      return { kind: "module", bytes: file.bytes, module: await readModule(decodeText(file.bytes), path) };
    } catch (error) {
      if (!(error instanceof ModuleTextError)) throw error;
      return { kind: "bad", problem: `${path}${placeText(error.place)}: ${oneLine(error.message)}` };
    }
  }

  #take(path: string): FileOutcome {
    try {
      const before = look(path);
      const outcome = this.#settled(path, before) ? read(path, before) : { kind: "unsettled" } as const;
      if (outcome.kind !== "unsettled") this.states.set(path, before.state);
      return outcome;
    } catch (error) {
      return { kind: "unread", problem: `${path}: it cannot be read: ${reasonOf(error)}` };
    }
  }

  #settled(path: string, seen: Look): boolean {
    const settledAs = this.#sighting.settled.get(path);
    if (settledAs !== undefined) return settledAs === seen.state;
    const { trustAge_s } = this.#sighting;
    if (trustAge_s === null) return false;
    const age_ms = seen.facts === null ? Infinity : Math.abs(Date.now() - seen.facts.modified_ms);
    return age_ms >= trustAge_s * 1000;
  }
}

function read(path: string, { state, facts, isFile }: Look): FileOutcome {
  if (facts === null) return { kind: "missing" };
  if (!isFile) return { kind: "bad", problem: `${path}: it is not a file` };
  if (facts.size > FILE_BYTES_MAX) {
    return { kind: "bad", problem: `${path}: it has ${facts.size} bytes; at most ${FILE_BYTES_MAX} are read` };
  }
  const bytes = Deno.readFileSync(path);
  const isSame = bytes.length === facts.size && look(path).state === state;
  return isSame ? { kind: "read", bytes } : { kind: "unsettled" };
}

interface Look {
  readonly state: FileState;
  readonly facts: { readonly size: number; readonly modified_ms: number } | null;
  readonly isFile: boolean;
}

function look(path: string): Look {
  try {
    const info = Deno.statSync(path);
    const facts = statOf(info);
    return { state: stateOf(facts), facts, isFile: info.isFile };
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { state: MISSING, facts: null, isFile: false };
  }
}
