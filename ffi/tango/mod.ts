/** What pewatch uses of Tango. */
export { TangoError, type TangoFailure } from "./error.ts";
export * from "./library.ts";
export { openTangoLibrary } from "./open.ts";
export { escapeForTango, fitsTango } from "./text.ts";
