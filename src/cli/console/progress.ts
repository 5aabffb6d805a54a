/** A progress bar for a person who waits; nothing where nobody watches. */
import process from "node:process";
import cliProgress from "cli-progress";
import { printable, terminalText } from "../../log/terminal_text.ts";
import { terminalWidth, wantsColors } from "./terminal.ts";

export interface Progress extends Disposable {
  /** So many are done; `note` stands behind the bar. */
  update(done: number, note: string): void;
  /** Writes a line above the bar. */
  line(text: string): void;
}

/** Columns. */
const BAR_MIN = 5;
const BAR_MAX = 30;
/** For the figures before the bar and a name behind it. */
const NOTE_WIDTH = 50;

/** A bar on standard error where that is a terminal. */
export function startProgress(total: number, options: { quiet: boolean; unit?: "frames" | "files" }): Progress {
  if (options.quiet || !Deno.stderr.isTerminal() || total === 0) {
    return { update: () => {}, line: (text) => writeLine(text), [Symbol.dispose]: () => {} };
  }
  const bar = new cliProgress.SingleBar({
    // Figures first: a narrow terminal cuts off what stands last.
    format: `{value}/{total} ${options.unit ?? "frames"} {bar} {note}`,
    stream: process.stderr,
    hideCursor: wantsColors(Deno.stderr),
    clearOnComplete: true,
    stopOnComplete: false,
    barsize: Math.max(BAR_MIN, Math.min(BAR_MAX, terminalWidth(Deno.stderr) - NOTE_WIDTH)),
    fps: 10,
  }, cliProgress.Presets.shades_classic);
  bar.start(total, 0, { note: "" });
  return {
    update: (done, note) => bar.update(done, { note: printable(note) }),
    line: (text) => {
      writeLine(text, "\r\x1b[K");
      bar.render(true); // the next redraw may be held up while workers load
    },
    [Symbol.dispose]: () => bar.stop(),
  };
}

function writeLine(text: string, before = ""): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(`${before}${terminalText(text.trimEnd())}\n`));
  } catch {
    // the terminal was closed
  }
}
