/** What the stages report to the rest of the program: log lines, events of frames, conditions of the environment. */
import type { Logger } from "../log/logger.ts";

/** Absolute paths of the files of a set that have a role of their own. */
export interface FrameRoles {
  readonly image: string;
  readonly sidecar: string | null;
  readonly nexus: string | null;
}

/** One step of one frame in progress. `frame` is the image's path relative to the raw folder, with forward slashes. */
export type FrameEvent =
  | { readonly type: "claimed"; readonly frame: string }
  | { readonly type: "merged"; readonly frame: string; readonly tagged: boolean }
  | {
    readonly type: "delivered";
    readonly frame: string;
    /** Absolute paths of what now stands in the output. */
    readonly files: readonly string[];
    readonly bytes: number;
    /** Seconds from the moment the sidecar was written (or the image, without one) to the delivery of the set. */
    readonly latency_s: number;
    /** Which of the files is what; a plugin that replaces the stage may leave it out. */
    readonly roles?: FrameRoles;
    readonly dark?: boolean;
    /** The whole set was there already, with the same content: after a crash, or since the frame was given twice. */
    readonly again?: boolean;
    /** Of its line in the ledger; not there where no ledger is kept. */
    readonly sequence?: number | undefined;
  }
  | {
    readonly type: "quarantined";
    readonly frame: string;
    readonly folder: string;
    readonly reason: string;
    /** Whether its image is no readable TIFF, or the output does not take it. */
    readonly cause?: "unreadable" | "undeliverable";
    readonly sequence?: number | undefined;
  }
  | {
    readonly type: "dark_removed";
    readonly frame: string;
    readonly bytes: number;
    readonly sequence?: number | undefined;
  };

/**
 * A fault of the environment (a folder that is gone, an output that is full) which holds frames up without harming
 * them. `message` null solves the condition.
 */
export interface Condition {
  readonly key: string;
  readonly message: string | null;
}

/**
 * What stays in the raw folder since it is no frame: files with other endings, sidecars and companions without an image,
 * temporary files of a program that was ended, names with a leading dot, links, pipes and devices, names that are not
 * UTF-8, and sub-folders that cannot be listed.
 */
export type UnclaimedKind =
  | "other"
  | "companion"
  | "unfinished"
  | "hidden"
  | "link"
  | "special"
  | "unreadable_name"
  | "folder";

/** Kinds of which there is none are left out. */
export type UnclaimedCounts = { readonly [kind in UnclaimedKind]?: number };

/** How far an order is. */
export interface RetryProgress {
  readonly id: number;
  /** In progress again. */
  readonly taken: number;
  /** Still as they were: the log says why. */
  readonly kept: number;
  readonly waiting: number;
}

/** What came of a consumer's confirmation. */
export interface ConfirmProgress {
  readonly id: number;
  /** Sets that have one of the checksums. */
  readonly found: number;
  /** Sets that nobody is waited for any more. */
  readonly removed: number;
  readonly waiting: number;
}

/** How many frames wait where, as the last firing of each stage saw it. */
export interface Backlog {
  readonly raw?: number;
  readonly temp?: number;
  readonly proc?: number;
  /** Series whose master waits for its time to be written; no frames. */
  readonly series?: number;
  /** What is left to do in folders that a client has put others in the place of, by their id. */
  readonly left?: readonly { readonly id: number; readonly frames: number }[];
  /** What lies in raw and is no frame, as the last scan found it. */
  readonly unclaimed?: UnclaimedCounts;
  /** How far an order is to try the quarantine again. */
  readonly retried?: RetryProgress;
  /** What came of a confirmation. */
  readonly confirmed?: ConfirmProgress;
}

/** By which a stage reports what it does. */
export interface Reporter {
  readonly log: Logger;
  event(event: FrameEvent): void;
  condition(condition: Condition): void;
  backlog(backlog: Backlog): void;
}
