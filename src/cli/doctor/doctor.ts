/** `pewatch doctor`: checks all that pewatch needs, by using it, and says what to do. */
import { dirname, join } from "node:path";
import { message, object } from "@optique/core";
import { ConfigurationError } from "../../config/error.ts";
import { type LoadedConfiguration, loadSettings, makesOutput } from "../../config/load.ts";
import { SETTINGS_CHECKS } from "../../nexus/settings_checks.ts";
import type { Settings } from "../../config/settings.ts";
import { command, CONFIG_OPTION, EXIT, JSON_OPTION } from "../console/arguments.ts";
import { type Check, type Finding, ok, problem } from "./check.ts";
import {
  type CheckedFolder,
  checkFolder,
  checkHardLinks,
  checkLock,
  checkOneVolume,
  checkOutputRoot,
  checkTimes,
  isMissingFolder,
} from "./folders.ts";
import { placeFaults } from "../../daemon/settings/folder_places.ts";
import { checkPlugins } from "./plugins.ts";
import { checkDeno, checkLibrary, checkProgram } from "./program.ts";
import { checkRights } from "./rights.ts";
import { checkSpace } from "./space.ts";
import { checkHttp } from "./http.ts";
import { checkTango } from "./tango.ts";
import { checkBrokers } from "./brokers.ts";
import { checkBeamlineValues } from "./beamline_values.ts";
import { findDaemon } from "../../daemon/requests/ask_daemon.ts";
import { openTango } from "../tango/open.ts";
import { markText, painterFor } from "../console/terminal.ts";
import { counted } from "../../log/counted.ts";
import type { WrittenSettings } from "../../daemon/settings/settings_file.ts";
import { checkLedger } from "./ledger.ts";
import { checkCompression, checkValues } from "./values.ts";
import { checkWritten } from "./written.ts";
import { findLibraries } from "../version.ts";

const ARGUMENTS = object({
  config: CONFIG_OPTION,
  json: JSON_OPTION,
});

/** Gives 0 where all is well or only less good than it could be, 1 where there are problems. */
export const runDoctor = command(ARGUMENTS, {
  command: "doctor",
  brief: message`Checks libraries, configuration, folders, plugins, page and Tango by using them, and says what to do.`,
  footer: message`Exit codes: 0 healthy, 1 problems, 2 wrong usage.`,
}, async (values) => {
  const checks = await examine(values.config);
  const healthy = checks.every((check) => check.status !== "problem");
  if (values.json) console.log(JSON.stringify({ healthy, checks }, null, 2));
  else print(checks);
  return healthy ? EXIT.done : EXIT.failed;
});

/** All checks, in the order in which a person mends things: each rests on those before it. */
export async function examine(config: string | undefined): Promise<Check[]> {
  const libraries = findLibraries();
  const checks = inArea("program", [checkProgram(), checkDeno(), ...libraries.map(checkLibrary)]);
  const rights = checkRights();
  if (rights !== null) checks.push(...inArea("program", [rights]));
  const loaded = examineConfiguration(config, checks);
  if (loaded === null) return checks;
  const written = checkWritten(loaded.settings);
  checks.push(...inArea("configuration", [
    ...written.findings,
    ...checkValues(written.settings),
    ...checkCompression(written.settings, libraries),
  ]));
  examineFolders(written.settings, checks, { makesOutput: makesOutput(loaded), written: written.written });
  checks.push(...inArea("ledger", checkLedger(loaded.settings)));
  checks.push(...inArea("plugins", await checkPlugins(loaded.settings)));
  checks.push(...inArea("page", checkHttp(loaded.settings, { running: findDaemon(loaded.settings) !== null })));
  checks.push(...inArea("Tango", await examineTango(loaded.settings)));
  checks.push(...inArea("values of the beamline", await checkBeamlineValues(loaded.settings)));
  checks.push(...inArea("brokers", await checkBrokers(loaded.settings)));
  return checks;
}

function examineTango(settings: Settings): Promise<Finding[]> {
  const running = findDaemon(settings) !== null;
  return checkTango(settings, { openLibrary: openTango, running, tangoHost: Deno.env.get("TANGO_HOST") });
}

function inArea(area: string, findings: readonly Finding[]): Check[] {
  return findings.map((finding) => ({ area, ...finding }));
}

/** Null where there is no configuration to go on with. */
function examineConfiguration(config: string | undefined, checks: Check[]): LoadedConfiguration | null {
  try {
    const loaded = loadSettings({ config, checks: SETTINGS_CHECKS });
    const finding = loaded.file ?? `none, so the defaults apply; looked for ${loaded.lookedFor.join(" and ")}`;
    checks.push(...inArea("configuration", [ok("file", finding)]));
    return loaded;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const findings = error.problems.map(({ line, key, message }) =>
      problem(key ?? "file", message, `Correct ${error.file}${line === null ? "" : `, line ${line}`}`)
    );
    checks.push(...inArea("configuration", findings));
    return null;
  }
}

function examineFolders(
  settings: Settings,
  checks: Check[],
  how: { readonly makesOutput: boolean; readonly written: WrittenSettings },
): void {
  const { raw, temp, proc, output_root, output_dir } = settings.folders;
  const ways: CheckedFolder[] = [
    { key: "folders.raw", path: raw, isWaitedFor: how.written.raw !== undefined },
    { key: "folders.temp", path: temp, isWaitedFor: how.written.temp !== undefined },
    { key: "folders.proc", path: proc, isWaitedFor: how.written.proc !== undefined },
  ];
  const output: CheckedFolder = {
    key: output_dir ? "folders.output_dir" : "folders.output_root",
    path: join(output_root, output_dir),
  };
  const own: CheckedFolder[] = [{ key: "daemon.state_dir", path: settings.daemon.state_dir }];
  if (settings.log.file) own.push({ key: "log.file", path: dirname(settings.log.file) });

  const found = new Map([...ways, output, ...own].map((folder) => [folder, checkFolder(folder)]));
  const root = checkOutputRoot(settings, how);
  if (root !== null) found.set(output, root);
  function isThere(folder: CheckedFolder): boolean {
    return found.get(folder)?.status === "ok" && !isMissingFolder(folder.path);
  }
  checks.push(...inArea("folders", [...found.values()]));

  const [first, second, third] = ways as [CheckedFolder, CheckedFolder, CheckedFolder];
  const steps = [[first, second], [second, third]] as const;
  const way = steps.filter(([from, to]) => isThere(from) && isThere(to)).map(([from, to]) => checkOneVolume(from, to));
  if (isThere(output)) way.push(checkHardLinks(output));
  way.push(...[first, output].filter(isThere).map(checkTimes).filter((finding) => finding !== null));
  if (ways.every(isThere)) way.push(checkLock(ways.map(({ path }) => path)));
  way.push(...placeFaults(settings).map(({ key, message }) => problem(key, message, `Set another folder for ${key}`)));
  checks.push(...inArea("folders together", way));
  checks.push(...inArea("free space", [first, output].filter(isThere).map((folder) => checkSpace(folder))));
}

function print(checks: readonly Check[]): void {
  const paint = painterFor(Deno.stdout);
  let area = "";
  for (const check of checks) {
    if (check.area !== area) console.log(paint("bold", check.area));
    area = check.area;
    console.log(`  ${markText(check.status, paint)}${check.name}: ${check.finding}`);
    if (check.remedy) console.log(`          ${paint("cyan", "to do:")} ${check.remedy}`);
  }
  const problems = checks.filter(({ status }) => status === "problem").length;
  console.log(problems === 0 ? "Healthy" : counted(problems, "problem"));
}
