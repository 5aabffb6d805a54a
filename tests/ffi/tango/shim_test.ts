import { strict as assert } from "node:assert";
import { join } from "node:path";
import { HOSTS, PYTHONS } from "./environment.ts";
import { check, Served } from "./served.ts";

const HERE = import.meta.dirname!;
const ignore = HOSTS === undefined || PYTHONS.length === 0;
const host = (name: string) => join(HOSTS ?? "", name);

const ALL_BUT_RESTARTS = [
  "reads",
  "descriptions",
  "writes",
  "refused_writes",
  "long_texts",
  "commands",
  "time_limit",
  "many_writers",
  "events",
  "state_events",
  "image_on_demand",
  "reads_in_masses",
];

const SANITIZED = [
  {
    what: "the address sanitizer",
    program: "host_asan",
    env: {
      // The order: tests/faults/disk may be loaded before all else.
      ASAN_OPTIONS: "detect_leaks=1:detect_stack_use_after_return=1:verify_asan_link_order=0",
      LSAN_OPTIONS: `print_suppressions=0:suppressions=${join(HERE, "host", "lsan.supp")}`,
    },
    checks: [...ALL_BUT_RESTARTS, "restarts"],
  },
  {
    what: "the thread sanitizer",
    program: "host_tsan",
    env: { TSAN_OPTIONS: `second_deadlock_stack=1:suppressions=${join(HERE, "host", "tsan.supp")}` },
    checks: ALL_BUT_RESTARTS,
  },
  {
    what: "the thread sanitizer, while it is restarted",
    program: "host_tsan",
    env: { TSAN_OPTIONS: `second_deadlock_stack=1:suppressions=${join(HERE, "host", "tsan_restarts.supp")}` },
    checks: ["restarts"],
  },
];

for (const { what, program, env, checks } of SANITIZED) {
  Deno.test({
    name: `the shim holds all checks of a client under ${what}, which finds nothing`,
    ignore,
    async fn() {
      await using served = new Served({ command: [host(program)], env, failingStarts: 20 });
      await check(PYTHONS[0]!.python, await served.name, checks);
      const code = await served.stop();
      assert.equal(code, 0, served.errors);
      assert.equal(served.errors, "");
    },
  });
}

Deno.test({
  name: "100 starts that fail leave a process that can still serve, and say why they failed",
  ignore,
  async fn() {
    await using served = new Served({ command: [host("host")], failingStarts: 100 });
    await check(PYTHONS[0]!.python, await served.name, ["reads"]);
    assert(
      served.lines.includes("failed 2 The Tango database at 127.0.0.1:1 does not answer"),
      served.lines.join("\n"),
    );
    const endpoint = served.lines.find((line) => line.startsWith("failed 6 Cannot listen on 192.0.2.1:4711"));
    assert(endpoint !== undefined, served.lines.join("\n"));
    assert.equal(await served.stop(), 0);
    assert(!served.lines.includes("a second server started"));
  },
});

Deno.test({
  name: "the program's own signal handlers survive a start: SIGTERM and SIGINT reach it, and it ends by itself",
  ignore,
  async fn() {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      await using served = new Served({ command: [host("host")] });
      await served.name;
      served.kill(signal);
      assert.equal(await served.ended(), 0);
      assert(served.lines.includes("signal"));
      assert(served.lines.includes("stopped"));
    }
  },
});

Deno.test({
  name: "a program that exits while it serves ends at once with its own code",
  ignore,
  async fn() {
    await using served = new Served({ command: [host("host")] });
    await check(PYTHONS[0]!.python, await served.name, ["reads"]);
    await served.say("exit");
    assert.equal(await served.ended(), 7);
  },
});

Deno.test({
  name: "Kill of the admin device ends the server, and the program hears of it",
  ignore,
  async fn() {
    await using served = new Served({ command: [host("host")] });
    await check(PYTHONS[0]!.python, await served.name, ["kill"]);
    assert.equal(await served.ended(), 0);
    assert(served.lines.includes("stopped"));
  },
});

Deno.test({
  name: "20 processes, one after the other on one port, start, serve and stop",
  ignore,
  async fn() {
    let port = "0";
    for (let i = 0; i < 20; i++) {
      await using served = new Served({ command: [host("host")], endpoint: `127.0.0.1:${port}` });
      const name = await served.name;
      port = /:(\d+)\//.exec(name)![1]!;
      assert.equal(await served.stop(), 0, served.errors);
    }
  },
});
