/**
 * Where a frame's file says which series it belongs to. A file of its own: who writes these names and who reads them
 * share it.
 */

/** Of the entry; NXentry has this name for a group of files that belong together. */
export const SERIES_FIELD = "collection_identifier";
/** Its attributes; phase and the counter of a taken name are there where the frame has one. */
export const PLACE_IN_SERIES = {
  number: "frame_number",
  phase: "phase_number",
  collision: "name_counter",
} as const;
