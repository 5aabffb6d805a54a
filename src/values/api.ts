/**
 * What the shipped plugins that read values of other systems are made of, by the bare name `pewatch/values`. A file
 * of its own: it names what a plugin may use of this room.
 */
export { parsePlace } from "../parameters/path.ts";
export { defaultParameter, faultOfAttribute } from "./tango_attribute_name.ts";
export { faultOfDatabase, originOf, type TangoTable } from "./tango_list.ts";
export type { ValueReading } from "./value_reading.ts";
export { NOT_READ_YET, TangoValues } from "./tango_values.ts";
export { readingOf } from "./epics/epics_reading.ts";
export { EpicsValues } from "./epics/epics_values.ts";
export { parseAddress } from "./epics/ca_search.ts";
