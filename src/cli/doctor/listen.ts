/** Whether an address can be listened on, by doing so. A file of its own: shared by the checks of HTTP and Tango. */
import { type Finding, ok, problem, warning } from "./check.ts";
import { messageOf } from "../../files/errors.ts";

export interface ListenCheck {
  readonly name: string;
  /** As a person writes it. */
  readonly shown: string;
  readonly hostname: string;
  readonly port: number;
  /** Whether a daemon of this configuration runs: what it holds is no fault. */
  readonly running: boolean;
  readonly remedy: string;
  /** Whether pewatch does without it. */
  readonly isExtra?: boolean;
}

export function checkListen({ name, shown, hostname, port, running, remedy, isExtra = false }: ListenCheck): Finding {
  try {
    Deno.listen({ hostname, port }).close();
    return ok(name, `${shown} is free`);
  } catch (error) {
    const inUse = error instanceof Deno.errors.AddrInUse;
    if (running && inUse) return ok(name, `${shown} is in use by pewatch`);
    const text = `${shown}: ${inUse ? "another program listens there" : messageOf(error)}`;
    return isExtra ? warning(name, text, remedy) : problem(name, text, remedy);
  }
}
