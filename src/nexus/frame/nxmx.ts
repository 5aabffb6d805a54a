/** The application definition NXmx. */

export const DEFINITION = "NXmx";
/** Of the definition itself, in definitions 2026.01. */
export const DEFINITION_VERSION = "1.8";
