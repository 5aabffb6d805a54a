/** Started by a double click: a window of its own, which says what happens in it and stays until it was read. */
import { hostname } from "node:os";
import { dirname } from "node:path";
import { type ConsoleWindow, openConsoleWindow } from "../../ffi/console/console.ts";
import { ConfigurationError } from "../config/error.ts";
import { CONFIGURATION_NAME, type LoadedConfiguration, loadSettings } from "../config/load.ts";
import { outputFolder } from "../config/settings.ts";
import { pageUrl } from "../http/page_url.ts";
import { EXIT } from "./console/arguments.ts";
import { addSignalListeners } from "./console/signal_listeners.ts";
import { endProcess } from "./process_end.ts";
import { PROGRAM_VERSION } from "../config/program.ts";
import { painterFor } from "./console/terminal.ts";

/** What Windows sends when the window is closed, and when the user logs off. */
const CLOSING_SIGNALS: readonly Deno.Signal[] = ["SIGHUP", "SIGTERM"];

/** What a command needs to be run; the error is reported already where one is thrown. */
type RunCommand = (args: readonly string[]) => Promise<number>;

/**
 * Runs the daemon where the program was started by a double click, with no arguments.
 * @returns the exit code, or null where it was started from a command prompt or by another program
 */
export async function runInOwnWindow(run: RunCommand): Promise<number | null> {
  using window = openConsoleWindow();
  if (window === null || !isOwnWindow(window, Deno)) return null;
  using closing = noticeClosing();
  reportCrashes(window);
  const code = await runAndTell(run, Deno.build.standalone ? Deno.execPath() : null);
  // Nobody reads on in a window that is being closed, and Windows ends the program within seconds.
  if (!closing.noticed) await waitForKey(window);
  return code;
}

/** A window of its own has no other process in it: a command prompt would be one. */
export function isOwnWindow(
  window: Pick<ConsoleWindow, "countProcesses">,
  streams: { readonly stdin: { isTerminal(): boolean }; readonly stdout: { isTerminal(): boolean } },
): boolean {
  return window.countProcesses() === 1 && streams.stdin.isTerminal() && streams.stdout.isTerminal();
}

/** @param executable null from source */
async function runAndTell(run: RunCommand, executable: string | null): Promise<number> {
  const paint = painterFor(Deno.stdout);
  if (executable !== null) {
    if (isUnpackedForOnce(executable)) {
      console.log(paint("red", unzipFirst(executable)));
      return EXIT.failed;
    }
    // A link on the desktop may start it anywhere; its things are to be beside it.
    Deno.chdir(dirname(executable));
  }
  try {
    for (const line of bannerLines(loadSettings(), executable)) console.log(line);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    // "run" reports it.
  }
  const code = await run(["run"]);
  console.log(code === EXIT.done ? "\npewatch has stopped." : `\n${paint("red", endedBadly(code))}`);
  return code;
}

/** What a person who double-clicked wants to know, for the 80 columns of a window of Windows. */
export function bannerLines({ settings, file }: LoadedConfiguration, executable: string | null): string[] {
  const beside = executable === null ? Deno.cwd() : dirname(executable);
  return [
    `pewatch ${PROGRAM_VERSION}: delivers the frames that QXRD saves, with their metadata,`,
    "as long as this window is open.",
    "",
    `  watches        ${settings.folders.raw}`,
    `  delivers to    ${outputFolder(settings)}`,
    ...configurationLines(file, beside),
    `  plugins        ${settings.plugins.dir}`,
    `  page           ${settings.http.enabled ? pageUrl(settings.http, settings.http.port, hostname()) : "none"}`,
    `  log            ${settings.log.file === "" ? "none (log.file is empty)" : settings.log.file}`,
    "",
    "Ctrl-C stops it and finishes the frames in progress. Closing the window",
    "stops it too; no frame is lost. To run it without a window whenever the",
    'computer starts: "pewatch service install" in a command prompt.',
    "",
  ];
}

function configurationLines(file: string | null, folder: string): string[] {
  if (file !== null) return [`  configuration  ${file}`];
  return [
    "  configuration  none yet, so these are the default folders;",
    `                 "pewatch init" in a command prompt writes ${CONFIGURATION_NAME} into`,
    `                 ${folder}`,
  ];
}

function endedBadly(code: number): string {
  return code === EXIT.usage
    ? "pewatch has not started. The reason is above: correct it, and start pewatch again."
    : "pewatch has ended with an error. The reason is above, and in the log.";
}

/**
 * Explorer unpacks a program that is started inside a zip alone and for this once, below Temp, into a folder that has
 * the zip's name in its own.
 */
export function isUnpackedForOnce(executable: string): boolean {
  return /[\\/]temp[\\/](?:[^\\/]+[\\/])*[^\\/]*\.zip[^\\/]*[\\/]/i.test(executable);
}

function unzipFirst(executable: string): string {
  return `Cannot work inside a zip file: this copy (${executable}) would be lost.\n` +
    "Unpack the zip into a folder first, and start pewatch there.";
}

interface Closing extends Disposable {
  readonly noticed: boolean;
}

function noticeClosing(): Closing {
  let noticed = false;
  const listeners = addSignalListeners(() => void (noticed = true), CLOSING_SIGNALS);
  return {
    get noticed() {
      return noticed;
    },
    [Symbol.dispose]: () => listeners[Symbol.dispose](),
  };
}

/** What nobody catches would end the program, and its window with it. */
function reportCrashes(window: ConsoleWindow): void {
  const report = (event: Event, error: unknown) => {
    event.preventDefault();
    console.error(error);
    console.error(
      "\npewatch ended with an internal error. No frame is lost: the next start continues where this one ended.",
    );
    waitForKey(window).finally(() => endProcess(EXIT.failed));
  };
  globalThis.addEventListener("error", (event) => report(event, event.error));
  globalThis.addEventListener("unhandledrejection", (event) => report(event, event.reason));
}

async function waitForKey(window: ConsoleWindow): Promise<void> {
  try {
    // From here on Ctrl-C is a key as any other.
    Deno.stdin.setRaw(true);
    window.forgetKeys();
    console.log("Press any key to close this window.");
    await Deno.stdin.read(new Uint8Array(8));
    Deno.stdin.setRaw(false);
  } catch {
    // the window is gone
  }
}
