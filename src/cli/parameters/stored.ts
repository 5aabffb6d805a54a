/** The parameters of the running daemon, or those that it left in its file. */
import { join } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { askDaemon, NoDaemonError } from "../../daemon/requests/ask_daemon.ts";
import { FolderLock } from "../../daemon/settings/folder_lock.ts";
import { makeFolder } from "../../files/listing.ts";
import { transpiledFolder } from "../../daemon/settings/make_folders.ts";
import { readParameterFile, writeParameterFile } from "../../parameters/file.ts";
import { readingFromJson, readingToJson } from "../../parameters/json.ts";
import type { ParameterReading } from "../../parameters/parameter.ts";
import { PARAMETERS_FILE } from "../../files/service_names.ts";

export interface StoredParameters {
  /** Whether a daemon answered. */
  readonly running: boolean;
  /** The last reading of each. */
  readonly readings: readonly ParameterReading[];
}

/** @throws {DaemonAnswerError} and, without a daemon, what is wrong with the file */
export async function readParameters(settings: Settings): Promise<StoredParameters> {
  try {
    const { value } = await askDaemon(settings, { what: "parameters" });
    return { running: true, readings: (value as string[]).map((line) => readingFromJson(JSON.parse(line))) };
  } catch (error) {
    if (!(error instanceof NoDaemonError)) throw error;
    return { running: false, readings: lastReadings(settings) };
  }
}

/** Of the file that a stopped daemon left. */
export function lastReadings(settings: Settings): ParameterReading[] {
  const last = new Map<string, ParameterReading>();
  for (const reading of readParameterFile(parametersPath(settings))) last.set(reading.name, reading);
  return [...last.values()];
}

/**
 * From the running daemon, or from the file.
 * @returns whether there was one
 * @throws {DaemonAnswerError} {@linkcode FolderInUseError}
 */
export async function removeParameter(settings: Settings, name: string): Promise<boolean> {
  try {
    return (await askDaemon(settings, { what: "remove_parameter", parameter: name })).value === true;
  } catch (error) {
    if (!(error instanceof NoDaemonError)) throw error;
  }
  // The daemon's own lock: it reads the file at its start and writes over it.
  const held = transpiledFolder(settings);
  makeFolder(held);
  using _lock = FolderLock.take([held]);
  const readings = readParameterFile(parametersPath(settings));
  const kept = readings.filter((reading) => reading.name !== name);
  if (kept.length === readings.length) return false;
  await writeParameterFile(parametersPath(settings), kept.map(readingToJson));
  return true;
}

function parametersPath(settings: Settings): string {
  return join(settings.daemon.state_dir, PARAMETERS_FILE);
}
