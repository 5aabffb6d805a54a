/**
 * Where a part of the program writes what a person should know, and what it writes once only. A file of its own: all
 * rooms take the type, and only the daemon makes the log itself.
 */

/** From what only a developer asks for to what must be looked into. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Where a part writes what a person should know. One line a message; `fields` are for machines. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

const KEYS_MAX = 1000;

/** What is logged once only. After a thousand others it may be logged again, rather than be remembered for ever. */
export class Once {
  readonly #keys = new Set<string>();

  isFirst(key: string): boolean {
    if (this.#keys.has(key)) return false;
    if (this.#keys.size >= KEYS_MAX) this.#keys.clear();
    this.#keys.add(key);
    return true;
  }
}
