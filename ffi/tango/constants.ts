/** Constants of shim/pewatch_tango.h; each has the value of its C name. */
import type { TangoFailure } from "./error.ts";
import type { TangoType } from "./library.ts";

export const PT_INTERFACE_VERSION = 1;

export const TYPES: Readonly<Record<TangoType | "void", number>> = {
  void: 0,
  double: 5,
  ushort: 6,
  string: 8,
  long64: 23,
};

export const FORMATS = { scalar: 0, spectrum: 1, image: 2 } as const;
export const LEVELS = { operator: 0, expert: 1 } as const;
export const FLAGS = { writable: 1, events: 2, onDemand: 4 } as const;
export const PROPERTIES = { label: 0, unit: 1, numberFormat: 2, min: 3, max: 4, description: 5 } as const;
export const PT_VALID = 0;
export const PT_INVALID = 1;

export const PT_WRITE = 1;
export const PT_COMMAND = 2;
export const PT_DEMAND = 3;

/** Of PT_FAILURE_*, in their order; the first is none. */
export const FAILURES: readonly TangoFailure[] = [
  "other",
  "other",
  "database_away",
  "not_registered",
  "registered_elsewhere",
  "already_running",
  "endpoint",
];

export const PT_TAKE_WAIT_MS_MAX = 500;
/** pt_take after the end of the server: INT32_MIN. */
export const ENDED = -0x8000_0000;
/** sizeof(pt_request_header) and where its fields are. */
export const HEADER_BYTES = 24;
export const HEADER_AT = { id: 0, kind: 8, type: 12, nameBytes: 16, valueBytes: 20 } as const;
/** The longest words that are read of a failure. */
export const WORDS_BYTES_MAX = 4096;
