/** What the rest of pewatch sees of Tango: the seam that a fake can take the place of. No pointer crosses it. */
import type { TangoError } from "./error.ts";

export type TangoType = "double" | "ushort" | "string" | "long64";
export type TangoLevel = "operator" | "expert";

/** An attribute as the device's class has it. Texts are Latin-1. */
export interface TangoAttribute {
  readonly name: string;
  readonly type: TangoType;
  /** A scalar if absent. */
  readonly format?: "scalar" | "spectrum" | "image";
  /** Elements at most: of a spectrum one number, of an image width and height. */
  readonly size?: readonly [x: number, y?: number];
  /** Only a scalar can be. */
  readonly writable?: boolean;
  /** Each change is pushed as change event and archive event. */
  readonly events?: boolean;
  /** Made when somebody reads it: a request of kind "demand" comes, at most two a second. */
  readonly onDemand?: boolean;
  readonly level?: TangoLevel;
  readonly description: string;
  readonly label?: string;
  readonly unit?: string;
  /** As printf has it. Tango's own, "%6.2f", shows 0.004 as 0.00. */
  readonly numberFormat?: string;
  /** A write outside is refused by cppTango in its own words. */
  readonly min?: string;
  readonly max?: string;
}

export interface TangoCommand {
  readonly name: string;
  readonly input: "string" | "void";
  readonly output: "string" | "void";
  readonly inputDescription: string;
  readonly outputDescription: string;
  readonly level?: TangoLevel;
}

export interface TangoTable {
  readonly className: string;
  readonly description: string;
  readonly attributes: readonly TangoAttribute[];
  readonly commands: readonly TangoCommand[];
}

/** Rows of `width` pixels, from the top. */
export interface TangoImage {
  readonly pixels: Uint16Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

interface Scalars {
  double: number;
  ushort: number;
  string: string;
  /** A number only where it is a safe integer. */
  long64: number | bigint;
}

/** What an attribute can be set to; null is "there is none" (quality INVALID). */
export type TangoValueOf<A extends TangoAttribute> =
  | null
  | (A extends { readonly format: "image" } ? TangoImage
    : A extends { readonly format: "spectrum" } ? readonly Scalars[A["type"]][]
    : Scalars[A["type"]]);

export type TangoAttributeNamed<T extends TangoTable, N extends string> = Extract<
  T["attributes"][number],
  { readonly name: N }
>;

/** In the order of Tango's DevState. */
export const TANGO_STATES = [
  "ON",
  "OFF",
  "CLOSE",
  "OPEN",
  "INSERT",
  "EXTRACT",
  "MOVING",
  "STANDBY",
  "FAULT",
  "INIT",
  "RUNNING",
  "ALARM",
  "DISABLE",
  "UNKNOWN",
] as const;
export type TangoState = typeof TANGO_STATES[number];

/** What a client writes; integers as BigInt, so that none is rounded. */
export type TangoScalar = number | bigint | string;

/** A write or command is to be answered within 2.5 s; later the client gets the answer that it was not. */
interface Answerable {
  readonly name: string;
  /** The client's call fails with this text (Latin-1, else escaped). Gives whether it still waits. */
  refuse(text: string): boolean;
}

export interface TangoWrite extends Answerable {
  readonly kind: "write";
  readonly value: TangoScalar;
  /** Set the attribute before: what is set then is what clients read, and the set point. */
  accept(): boolean;
}

export interface TangoCommandCall extends Answerable {
  readonly kind: "command";
  /** Undefined for a command without an argument. */
  readonly argument: string | undefined;
  /** Without a text where the command gives none. */
  accept(text?: string): boolean;
}

export interface TangoDemand extends Answerable {
  readonly kind: "demand";
  /** Set the attribute before, or leave it as it is where nothing is new. */
  accept(): boolean;
}

/** What happened: Init was called, device or server were restarted by a client, the server has ended. */
export interface TangoNotice {
  readonly kind: "notice";
  readonly notice: "init" | "restart" | "stopped";
  readonly text: string;
}

export type TangoRequest = TangoWrite | TangoCommandCall | TangoDemand | TangoNotice;

/** Where a device is served. */
export interface TangoPlace {
  readonly server: string;
  readonly instance: string;
  /** "pewatch/daemon/1" */
  readonly device: string;
  /** "host:port"; without one the endpoint is needed. */
  readonly database?: string;
  /** "host:port"; port 0 is any free one. */
  readonly endpoint?: string;
}

export interface TangoRegistration {
  readonly database: string;
  readonly server: string;
  readonly instance: string;
  readonly className: string;
  readonly device: string;
}

export interface TangoServer<T extends TangoTable = TangoTable> extends AsyncDisposable {
  /**
   * Serves; gives the full name that a client is to be given. May be retried after it failed.
   * @throws TangoError with `failure`
   */
  start(place: TangoPlace): Promise<string>;
  /** May be called before the start, too. @throws TangoError where the value does not fit */
  set<N extends T["attributes"][number]["name"]>(
    name: N,
    value: TangoValueOf<TangoAttributeNamed<T, N>>,
    options?: { readonly time?: Date },
  ): void;
  /** The status may have any characters; those that are not Latin-1 are escaped. */
  setState(state: TangoState, status: string): void;
  /** What clients want, until the server has ended. One loop at a time, after the start. */
  requests(): AsyncIterableIterator<TangoRequest>;
  /** Ends the server, if it runs. It cannot be started again in this process. */
  stop(): Promise<void>;
}

export interface TangoLibrary extends Disposable {
  /** Of cppTango: "9.3.4" */
  readonly version: string;
  /** As it was given to the loader. */
  readonly path: string;
  /** A process has one server. @throws TangoError where the table is refused */
  createServer<const T extends TangoTable>(table: T): TangoServer<T>;
  /** @throws TangoError */
  register(registration: TangoRegistration): Promise<void>;
  /** @throws TangoError, also where the server runs */
  unregister(registration: Omit<TangoRegistration, "className">): Promise<void>;
  /** Whether the server could start as the database is now: null, or why not. @throws TangoError */
  check(registration: TangoRegistration): Promise<TangoError | null>;
  /** Properties of a device: the values of each. @throws TangoError */
  deviceProperties(of: { readonly database: string; readonly device: string }): Promise<Map<string, string[]>>;
  /** Ends the process at once, without destructors, which may hang while Tango's threads run (Windows). */
  exit(code: number): never;
  /** Releases the library where no server was started; a second call does nothing. */
  close(): void;
}
