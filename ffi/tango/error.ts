/**
 * The error of Tango: a table that is refused, a value that does not fit, a server that cannot start. A file of its
 * own: whoever only catches it opens no library.
 */

/** Why a server could not start. Only `database_away` gets better by waiting. */
export type TangoFailure =
  | "database_away"
  | "not_registered"
  | "registered_elsewhere"
  | "already_running"
  | "endpoint"
  | "other";

/** Carries the shim's words, or Tango's own. */
export class TangoError extends Error {
  override readonly name = "TangoError";

  constructor(
    message: string,
    /** Null where it is not about a start. */
    readonly failure: TangoFailure | null = null,
  ) {
    super(message);
  }
}
