/**
 * What is to run as a service, whatever the system calls that. A file of its own: shared by Windows's and Linux's
 * services.
 */

export interface ServiceDefinition {
  /** Of the task or the unit. */
  readonly name: string;
  /** Absolute. */
  readonly program: string;
  readonly args: readonly string[];
  /** The working folder, absolute. */
  readonly folder: string;
  /** Whose rights it has; null for those of the system itself. */
  readonly user: string | null;
  /** Whether the user's password is asked for and kept by the system; without it no share of another computer opens. */
  readonly password: boolean;
}

export const DEFAULT_NAME = "pewatch";

/** Taken by the Task Scheduler, by systemd and by every shell as it is. */
const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;

export function isServiceName(name: string): boolean {
  return NAME_PATTERN.test(name);
}

/** What lies between one end by itself, or by a crash, and the next start. */
export const RESTART_S = 60;
/** Longer than `pewatch stop` waits: a plugin's firing may take as long as its limit, 300 s by default. */
export const STOP_LIMIT_S = 330;
