/** `pewatch simulate`: writes frames as QXRD does, at a given rate. */
import {
  argument,
  choice,
  float,
  integer,
  message,
  object,
  option,
  optional,
  string,
  withDefault,
} from "@optique/core";
import { simulate, type SimulatedFrame } from "../qxrd/simulator/simulate.ts";
import { thrownText } from "../text/thrown_text.ts";
import { command, CommandError, JSON_OPTION } from "./console/arguments.ts";
import { counted, readableBytes } from "../log/counted.ts";

/** A larger image is no longer a classic TIFF (4 GiB), and no detector's. */
const SIZE_MAX_PX = 16_384;

const ARGUMENTS = object({
  folder: argument(string({ metavar: "DIR" }), { description: message`Where the frames go; made if it is missing.` }),
  rate: withDefault(
    option("-r", "--rate", float({ metavar: "FRAMES_PER_S", min: 0 }), {
      description: message`Frames a second, 15 by default; 0 is as fast as the disk takes them.`,
    }),
    15,
  ),
  count: optional(
    option("-n", "--count", integer({ metavar: "N", min: 1 }), {
      description: message`End after that many frames (darks and raw frames not counted).`,
    }),
  ),
  seconds: optional(
    option("-s", "--seconds", float({ metavar: "S", min: 0 }), {
      description: message`End after that time. Without it and without ${"--count"}: until Ctrl-C.`,
    }),
  ),
  size: withDefault(
    option("--size", integer({ metavar: "PIXELS", min: 16, max: SIZE_MAX_PX }), {
      description: message`Width and height, 2048 by default.`,
    }),
    2048,
  ),
  type: withDefault(
    option("--type", choice(["float32", "uint32", "uint16", "uint8"] as const, { metavar: "TYPE" }), {
      description: message`Pixels: float32 (by default, as QXRD's processed frames), uint32, uint16, uint8.`,
    }),
    "float32" as const,
  ),
  darks: withDefault(
    option("--darks", integer({ metavar: "N", min: 0 }), { description: message`Dark frames before the first frame.` }),
    0,
  ),
  raw: option("--raw", { description: message`A raw frame before each frame.` }),
  phases: withDefault(
    option("--phases", integer({ metavar: "N", min: 1, max: 999 }), {
      description: message`Phases of the measurement, 1 by default.`,
    }),
    1,
  ),
  subfolder: optional(
    option("--subfolder", string({ metavar: "NAME" }), { description: message`A folder below DIR.` }),
  ),
  base: withDefault(
    option("--base", string({ metavar: "NAME" }), { description: message`Name of the series, CeO2 by default.` }),
    "CeO2",
  ),
  crlf: option("--crlf", { description: message`Sidecars with the line ends of Windows.` }),
  seed: withDefault(
    option("--seed", integer({ metavar: "N", min: 0 }), {
      description: message`The same seed gives the same pixels, 1 by default.`,
    }),
    1,
  ),
  json: JSON_OPTION,
});

/** Returns 0 when all frames are written or Ctrl-C ended it, 1 where one could not be written. */
export const runSimulate = command(ARGUMENTS, {
  command: "simulate",
  brief: message`Writes powder diffraction frames and their sidecars as QXRD does, to try out what takes them.`,
  footer: message`Exit codes: 0 done (also by Ctrl-C), 1 a frame could not be written, 2 wrong usage.`,
}, async ({ rate, seconds, size, crlf, json, count, subfolder, ...rest }) => {
  const stop = new AbortController();
  function interrupt(): void {
    stop.abort();
  }
  Deno.addSignalListener("SIGINT", interrupt);
  const report = new Report(json);
  try {
    const options = {
      ...rest,
      rate_per_s: rate,
      width: size,
      lineEnd: crlf ? "\r\n" : "\n",
      ...count === undefined ? {} : { count },
      ...seconds === undefined ? {} : { duration_s: seconds },
      ...subfolder === undefined ? {} : { subfolder },
    } as const;
    for await (const frame of simulate(options, stop.signal)) report.add(frame);
  } catch (error) {
    throw new CommandError(thrownText(error));
  } finally {
    report.finish();
    Deno.removeSignalListener("SIGINT", interrupt);
  }
});

/** A line that moves on a terminal, one line a frame with --json, and one line at the end. */
class Report {
  readonly #json: boolean;
  readonly #moving: boolean;
  readonly #start_ms = performance.now();
  readonly #counts = { processed: 0, raw: 0, dark: 0 };
  #bytes = 0;
  /** When the first processed frame was there: what comes before it is no matter of the rate. */
  #first_ms: number | null = null;

  constructor(json: boolean) {
    this.#json = json;
    this.#moving = !json && Deno.stderr.isTerminal();
  }

  add(frame: SimulatedFrame): void {
    this.#counts[frame.kind]++;
    this.#bytes += frame.pixelBytes;
    if (frame.kind === "processed") this.#first_ms ??= performance.now();
    if (this.#json) {
      const { imagePath, sidecarPath, kind, number, width, height, type, writtenAt } = frame;
      console.log(JSON.stringify({ imagePath, sidecarPath, kind, number, width, height, type, writtenAt }));
    }
    if (this.#moving) this.#write(`\r\x1b[K${this.#summary()}`);
  }

  finish(): void {
    if (this.#moving) this.#write("\r\x1b[K");
    if (this.#json) console.log(JSON.stringify({ ...this.#counts, bytes: this.#bytes, elapsed_s: this.#elapsed_s() }));
    else console.log(this.#summary());
  }

  #summary(): string {
    const { processed, raw, dark } = this.#counts;
    const elapsed_s = this.#elapsed_s();
    const parts = [counted(processed, "frame")];
    if (raw > 0) parts.push(`${raw} raw`);
    if (dark > 0) parts.push(`${dark} dark`);
    const rated_s = (performance.now() - (this.#first_ms ?? 0)) / 1000;
    const rate = processed > 1 ? `, ${((processed - 1) / rated_s).toFixed(1)} frames/s` : "";
    return `${parts.join(", ")}, ${readableBytes(this.#bytes)} in ${elapsed_s.toFixed(1)} s${rate}`;
  }

  #elapsed_s(): number {
    return (performance.now() - this.#start_ms) / 1000;
  }

  #write(text: string): void {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  }
}
