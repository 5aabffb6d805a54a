/** What the device has to be, written down apart from the program: names, types, units, access, limits. */

/** Numbers of Tango's own IDL. */
const DOUBLE = 5, USHORT = 6, STRING = 8, STATE = 19, LONG64 = 23, VOID = 0;
const SCALAR = 0, SPECTRUM = 1, IMAGE = 2;
const READ = 0, READ_WRITE = 3;

export interface ExpectedAttribute {
  readonly type: number;
  readonly format: number;
  readonly writable: number;
  readonly unit: string;
  readonly min?: string;
  readonly max?: string;
  readonly size?: readonly [number, number];
}

function read(type: number, unit = ""): ExpectedAttribute {
  return { type, format: SCALAR, writable: READ, unit };
}
const folder: ExpectedAttribute = { type: STRING, format: SCALAR, writable: READ_WRITE, unit: "" };

export const ATTRIBUTES: Readonly<Record<string, ExpectedAttribute>> = {
  TickTackPeriod: read(DOUBLE, "s"),
  NumThreads: read(LONG64),
  DirRaw: folder,
  DirTemp: folder,
  DirProc: folder,
  DirOutputRoot: folder,
  DirOutput: folder,
  MaxProc: { type: LONG64, format: SCALAR, writable: READ_WRITE, unit: "", min: "1", max: "9" },
  FramesDelivered: read(LONG64),
  FramesFailed: read(LONG64),
  DarksRemoved: read(LONG64),
  Backlog: read(LONG64),
  BytesDelivered: read(LONG64, "bytes"),
  FrameRate: read(DOUBLE, "1/s"),
  Latency: read(DOUBLE, "s"),
  RamDiskFree: read(LONG64, "bytes"),
  OutputFree: read(LONG64, "bytes"),
  LastFrame: read(STRING),
  LastError: read(STRING),
  Plugins: { type: STRING, format: SPECTRUM, writable: READ, unit: "", size: [256, 0] },
  Consumers: { type: STRING, format: SPECTRUM, writable: READ, unit: "", size: [256, 0] },
  Preview: { type: USHORT, format: IMAGE, writable: READ, unit: "", size: [512, 512] },
  PreviewLow: read(DOUBLE, "counts"),
  PreviewHigh: read(DOUBLE, "counts"),
  // Tango's own.
  State: read(STATE),
  Status: read(STRING),
};

export const SCALARS = Object.entries(ATTRIBUTES).filter(([, { format }]) => format === SCALAR).map(([name]) => name);

/** In and out. */
export const COMMANDS: Readonly<Record<string, readonly [number, number]>> = {
  Start: [VOID, VOID],
  Stop: [VOID, VOID],
  PluginInfo: [STRING, STRING],
  ReloadPlugins: [VOID, VOID],
  Retry: [VOID, STRING],
  // Tango's own.
  Init: [VOID, VOID],
  State: [VOID, STATE],
  Status: [VOID, STRING],
};
