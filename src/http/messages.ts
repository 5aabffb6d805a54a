/** The messages between the main thread and the worker that serves HTTP. */
import type { FrameRoles } from "../frames/events.ts";
import type { LogLevel } from "../log/logger.ts";
import type { BeamlineSettings, DetectorSettings, HttpSettings } from "../config/settings.ts";
import type { DoneUpTo, LedgerPlace } from "../daemon/client_consumers.ts";
import type { DaemonReading } from "./metrics/families.ts";
import type { EventPayloads, FrameFigures, GeometryPayload, HelloPayload } from "./payloads.ts";

export type EventMessage = {
  [Name in keyof EventPayloads]: { readonly type: "event"; readonly name: Name; readonly data: EventPayloads[Name] };
}[keyof EventPayloads];

/** What a client with the token wants done. */
export type Order =
  | { readonly what: "start" | "stop" | "retry" }
  | { readonly what: "retry_plugin"; readonly plugin: string }
  | { readonly what: "folder"; readonly key: string; readonly value: string }
  | { readonly what: "acknowledge"; readonly consumer: string; readonly upTo: DoneUpTo }
  | { readonly what: "confirm"; readonly consumer: string; readonly sums: readonly string[] };

/** What came of it, in words; for programs with figures. */
export type OrderResult =
  | { readonly text: string; readonly value?: Readonly<Record<string, number>>; readonly error?: undefined }
  | { readonly status: 400 | 404 | 409; readonly error: string };

/** A frame as whoever reads its pixels needs it. */
export interface FrameFiles {
  readonly id: number;
  /** Below the raw folder. */
  readonly frame: string;
  /** Null of frames that have no image in the output. */
  readonly roles: FrameRoles | null;
  readonly reason: string | null;
}

/** What the worker asks the main thread, each with the type of its reply. */
export interface Asked {
  readonly hello: { readonly question: Record<never, never>; readonly reply: Omit<HelloPayload, "quarantine"> };
  /** Whether the main thread works, and whether frames are delivered. */
  readonly ready: {
    readonly question: Record<never, never>;
    readonly reply: { readonly ready: boolean; readonly text: string };
  };
  readonly frame: { readonly question: { readonly id: number | "latest" }; readonly reply: FrameFiles | null };
  /** Null before the daemon's first start. */
  readonly ledger: { readonly question: { readonly consumer: string | null }; readonly reply: LedgerPlace | null };
  readonly metrics: { readonly question: Record<never, never>; readonly reply: DaemonReading };
  readonly order: { readonly question: { readonly order: Order; readonly from: string }; readonly reply: OrderResult };
}

export type Question = { [What in keyof Asked]: { readonly what: What } & Asked[What]["question"] }[keyof Asked];
export type ReplyTo<What extends keyof Asked> = Asked[What]["reply"];

/** The plugin whose patterns are shown. */
export const PATTERN_PLUGIN = "integrate";

/** Settings by which the image worker understands a frame. */
export type ImageSettings = {
  readonly detector: DetectorSettings;
  readonly beamline: BeamlineSettings;
  /** Below the folder of each frame: where its pattern is. */
  readonly patternFolder: string;
};

export type ToHttpWorker =
  | {
    readonly type: "start";
    readonly settings: HttpSettings;
    readonly images: ImageSettings;
  }
  | { readonly type: "reply"; readonly id: number; readonly value: ReplyTo<keyof Asked>; readonly error?: undefined }
  | { readonly type: "reply"; readonly id: number; readonly value?: undefined; readonly error: string }
  /** The output root, whose quarantine is looked at, and when it was retried. */
  | { readonly type: "quarantine"; readonly root: string; readonly retried_ms: readonly number[] }
  | EventMessage;

export type FromHttpWorker =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "failed"; readonly inUse: boolean; readonly reason: string }
  /** How many browsers listen to events. */
  | { readonly type: "viewers"; readonly count: number }
  | { readonly type: "ask"; readonly id: number; readonly question: Question }
  /** A frame's pixels were read. */
  | {
    readonly type: "seen";
    readonly id: number;
    readonly figures: FrameFigures;
    readonly geometry: GeometryPayload | null;
    /** How long its preview took; null where all pixels were wanted. */
    readonly preview_ms: number | null;
  }
  | { readonly type: "log"; readonly level: LogLevel; readonly message: string };
