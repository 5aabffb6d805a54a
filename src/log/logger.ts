/** Where a part of the program writes what a person should know. */

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Where a part writes what a person should know. One line a message; `fields` are for machines. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
