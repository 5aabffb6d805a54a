/** What is read of a value of another system. A file of its own: it is the same of each system. */
import type { ParameterAttributes, ParameterValue } from "../parameters/parameter.ts";

export interface ValueReading {
  /** Null where there is none: `note` says why. */
  readonly value: ParameterValue | null;
  readonly note?: string;
  readonly unit?: string;
  /** Quality or severity, label, and what else the system says of it. */
  readonly attributes: ParameterAttributes;
  /** The source's own, or, where that cannot be right, when it was read. */
  readonly time: Date;
}
