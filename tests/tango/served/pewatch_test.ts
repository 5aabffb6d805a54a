/** `pewatch run` with [tango] enabled, with a real library and a client of PyTango, while a detector writes frames. */
import assert from "node:assert/strict";
import { LIBRARY, PYTHONS } from "../../ffi/tango/environment.ts";
import { pewatch as pewatchCommand } from "../../e2e/child.ts";
import { pause } from "../../faults/detector.ts";
import { Client, PYTHON_CLIENTS } from "./client.ts";
import { ServedPewatch } from "./served_pewatch.ts";

const ignore = LIBRARY === undefined || PYTHONS.length === 0;
const RATE_PER_S = 10;
const PATIENCE_MS = 60_000;

Deno.test({
  name: "Kill of the admin device ends pewatch as pewatch stop does: frames in progress are finished",
  ignore,
  async fn() {
    await using pewatch = new ServedPewatch({ frames_per_s: RATE_PER_S });
    const name = await pewatch.name();
    pewatch.detector.start();
    await pewatch.until(() => / delivered, /.test(pewatch.log), "the first frame");
    await pewatch.check(PYTHONS[0]!.python, name, "kill");
    assert.equal(await pewatch.ended(), 0);
    assert.match(pewatch.log, /stopping \(a Tango client killed the server\): finishing the frames in progress/);
    assert.match(pewatch.log, /stopped after /);
  },
});

Deno.test({
  name:
    "an endpoint that another program has is reported with what to do, and taken when it is free; frames flow meanwhile",
  ignore,
  async fn() {
    const other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const endpoint = `127.0.0.1:${other.addr.port}`;
    await using pewatch = new ServedPewatch({ tango: `endpoint = '${endpoint}'`, frames_per_s: RATE_PER_S });
    try {
      await pewatch.until(() => pewatch.log.includes("Cannot listen on"), "the complaint");
      pewatch.detector.start();
      await pewatch.until(() => / delivered, /.test(pewatch.log), "a frame");
    } finally {
      other.close();
    }
    assert.equal(await pewatch.name(), `tango://${endpoint}/pewatch/daemon/1#dbase=no`);
    await pewatch.check(PYTHONS[0]!.python, await pewatch.name(), "reads");
  },
});

Deno.test({
  name: "a database that is away holds up no frame, and pewatch ends as ever",
  ignore,
  async fn() {
    await using pewatch = new ServedPewatch({ tango: "database = '127.0.0.1:1'", frames_per_s: RATE_PER_S });
    await pewatch.until(
      () => pewatch.log.includes("database at 127.0.0.1:1 does not answer (Connection refused"),
      "word",
    );
    pewatch.detector.start();
    await pewatch.until(() => / delivered, /.test(pewatch.log), "a frame");
    await pewatch.detector.stop();
    await pewatch.drained();
    await pewatch.child.end("SIGTERM");
    assert.equal(await pewatch.ended(), 0);
    assert.deepEqual(await pewatch.problems(), []);
  },
});

Deno.test({
  name: "an output that goes while no frame is in progress is in State and Status before the next frame",
  ignore,
  async fn() {
    await using pewatch = new ServedPewatch();
    await using client = await Client.connect(PYTHON_CLIENTS[0]!, await pewatch.name());
    const { output } = pewatch.folders;
    const comesTo = async (state: string) => {
      for (const end_ms = performance.now() + PATIENCE_MS; await client.value("State") !== state; await pause(50)) {
        assert.ok(performance.now() < end_ms, `State never came to ${state}: ${await client.value("Status")}`);
      }
    };
    await comesTo("RUNNING");
    Deno.renameSync(output, `${output}-away`);
    await comesTo("FAULT");
    assert.equal(
      await client.value("Status"),
      `the output folder ${output} does not exist; frames wait until it is back`,
    );
    Deno.renameSync(`${output}-away`, output);
    await comesTo("RUNNING");
  },
});

Deno.test({
  name: "a second pewatch on the same folders says that alone: nothing of its port or its database",
  ignore,
  async fn() {
    await using pewatch = new ServedPewatch();
    await pewatch.name();
    for (const tango of ["endpoint = '192.0.2.1:1'", "database = '127.0.0.1:1'", `device = 'a/b/c'`]) {
      const second = `${pewatch.configurationFile}.second.toml`;
      const text = Deno.readTextFileSync(pewatch.configurationFile);
      Deno.writeTextFileSync(second, `${text}\n${tango}\n`);
      const { code, out, err } = await pewatchCommand(["run", "--config", second]);
      assert.equal(code, 1, out + err);
      const faults = (out + err).split("\n").filter((line) => / (warn|error) /.test(line));
      assert.equal(faults.length, 1, out + err);
      assert.match(faults[0]!, /Cannot work on /);
      assert.doesNotMatch(out + err, /Tango/);
    }
  },
});

Deno.test({
  name: "without the library frames flow, and the log says how to get it",
  ignore,
  async fn() {
    await using pewatch = new ServedPewatch({ env: { PEWATCH_LIBTANGO: "/nowhere" }, frames_per_s: RATE_PER_S });
    pewatch.detector.start();
    await pewatch.until(() => / delivered, /.test(pewatch.log), "a frame");
    assert.match(
      pewatch.log,
      /error Tango: the device is not served; frames are delivered without it: .*build\/pewatch/,
    );
  },
});
