/** `pewatch run`: the daemon in the foreground, until it is stopped. */
import { float, message, object, option, optional } from "@optique/core";
import { openConsoleWindow } from "../../ffi/console/console.ts";
import { NativeLibraryError } from "../../ffi/locate.ts";
import type { TangoLibrary } from "../../ffi/tango/mod.ts";
import { type LoadedConfiguration, loadSettings, makesOutput } from "../config/load.ts";
import { SETTINGS_CHECKS } from "../nexus/settings_checks.ts";
import { outputFolder, type Settings } from "../config/settings.ts";
import { Daemon } from "../daemon/daemon.ts";
import { FolderInUseError } from "../daemon/settings/folder_lock.ts";
import { openLog, type RunningLog } from "../log/log.ts";
import { terminalText } from "../log/terminal_text.ts";
import { FolderError } from "../daemon/settings/make_folders.ts";
import { DeviceProperties } from "../tango/device_properties.ts";
import { TangoService } from "../tango/tango_service.ts";
import { command, CONFIG_OPTION, EXIT } from "./console/arguments.ts";
import { watchConfiguration } from "./config_watch.ts";
import { countsText, minutesText } from "./console/counts_text.ts";
import { PROGRAM_VERSION } from "../config/program.ts";
import { stagesNotReady } from "./stages_ready.ts";
import { onStopSignals } from "./console/stop_signals.ts";
import { openTango } from "./tango/open.ts";
import { everyTicks } from "../log/counted.ts";
import { HttpService } from "../http/http_service.ts";

const ARGUMENTS = object({
  config: CONFIG_OPTION,
  json: option("--json", { description: message`Write each message as a line of JSON, a summary as the last.` }),
  // For tests and measurements.
  for_s: optional(option("--for", float({ metavar: "SECONDS", min: 0 }), { hidden: true })),
});

export const runRun = command(ARGUMENTS, {
  command: "run",
  brief: message`Watches the raw folder and delivers each frame with its metadata, until it is stopped.`,
  footer:
    message`Ctrl-C or pewatch stop finishes the frames in progress and leaves the others for the next start; a second
Ctrl-C ends at once, which loses nothing either. The configuration is read at the start only. Exit codes: 0 stopped, 1
failed, 2 wrong usage or configuration, 130 ended at once.`,
}, async ({ config, json, for_s }) => {
  const loaded = loadSettings({ config, checks: SETTINGS_CHECKS });
  const { promise: stopped, resolve: stop } = Promise.withResolvers<string>();
  using _signals = onStopSignals((signal) => stop(signal));
  using console_ = openConsoleWindow();
  using _clicks = console_?.ignoreClicks() ?? null;
  const log = openLog({
    settings: loaded.settings.log,
    terminal: json ? "json" : "text",
    ...json ? { write: writeOut } : {},
  });
  try {
    return await watch({ loaded, log, json, for_s, stopped, stop });
  } finally {
    await log.close();
  }
});

interface Watching {
  readonly loaded: LoadedConfiguration;
  readonly log: RunningLog;
  readonly json: boolean;
  readonly for_s: number | undefined;
  readonly stopped: Promise<string>;
  readonly stop: (why: string) => void;
}

async function watch({ loaded, log, json, for_s, stopped, stop }: Watching): Promise<number> {
  reportStart(loaded, log);
  const opened = loaded.settings.tango.enabled ? tangoLibrary() : null;
  const library = opened instanceof NativeLibraryError ? null : opened;
  const properties = library === null ? null : new DeviceProperties(loaded.settings, { library, log });
  const settings = await properties?.settingsAtStart() ?? loaded.settings;
  const daemon = new Daemon(settings, {
    log,
    configuration: loaded.settings,
    makesOutput: makesOutput(loaded),
    onStopRequest: () => stop("by pewatch stop"),
  });
  reportFolders(daemon.settings, log);
  const begin_ms = performance.now();
  const startFault = await start(daemon, log);
  if (startFault !== null) return startFault;
  reportPlugins(daemon, log);
  // Last: where the daemon cannot start, the reason is the only thing in the log.
  const tango = properties === null || library === null
    ? null
    : new TangoService({ settings: settings.tango, daemon, log, library, properties, onKilled: stop });
  properties?.report();
  tango?.start();
  const http = settings.http.enabled ? new HttpService({ daemon, log }) : null;
  http?.start();
  if (opened instanceof NativeLibraryError) {
    log.error(`Tango: the device is not served; frames are delivered without it: ${opened.message}`);
  }
  const timer = for_s === undefined ? undefined : setTimeout(() => stop("the time limit"), for_s * 1000);
  using _watch = loaded.file === null
    ? null
    : watchConfiguration({ file: loaded.file, warn: (text) => log.warn(text) });
  const why = await stopped;
  clearTimeout(timer);
  log.info(`stopping (${why}): finishing the frames in progress`);
  // Clients can watch it until the end.
  tango?.end();
  http?.end();
  await daemon.close();
  await tango?.stop();
  http?.stop();
  const { frames, conditions } = daemon.status();
  const time_s = (performance.now() - begin_ms) / 1000;
  log.info(`stopped after ${minutesText(time_s)}: ${countsText(frames)}`);
  if (json) writeOut(`${JSON.stringify({ type: "summary", time_s, ...frames, conditions })}\n`);
  return EXIT.done;
}

/** The error where there is none: frames do without. */
function tangoLibrary(): TangoLibrary | NativeLibraryError {
  try {
    return openTango();
  } catch (error) {
    if (error instanceof NativeLibraryError) return error;
    throw error;
  }
}

/** Gives the exit code where it cannot start, having said why. */
async function start(daemon: Daemon, log: RunningLog): Promise<number | null> {
  try {
    await daemon.start();
  } catch (error) {
    await daemon.close();
    if (!(error instanceof FolderInUseError) && !(error instanceof FolderError)) throw error;
    log.error(error.message);
    return error instanceof FolderError ? EXIT.usage : EXIT.failed;
  }
  if (stagesNotReady(daemon).length === 0) return null;
  // Better no start than frames that pile up; why each is not ready stands in the log already.
  await daemon.close();
  log.error("Cannot start without all of its stages; pewatch doctor says what is missing");
  return EXIT.failed;
}

function reportStart({ file }: LoadedConfiguration, log: RunningLog): void {
  log.info(`pewatch ${PROGRAM_VERSION}, process ${Deno.pid}, Deno ${Deno.version.deno} on ${Deno.build.target}`);
  log.info(`configuration: ${file ?? "none, so the defaults apply"}`);
}

function reportFolders(settings: Settings, log: RunningLog): void {
  const { raw, temp, proc } = settings.folders;
  log.info(`raw:    ${raw}`);
  log.info(`temp:   ${temp}`);
  log.info(`proc:   ${proc}`);
  log.info(`output: ${outputFolder(settings)}`);
  if (settings.log.file !== "") log.info(`log:    ${settings.log.file}`);
}

function reportPlugins(daemon: Daemon, log: RunningLog): void {
  for (const { name, ticktack, offset, state } of daemon.status().plugins) {
    const every_s = (ticktack * daemon.period_s).toFixed(2);
    log.info(`plugin: ${name}, ${everyTicks(ticktack)} (${every_s} s), offset ${offset}: ${state}`);
  }
  log.info("running; Ctrl-C stops");
}

function writeOut(text: string): void {
  try {
    Deno.stdout.writeSync(new TextEncoder().encode(terminalText(text)));
  } catch {
    // whoever read it is gone
  }
}
