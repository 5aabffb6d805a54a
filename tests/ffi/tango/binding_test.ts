import { strict as assert } from "node:assert";
import { join } from "node:path";
import { LIBRARY, PYTHONS } from "./environment.ts";
import { check, Served } from "./served.ts";

const ignore = LIBRARY === undefined || PYTHONS.length === 0;
const command = [Deno.execPath(), "run", "-A", "-q", join(import.meta.dirname!, "serve.ts")];

for (const { name, python } of PYTHONS) {
  Deno.test({
    name: `a device served by the binding holds all checks of ${name}`,
    ignore,
    async fn() {
      await using served = new Served({ command });
      await check(python, await served.name);
      assert.equal(await served.stop(), 0, served.errors);
      assert(served.lines.some((line) => line.startsWith("restart ")), served.lines.join("\n"));
      assert(served.lines.some((line) => line.startsWith("init ")), served.lines.join("\n"));
    },
  });
}

Deno.test({
  name:
    "the binding ends cleanly by SIGTERM, by Kill, by Deno.exit while it serves, and by two calls of stop at a time",
  ignore,
  async fn() {
    for (const way of ["SIGTERM", "Kill", "exit", ...Array(10).fill("stop")]) {
      await using served = new Served({ command });
      const name = await served.name;
      if (way === "SIGTERM") served.kill(way);
      else if (way === "Kill") await check(PYTHONS[0]!.python, name, ["kill"]);
      else await served.say(way);
      assert.equal(await served.ended(), way === "exit" ? 7 : 0, `${way}: ${served.errors}`);
    }
  },
});

Deno.test({
  name: "a start where a port is taken, and one where the database is away, are errors that say so",
  ignore,
  async fn() {
    await using first = new Served({ command });
    const endpoint = /\/\/([^/]*)\//.exec(await first.name)![1]!;
    await using second = new Served({ command, endpoint });
    assert.match(await second.line("failed"), /^endpoint Cannot listen on 127\.0\.0\.1:/);
    assert.equal(await second.ended(), 3);
    await using third = new Served({ command, database: "127.0.0.1:1", endpoint: "" });
    assert.equal(await third.line("failed"), "database_away The Tango database at 127.0.0.1:1 does not answer");
    assert.equal(await third.ended(), 3);
  },
});
