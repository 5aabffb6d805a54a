/** `pewatch parameters list`: what goes into the files of the frames that follow. */
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { option } from "@optique/core/primitives";
import { loadSettings } from "../../config/load.ts";
import { DaemonAnswerError } from "../../daemon/requests/ask_daemon.ts";
import { isSeries, type ParameterReading, type ParameterValue } from "../../parameters/parameter.ts";
import { EXIT, JSON_DESCRIPTION, parseArguments } from "../console/arguments.ts";
import { CONFIG_OPTION } from "../plugins/options.ts";
import { tableLines } from "../plugins/table.ts";
import { Painter, printable } from "../console/terminal.ts";
import { readParameters } from "./stored.ts";

const ARGUMENTS = object({
  json: option("--json", { description: JSON_DESCRIPTION }),
  config: CONFIG_OPTION,
});

/** Longer values are cut off with an ellipsis. */
const VALUE_LENGTH_MAX = 40;
/** Of a list. */
const ELEMENTS_SHOWN_MAX = 5;

export async function runList(args: string[]): Promise<number> {
  const parsed = parseArguments(ARGUMENTS, args, {
    command: "parameters list",
    brief: message`Lists the values that go into the file of each frame, with the plugin that set them.`,
    footer: message`Without a running daemon: those that the last one left. Exit codes: 0 done, 1 they cannot be read, 2
wrong usage or configuration.`,
  });
  if (parsed.exitCode !== undefined) return parsed.exitCode;
  const { json, config } = parsed.value;
  const { settings } = loadSettings({ config });
  try {
    const { running, readings } = await readParameters(settings);
    if (json) console.log(JSON.stringify({ running, parameters: readings.map(asJson) }, null, 2));
    else print(running, readings);
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof DaemonAnswerError || error instanceof SyntaxError)) throw error;
    console.error(`pewatch parameters list: ${printable(error.message)}`);
    return EXIT.failed;
  }
}

function asJson({ time, value, ...texts }: ParameterReading): object {
  return { ...texts, time: time.toISOString(), value: plain(value) };
}

/** Numbers as numbers where JSON can, else as texts: NaN, integers of 64 bits. */
function plain(value: ParameterValue): unknown {
  if (typeof value === "object") {
    if (isSeries(value)) return { times: value.times.map((time) => time.toISOString()), values: plain(value.values) };
    return Array.from(value as ArrayLike<number | bigint | string | boolean>, plain);
  }
  return typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value)) ? String(value) : value;
}

function print(running: boolean, readings: readonly ParameterReading[]): void {
  const painter = new Painter(Deno.stdout);
  if (!running) console.log("No daemon is running; these are in force at its next start");
  if (readings.length === 0) return console.log("No parameters are set");
  const rows = readings.map(({ name, value, unit, time, path, plugin }) =>
    [
      name,
      valueText(value),
      unit ?? "",
      time.toISOString(),
      plugin ?? "(unknown)",
      path ?? "",
    ].map(printable)
  );
  const [header, ...lines] = tableLines([["NAME", "VALUE", "UNIT", "TIME", "PLUGIN", "PATH"], ...rows], { right: [] });
  console.log(painter.paint("bold", header ?? ""));
  for (const line of lines) console.log(line);
}

function valueText(value: ParameterValue): string {
  const text = typeof value !== "object"
    ? String(value)
    : isSeries(value)
    ? `${value.times.length} values over time, last ${String(value.values.at(-1))}`
    : listText(Array.from(value as ArrayLike<unknown>, String));
  return text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX - 1)}…` : text;
}

function listText(texts: readonly string[]): string {
  const shown = texts.slice(0, ELEMENTS_SHOWN_MAX).join(", ");
  return texts.length > ELEMENTS_SHOWN_MAX ? `${texts.length}: ${shown}, …` : shown;
}
