/** Exports no `work`. */
export const TICKTACK = 1;
