/**
 * The units of a pattern's abscissa, by pyFAI's names. Bins are made in the inner unit (radians, 1/nm) and scaled. A
 * file of its own: the page's curve and the settings use it without an integrator.
 */

export type Quantity = "twoTheta" | "q";

export interface Unit {
  readonly quantity: Quantity;
  /** From the inner unit to this one. */
  readonly scale: number;
  /** As axes are labelled. */
  readonly label: string;
  /** NeXus units; GSAS-II takes "degrees" (and "deg"), not "degree". */
  readonly nexus: string;
}

export const UNITS = {
  "2th_deg": { quantity: "twoTheta", scale: 180 / Math.PI, label: "2theta (deg)", nexus: "degrees" },
  "2th_rad": { quantity: "twoTheta", scale: 1, label: "2theta (rad)", nexus: "rad" },
  "q_nm^-1": { quantity: "q", scale: 1, label: "q (1/nm)", nexus: "1/nm" },
  "q_A^-1": { quantity: "q", scale: 0.1, label: "q (1/angstrom)", nexus: "1/angstrom" },
} as const satisfies Record<string, Unit>;

export type UnitName = keyof typeof UNITS;
