/** The parameters of the running daemon, or those that it left in its file. */
import { join } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { askOrChange, askOrRead } from "../../daemon/requests/ask_daemon.ts";
import { readParameterFile, writeParameterFile } from "../../parameters/file.ts";
import { readingFromJson, readingToJson } from "../../parameters/json.ts";
import type { ParameterReading } from "../../parameters/parameter.ts";
import { PARAMETERS_FILE } from "../../files/service_names.ts";

/**
 * The last reading of each, and whether a daemon answered.
 * @throws {DaemonAnswerError} and, without a daemon, what is wrong with the file
 */
export async function readParameters(settings: Settings) {
  const last = () => lastReadings(settings).map(readingToJson);
  const { running, value } = await askOrRead<string[]>(settings, { what: "parameters" }, last);
  return { running, readings: value.map((line) => readingFromJson(JSON.parse(line))) };
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
export function removeParameter(settings: Settings, name: string): Promise<boolean> {
  return askOrChange(settings, { what: "remove_parameter", parameter: name }, async () => {
    const readings = readParameterFile(parametersPath(settings));
    const kept = readings.filter((reading) => reading.name !== name);
    if (kept.length === readings.length) return false;
    await writeParameterFile(parametersPath(settings), kept.map(readingToJson));
    return true;
  });
}

function parametersPath(settings: Settings): string {
  return join(settings.daemon.state_dir, PARAMETERS_FILE);
}
