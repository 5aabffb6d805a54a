/** Where a plugin comes from, as the host takes it: out of the plugins folder, or shipped. Types only. */

export interface PluginSource {
  /** Its file's name without the ending; the module's NAME takes its place. */
  readonly name: string;
  /** Of the module that is imported: the transpiled copy of a user's file; null where there is none. */
  readonly url: string | null;
  /** The user's own file, absolute; null for shipped plugins. */
  readonly file: string | null;
  /** Of the file and all its helpers: what has the same hash need not be restarted. "" for shipped plugins. */
  readonly hash: string;
  /** Why it cannot be loaded, one line, with file, line and column where there are any; null where it can. */
  readonly problem: string | null;
  /** A stage: frames pile up without it, so it is never suspended for good. */
  readonly essential?: boolean;
  /** Where the places of the transpiled copy are in the user's files: for `userPlace`. Plain data that can be posted. */
  readonly places?: PluginPlaces;
}

export interface PluginPlaces {
  /** URL of the transpiled copy, with a slash at its end. */
  readonly copyUrl: string;
  /** The same folder as a path of the system. */
  readonly copyPath: string;
  /** The plugins folder as a path of the system. */
  readonly folder: string;
  /** By the module's URL relative to the transpiled copy. */
  readonly files: Readonly<Record<string, FilePlaces>>;
}

export interface FilePlaces {
  /** Path relative to the plugins folder, in the system's spelling. */
  readonly file: string;
  /** Lines that stand in the transpiled copy before the user's first. */
  readonly linesBefore: number;
  /**
   * For code that was made anew, by its line: triples of column, user's line and user's column, all from 0, ascending.
   * null where every character stands where the user wrote it.
   */
  readonly map: readonly (readonly number[])[] | null;
}
