/** Between `pewatch integrate` and its workers. */
import type { Settings } from "../../config/settings.ts";
import type { PatternSource } from "../../patterns/header.ts";
import type { MadePattern } from "../../patterns/maker.ts";
import type { PatternOptions } from "../../patterns/options.ts";
import type { RingReport } from "../../patterns/quality.ts";

export interface IntegrateStart {
  readonly type: "start";
  readonly options: PatternOptions;
  readonly settings: Settings;
  /** Who writes, so that two workers do not use one part. */
  readonly writer: string;
}

export interface IntegrateJob {
  readonly type: "image";
  readonly index: number;
  readonly path: string;
  /** Where its pattern goes. */
  readonly folder: string;
}

export interface IntegrateDone {
  readonly index: number;
  readonly outcome:
    | {
      readonly type: "pattern";
      readonly made: MadePattern;
      readonly source: PatternSource;
      /** Null where no .xye is asked for. */
      readonly xye: { readonly path: string; readonly again: boolean } | null;
      readonly rings: RingReport | null;
      readonly saturated: number | null;
    }
    | { readonly type: "dark" }
    | { readonly type: "none"; readonly reason: string };
}
