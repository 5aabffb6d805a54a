/** `pewatch demo`: the daemon with defaults against a simulated detector, for some seconds. */
import { messageOf } from "../../files/errors.ts";
import { resolve } from "node:path";
import { float, integer, message, object, option, optional, string, withDefault } from "@optique/core";
import { Daemon } from "../../daemon/daemon.ts";
import { openLog, type RunningLog } from "../../log/log.ts";
import type { FrameCounts } from "../../daemon/status.ts";
import { command, EXIT, JSON_OPTION } from "../console/arguments.ts";
import { countsText, darks, frames } from "../console/counts_text.ts";
import { Detector } from "./detector.ts";
import { type DemoFolders, makeDemoFolders } from "./folders.ts";
import { HttpService } from "../../http/http_service.ts";
import { stagesNotReady } from "../stages_ready.ts";
import { onStopSignals } from "../console/stop_signals.ts";
import { painterFor } from "../console/terminal.ts";
import { counted, readableBytes } from "../../log/counted.ts";

const ARGUMENTS = object({
  seconds: optional(option("--seconds", float({ metavar: "SECONDS", min: 0.1, max: 3600 }), {
    description: message`For how long frames are written: 10, with --open 60.`,
  })),
  size: withDefault(
    option("--size", integer({ metavar: "PIXELS", min: 16, max: 4096 }), {
      description: message`Pixels in a row of an image, and rows.`,
    }),
    1024,
  ),
  rate: withDefault(
    option("--rate", float({ metavar: "PER_SECOND", min: 0.1, max: 100 }), { description: message`Frames a second.` }),
    5,
  ),
  dir: optional(option("--dir", string({ metavar: "DIR" }), {
    description: message`Work in DIR and keep everything; by default in temporary folders.`,
  })),
  open: option("--open", {
    description: message`Show it in the browser; the page stays until Ctrl-C.`,
  }),
  remove: option("--remove", { description: message`Remove all files at the end.` }),
  json: JSON_OPTION,
});

/** How long the last frames may take after the detector's end. */
const DRAIN_S_MAX = 60;
/** Darks at the start: they are removed, as by default in a measurement. */
const DARKS = 1;
const FILES_LISTED = 6;
const SECONDS = 10;
/** Somebody looks at the page meanwhile. */
const SECONDS_SHOWN = 60;

interface Demo {
  readonly folders: DemoFolders;
  readonly size: number;
  readonly rate: number;
  readonly seconds: number;
  readonly json: boolean;
  readonly open: boolean;
  readonly log: RunningLog;
}

interface Outcome {
  readonly frames: number;
  readonly darks: number;
  readonly counts: FrameCounts;
  readonly files: readonly string[];
  readonly problem: string | null;
}

export const runDemo = command(ARGUMENTS, {
  command: "demo",
  brief:
    message`Runs the daemon with its defaults on the frames of a simulated detector, and says what it delivered and where.`,
  footer: message`Exit codes: 0 every simulated frame was delivered, 1 some were not, 2 wrong usage.`,
}, async ({ size, rate, dir, remove, json, open, ...given }) => {
  const seconds = given.seconds ?? (open ? SECONDS_SHOWN : SECONDS);
  using folders = makeDemoFolders(dir === undefined ? undefined : resolve(dir));
  const log = openLog({ settings: { ...folders.settings.log, level: "info" }, terminal: "none" });
  let outcome: Outcome;
  try {
    outcome = await demonstrate({ folders, size, rate, seconds, json, open, log });
  } finally {
    await log.close();
  }
  const good = isGood(outcome);
  if (json) printJson(outcome, { folders, good });
  else print(outcome, { folders, good });
  if (remove && dir === undefined) Deno.removeSync(folders.base, { recursive: true });
  return good ? EXIT.done : EXIT.failed;
});

async function demonstrate(demo: Demo): Promise<Outcome> {
  const { folders, size, rate, seconds, json, open, log } = demo;
  const daemon = new Daemon(folders.settings, { log });
  const files: string[] = [];
  daemon.onFrame((event) => void (event.type === "delivered" && files.push(...event.files)));
  using detector = new Detector();
  let interrupted = false;
  let written = false;
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  using _signals = onStopSignals(() => {
    interrupted = !written;
    detector.stop();
    stop();
  });
  if (!json) reportStart(demo);
  await daemon.start();
  const notReady = stagesNotReady(daemon);
  if (notReady.length > 0) {
    await daemon.close();
    throw new Error(`Cannot start without all of its stages: ${notReady.join("; ")}`);
  }
  const page = open ? servePage(demo, daemon) : null;
  using _display = json ? null : showProgress(daemon, detector);
  let problem: string | null = null;
  try {
    const { raw } = folders.settings.folders;
    const count = Math.max(1, Math.round(seconds * rate));
    await detector.run({ folder: raw, base: "demo", width: size, rate_per_s: rate, count, darks: DARKS });
    await drain(daemon, detector);
    written = true;
    if (page !== null && !json && !interrupted) {
      console.log("\nAll frames are delivered. The page stays until Ctrl-C");
      await stopped;
    }
  } catch (error) {
    problem = messageOf(error);
  } finally {
    await daemon.close();
    page?.stop();
  }
  if (interrupted) problem ??= "stopped before the end";
  problem ??= daemon.status().frames.lastError;
  return { frames: detector.frames, darks: detector.darks, counts: daemon.status().frames, files, problem };
}

/** On any free port: a daemon may serve the usual one. */
function servePage({ json, log }: Demo, daemon: Daemon): HttpService {
  const onListening = async (url: string) => {
    if (!json) console.log(`The page: ${url}`);
    if (!await openBrowser(url) && !json) console.log("No browser was found; open this address in one");
  };
  const page = new HttpService({ daemon, log, onListening });
  page.start();
  return page;
}

/** Waits until each frame that was written is delivered or removed. */
async function drain(daemon: Daemon, detector: Detector): Promise<void> {
  const end_ms = performance.now() + DRAIN_S_MAX * 1000;
  while (performance.now() < end_ms) {
    const { delivered, failed, darksRemoved } = daemon.status().frames;
    if (delivered + failed + darksRemoved >= detector.frames + detector.darks) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function isGood({ frames, darks, counts }: Outcome): boolean {
  return frames > 0 && counts.delivered === frames && counts.darksRemoved === darks && counts.failed === 0;
}

function reportStart({ folders, size, rate, seconds }: Demo): void {
  const { raw, output_root } = folders.settings.folders;
  console.log(
    `A simulated detector writes ${counted(rate, "frame")} of ${size} x ${size} pixels a second for ${seconds} s`,
  );
  console.log(`  into    ${raw}`);
  console.log(`pewatch merges their metadata and delivers them`);
  console.log(`  to      ${output_root}`);
  console.log("");
}

/** One line a second; on a terminal it is written over. */
function showProgress(daemon: Daemon, detector: Detector): Disposable {
  const terminal = Deno.stdout.isTerminal();
  const begin_ms = performance.now();
  const show = () => {
    const { frames: counts, running, state } = daemon.status();
    const time = `${((performance.now() - begin_ms) / 1000).toFixed(0).padStart(3)} s`;
    const way = `written ${detector.frames}, in progress ${counts.backlog}, delivered ${counts.delivered}`;
    const latency = counts.latency_s === null ? "" : `, 95 % within ${counts.latency_s.toFixed(1)} s`;
    const line = `${time}  ${way} (${readableBytes(counts.bytesDelivered)})${latency}  ${running ? state : "stopped"}`;
    Deno.stdout.writeSync(new TextEncoder().encode(terminal ? `\r\x1b[K${line}` : `${line}\n`));
  };
  const timer = setInterval(show, 1000);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      show();
      if (terminal) console.log("");
    },
  };
}

function print(outcome: Outcome, { folders, good }: { folders: DemoFolders; good: boolean }): void {
  const paint = painterFor(Deno.stdout);
  const { counts, files } = outcome;
  const written = `${frames(outcome.frames)} and ${darks(outcome.darks)} written`;
  console.log("");
  console.log(paint(good ? "green" : "red", `${written}; ${countsText(counts)}`));
  if (!good) console.log(`Not all of them were delivered: ${outcome.problem ?? "see the log"}`);
  console.log(`Log: ${folders.settings.log.file}`);
  console.log(`Delivered ${counted(files.length, "file")} to ${folders.settings.folders.output_root}:`);
  for (const file of files.slice(0, FILES_LISTED)) console.log(`  ${file}`);
  if (files.length > FILES_LISTED) console.log("  …");
  const nexus = files.find((file) => file.endsWith(".nxs"));
  if (nexus === undefined) return;
  console.log("Open one:");
  console.log(`  pewatch inspect "${nexus}"`);
  console.log(`  silx view "${nexus}"`);
  console.log(`  python3 -c "import h5py; print(h5py.File(r'${nexus}')['entry/data/data'])"`);
}

function printJson(outcome: Outcome, { folders, good }: { folders: DemoFolders; good: boolean }): void {
  const { counts, files, problem } = outcome;
  const output = folders.settings.folders.output_root;
  const simulated = { frames: outcome.frames, darks: outcome.darks };
  console.log(JSON.stringify({ good, simulated, ...counts, output, files, problem: good ? null : problem }, null, 2));
}

const OPENERS: Readonly<Partial<Record<typeof Deno.build.os, readonly [program: string, ...args: string[]]>>> = {
  // "start" of cmd would take "&" in an address for its own.
  windows: ["rundll32", "url.dll,FileProtocolHandler"],
  darwin: ["open"],
};

/**
 * Opens an address in the browser of whoever sits at this computer.
 * @returns whether a browser was found; PEWATCH_BROWSER names a program for it
 */
async function openBrowser(url: string): Promise<boolean> {
  const named = Deno.env.get("PEWATCH_BROWSER");
  const [program, ...args] = named !== undefined ? [named] : OPENERS[Deno.build.os] ?? ["xdg-open"];
  try {
    const command = new Deno.Command(program, { args: [...args, url], stdin: "null", stdout: "null", stderr: "null" });
    return (await command.output()).success;
  } catch {
    return false;
  }
}
