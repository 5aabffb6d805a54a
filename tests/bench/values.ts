/**
 * What 200 Tango attributes at 1 Hz cost the frames, beside a device that hangs and a database that restarts. Two
 * daemons run all the time, one with values and one without, and frames go to them in turn, so that what else the
 * machine does meets both. `--seconds` is how long frames go to the one with values.
 */
import type { BenchOptions, BenchResult } from "./options.ts";
import { median, quantile, ratioText } from "./table.ts";
import { RATE_PER_S, type Turn, type Usage, ValuesDaemon } from "./values_run.ts";
import { CAN_HAVE_SOURCES, ValuesSources } from "./values_sources.ts";
import { Workspace } from "./workspace.ts";

const IDLE_S = 10;
/** Of frames with values at a time; those without take the second. */
const TURN_S = 30;
const TURN_WITHOUT_S = 10;
/** A run has so many turns at least. */
const TURNS_MIN = 4;
const DATABASE_PERIOD_S = 20;

export async function valuesBench(options: BenchOptions): Promise<BenchResult> {
  if (!CAN_HAVE_SOURCES) {
    throw new Error("The client, PyTango or Tango's database server is not there: build/test tango says why");
  }
  await using sources = await ValuesSources.start();
  using spaces = new DisposableStack();
  const [one, two] = [0, 1].map(() => spaces.use(new Workspace(options.ram)).path) as [string, string];
  await using plain = await ValuesDaemon.start(one, "", []);
  await using reading = await ValuesDaemon.start(two, sources.tables, sources.expected);
  const idle = { without: await plain.idle(IDLE_S), withValues: await reading.idle(IDLE_S) };
  const turns = Math.max(TURNS_MIN, Math.round(options.seconds / TURN_S));
  const turn_s = options.seconds / turns;
  const without: Turn[] = [];
  const withValues: Turn[] = [];
  for (let turn = 0; turn < turns; turn++) {
    without.push(await plain.feed(Math.min(turn_s, TURN_WITHOUT_S)));
    const begun_s = turn * turn_s;
    withValues.push(
      await reading.feed(turn_s, (at_s) => {
        sources.databaseAway(Math.floor((begun_s + at_s) / DATABASE_PERIOD_S) % 2 === 1);
      }),
    );
  }
  await sources.settled();
  const pairs = without.map((turn, index) => median(withValues[index]!.delays_ms) / median(turn.delays_ms));
  return {
    tables: [
      {
        title: `${RATE_PER_S} frames/s for ${options.seconds} s in ${turns} turns, ${sources.count} values at 1 Hz, ` +
          `one device hung, the database away every other ${DATABASE_PERIOD_S} s`,
        columns: [
          "",
          "frames",
          "delay, median",
          "p95",
          "longest",
          "without frames",
          "daemon",
          "client",
          "MB by quarters",
        ],
        rows: [row("without", without, idle.without), row("with values", withValues, idle.withValues)],
      },
      {
        title: "What the values did",
        columns: ["what", "seen"],
        rows: [
          ["delay with values beside without, median of the turns", ratioText(median(pairs))],
          ["the same, from, to", [Math.min(...pairs), Math.max(...pairs)].map(ratioText).join(" to ")],
          ["frames that lack one of the good values", withValues.flatMap((turn) => turn.incomplete).length],
          ["client, MB by quarters", quarters(withValues, "client")],
        ],
      },
    ],
    raw: { idle, without, withValues },
  };
}

/** Processor time in shares of a core. */
function row(name: string, turns: readonly Turn[], idle: number): (string | number)[] {
  const delays_ms = turns.flatMap((turn) => turn.delays_ms);
  const share = (of: keyof Usage) => `${(100 * median(turns.map((turn) => turn.cores[of]))).toFixed(1)} %`;
  return [
    name,
    delays_ms.length,
    ...[median(delays_ms), quantile(delays_ms, 0.95), quantile(delays_ms, 1)].map((ms) => `${ms.toFixed(0)} ms`),
    `${(100 * idle).toFixed(2)} %`,
    share("daemon"),
    share("client"),
    quarters(turns, "daemon"),
  ];
}

function quarters(turns: readonly Turn[], of: keyof Usage): string {
  const samples = turns.flatMap((turn) => turn.rss_mb.map((sample) => sample[of]));
  const length = Math.ceil(samples.length / 4);
  return [0, 1, 2, 3].map((quarter) => median(samples.slice(quarter * length, (quarter + 1) * length)).toFixed(0))
    .join(", ");
}
