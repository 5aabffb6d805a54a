/** The entry of all benchmarks: `deno run -A tests/bench/main.ts [NAME…] [OPTIONS]`; without a name, all of them. */
import { Workspace } from "./workspace.ts";
import { type Bench, readOptions, runBench, USAGE } from "./options.ts";
import { summarize } from "./summary.ts";

const BENCHES: Readonly<Record<string, { summary: string; load(): Promise<Bench> }>> = {
  compression: {
    summary: "compressed images: sizes, time a frame, frames a second",
    load: async () => (await import("./compression.ts")).compressionBench,
  },
  throughput: {
    summary: "the whole work on 60 frames, against cp, with its options on and off",
    load: async () => (await import("./throughput.ts")).throughputBench,
  },
  ledger: {
    summary: "what the ledger costs: the whole work with it, against the whole work without",
    load: async () => (await import("./ledger.ts")).ledgerBench,
  },
  first_implementation: {
    summary: "the whole work, against the first implementation's",
    load: async () => (await import("./first_implementation.ts")).firstImplementationBench,
  },
  patterns: {
    summary: "patterns on one thread, against pyFAI's; their tables and memory",
    load: async () => (await import("./patterns.ts")).patternsBench,
  },
  merge: {
    summary: "the merge stage alone: processor time a frame, with 50 parameters, 200 values over the exposure, none",
    load: async () => (await import("./merge.ts")).mergeBench,
  },
  growth: {
    summary: "time and memory against size: frames, waiting images, sidecars, plugins",
    load: async () => (await import("./growth.ts")).growthBench,
  },
  idle: {
    summary: "processor and memory of a daemon without work, time of a start",
    load: async () => (await import("./idle.ts")).idleBench,
  },
  plugins: {
    summary: "memory over 300 reloads, and with 50 plugins that do nothing",
    load: async () => (await import("./plugins.ts")).pluginsBench,
  },
  executable: {
    summary: "the executables: sizes, time of a start, memory without work",
    load: async () => (await import("./executable.ts")).executableBench,
  },
  http: {
    summary: "what 0, 1 and 20 browsers cost the frames, and how soon a frame's pixels are there",
    load: async () => (await import("./http.ts")).httpBench,
  },
  tango: {
    summary: "the Tango device beside a PyTango server: reads, writes, events; time until it is served",
    load: async () => (await import("./tango.ts")).tangoBench,
  },
  tango_load: {
    summary: "what 50 Tango clients, and those that hang, cost the frames",
    load: async () => (await import("./tango_load.ts")).tangoLoadBench,
  },
  values: {
    summary: "what 200 Tango attributes at 1 Hz cost the frames, beside a hung device and a restarting database",
    load: async () => (await import("./values.ts")).valuesBench,
  },
  sha256: {
    summary: "a frame's SHA-256 on one core and on two",
    load: async () => (await import("./sha256.ts")).sha256Bench,
  },
  latency: {
    summary: "a single frame after a pause, default settings",
    load: async () => (await import("./latency.ts")).latencyBench,
  },
  process: {
    summary: "pewatch process of one frame, and of 60 beside cp",
    load: async () => (await import("./process.ts")).processBench,
  },
  load: {
    summary: "the detector's rate for a minute (--seconds 600), then raised until the backlog grows",
    load: async () => (await import("./load.ts")).loadBench,
  },
};

/** Of others here, so it stands alone. */
const SUMMARY = "summary";

async function main(): Promise<number> {
  if (Deno.args.includes("--help")) {
    const list = Object.entries(BENCHES).map(([name, { summary }]) => `  ${name.padEnd(22)}${summary}`);
    const summary = `  ${SUMMARY.padEnd(22)}the table of docs/measurements.md, in at most 20 minutes, and its CSV`;
    console.log([`benchmarks:`, ...list, summary, USAGE].join("\n"));
    return 0;
  }
  let parsed;
  try {
    parsed = readOptions(Deno.args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return 2;
  }
  const { names, options } = parsed;
  if (names.length === 1 && names[0] === SUMMARY) return await summarize(options, (name) => BENCHES[name]!.load());
  const unknown = names.find((name) => !(name in BENCHES));
  if (unknown !== undefined) {
    console.error(`There is no benchmark ${unknown}; there are: ${Object.keys(BENCHES).join(", ")}`);
    return 2;
  }
  let failures = 0;
  for (const name of names.length === 0 ? Object.keys(BENCHES) : names) {
    console.log(`\n=== ${name}: ${BENCHES[name]!.summary}`);
    try {
      await runBench(name, await BENCHES[name]!.load(), options);
    } catch (error) {
      // One that cannot be measured here does not keep the others from it.
      console.error(`${name}: FAILED, ${error instanceof Error ? error.message : error}`);
      failures++;
    }
  }
  return failures === 0 ? 0 : 1;
}

const SIGNALS = Deno.build.os === "windows" ? { SIGINT: 130 } : { SIGINT: 130, SIGTERM: 143 };
for (const [signal, code] of Object.entries(SIGNALS)) {
  Deno.addSignalListener(signal as Deno.Signal, () => {
    Workspace.removeEach();
    Deno.exit(code);
  });
}
Deno.exit(await main());
