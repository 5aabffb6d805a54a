/** The entry of all benchmarks: `deno run -A tests/bench/main.ts [NAME…] [OPTIONS]`; without a name, all of them. */
import { Workspace } from "./workspace.ts";
import { type Bench, readOptions, runBench, USAGE } from "./options.ts";

const BENCHES: Readonly<Record<string, { summary: string; load(): Promise<Bench> }>> = {
  copy: {
    summary: "the copy of a delivery alone, against cp",
    load: async () => (await import("./copy.ts")).copyBench,
  },
  throughput: {
    summary: "the whole work on 60 frames, against cp, with its options on and off",
    load: async () => (await import("./throughput.ts")).throughputBench,
  },
  first_implementation: {
    summary: "the whole work, against the first implementation's",
    load: async () => (await import("./first_implementation.ts")).firstImplementationBench,
  },
  tag_merge: {
    summary: "bytes and time of the tag merge from 256² to 4096² pixels",
    load: async () => (await import("./tag_merge.ts")).tagMergeBench,
  },
  growth: {
    summary: "time and memory against size: frames, waiting files, sidecars, plugins",
    load: async () => (await import("./growth.ts")).growthBench,
  },
  idle: {
    summary: "processor and memory of a daemon without work, time of a start",
    load: async () => (await import("./idle.ts")).idleBench,
  },
  crowd: {
    summary: "memory beside 430,000 files that stay in raw, and how soon new frames are delivered",
    load: async () => (await import("./crowd.ts")).crowdBench,
  },
  plugins: {
    summary: "memory over 300 reloads, cost of a tick with 50 plugins, the heartbeat while one burns a core",
    load: async () => (await import("./plugins.ts")).pluginsBench,
  },
  executable: {
    summary: "the executables: sizes, time of a start, memory without work",
    load: async () => (await import("./executable.ts")).executableBench,
  },
  tango: {
    summary: "the Tango device beside a PyTango server: reads, writes, events; time until it is served",
    load: async () => (await import("./tango.ts")).tangoBench,
  },
  tango_load: {
    summary: "what 50 Tango clients, and those that hang, cost the frames",
    load: async () => (await import("./tango_load.ts")).tangoLoadBench,
  },
  load: {
    summary:
      "the detector's rates for a minute (--seconds 600), then raised until the backlog grows; beside cp and rsync",
    load: async () => (await import("./load.ts")).loadBench,
  },
};

async function main(): Promise<number> {
  if (Deno.args.includes("--help")) {
    const list = Object.entries(BENCHES).map(([name, { summary }]) => `  ${name.padEnd(22)}${summary}`);
    console.log([`benchmarks:`, ...list, USAGE].join("\n"));
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
