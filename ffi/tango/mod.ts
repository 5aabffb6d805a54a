/** What pewatch uses of Tango. A file of its own: it names what the other rooms may use. */
export { TangoError, type TangoFailure } from "./error.ts";
export * from "./library.ts";
export { openTangoLibrary } from "./open.ts";
export { escapeForTango } from "./text.ts";
