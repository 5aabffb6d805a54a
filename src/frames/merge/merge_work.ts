/** What the steps of a merge share: the libraries, the claim, what was read of it, and which errors pass by themselves. */
import type { Hdf5Library } from "../../../ffi/hdf5/library.ts";
import type { TiffLibrary } from "../../../ffi/tiff/library.ts";
import { isFull, isHeldOpen, isOfSystem } from "../../files/errors.ts";
import type { CurrentCalibration } from "../../geometry/calibration_file.ts";
import type { NexusTemplates } from "../../nexus/tree/templates.ts";
import type { ParameterReading } from "../../parameters/parameter.ts";
import type { Sidecar } from "../../qxrd/sidecar.ts";
import type { SidecarView } from "../../qxrd/view.ts";
import type { TiffHead, TiffLayout } from "../../tiff/layout.ts";
import type { ClaimRecord } from "../claim/record.ts";

/** The libraries of the merging worker. */
export interface MergeLibraries {
  readonly tiff: TiffLibrary;
  readonly hdf5: Hdf5Library;
}

export type MergeTools = MergeLibraries & { readonly templates: NexusTemplates };

/** Everything about the frame that is read once for both tags and NeXus file. */
export interface Contents {
  readonly head?: TiffHead;
  readonly layout: TiffLayout | null;
  readonly sidecar: Sidecar | null;
  readonly view: SidecarView | null;
  readonly sidecarProblem: string | null;
}

/** What is merged. */
export interface MergeClaim {
  readonly path: string;
  readonly record: ClaimRecord;
  /** Those that count for this frame. */
  readonly parameters: readonly ParameterReading[];
  /** What `[detector] poni` names. */
  readonly calibration?: CurrentCalibration;
  /** For what is the same with many frames: each text is said once. */
  readonly logOnce?: (text: string, level: "info" | "warn") => void;
  /** Whether the frame is to go on without what the system refuses, as it has done before. */
  readonly lastTry: boolean;
}

export interface Work {
  readonly claim: MergeClaim;
  readonly imagePath: string;
  readonly contents: Contents;
  readonly notes: string[];
}

/** What is worth waiting for: room, another program that closes a file; for some tries whatever the system says. */
export function passes(error: unknown, claim: MergeClaim): boolean {
  return isFull(error) || isHeldOpen(error) || (!claim.lastTry && isOfSystem(error));
}
