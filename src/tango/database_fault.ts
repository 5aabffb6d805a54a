/** Why a Tango database does not answer, in words: its host is not known, nothing listens, nothing comes back. */
import { lookup } from "node:dns/promises";
import { reasonOf } from "../files/errors.ts";
import { TIMED_OUT, withTimeout } from "../time/time_limit.ts";

/** For one step; a host that does not exist any more keeps the system waiting for minutes. */
const STEP_MS_MAX = 5000;

export interface DatabaseFault {
  /** The host's name leads nowhere; else nothing is reached at host and port. */
  readonly kind: "host" | "port";
  readonly reason: string;
}

/** @param database "host:port"; null where something listens there, whatever it is */
export async function databaseFault(database: string, step_ms = STEP_MS_MAX): Promise<DatabaseFault | null> {
  const colon = database.lastIndexOf(":");
  const hostname = database.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  const port = Number(database.slice(colon + 1));
  try {
    if (await withTimeout(lookup(hostname), step_ms) === TIMED_OUT) throw new Error("no name server answers");
  } catch (error) {
    return { kind: "host", reason: `the host ${hostname} is not known: ${reasonOf(error)}` };
  }
  try {
    (await Deno.connect({ hostname, port, signal: AbortSignal.timeout(step_ms) })).close();
    return null;
  } catch (error) {
    const late = error instanceof DOMException && error.name === "TimeoutError";
    return {
      kind: "port",
      reason: late ? `no answer within ${step_ms / 1000} s, as where a firewall is between` : reasonOf(error),
    };
  }
}

/** "(connection refused)" and the like, behind a sentence that says that the database does not answer. */
export async function databaseCause(database: string): Promise<string> {
  const fault = await databaseFault(database);
  return fault?.reason ?? "something listens there, but does not answer as a Tango database does";
}
