/** build/lib/deno.sh: only the pinned Deno is taken, from whichever place has it, once, also when interrupted. */
import assert from "node:assert/strict";
import { join } from "node:path/posix";
import { Checkout } from "./checkout.ts";

const ignore = Deno.build.os !== "linux";

// Stands for Deno's executable: what it prints shows that it ran.
const PRETENDED_DENO = '#!/bin/sh\n[ "$1" = run ] && shift 8 && echo "ran $1"\nexit 0\n';

/** A fetcher's script that packs `deno` as npm does, and notes that it was called. */
function npmThatPacks(checkout: Checkout, deno: string): string {
  checkout.write("fetched_deno", deno);
  return `[ "$1" = pack ] || exit 1
echo called >> "${checkout.home}/calls"
mkdir -p package && cp "${checkout.root}/fetched_deno" package/deno && tar -czf deno.tgz package && rm -r package`;
}

function calls(checkout: Checkout): number {
  return Deno.readTextFileSync(join(checkout.home, "calls")).trim().split("\n").length;
}

function leftovers(checkout: Checkout): string[] {
  return [...Deno.readDirSync(checkout.cache)].map((entry) => entry.name).filter((name) => name.startsWith("tmp."));
}

Deno.test("a Deno with another SHA-256 is refused, and the message says so", { ignore }, async () => {
  using checkout = new Checkout();
  const wanted = await checkout.pin(new TextEncoder().encode(PRETENDED_DENO));
  checkout.fetcher("npm", npmThatPacks(checkout, PRETENDED_DENO + "# tampered with\n"));
  const { code, stdout, stderr } = await checkout.run(["x"]);
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, new RegExp(`npm: refused, SHA-256 is [0-9a-f]{64} but must be ${wanted};`));
  assert.match(stderr, /pip: .*; download: .*; apt_and_pip: not tried; install npm or Python's pip/);
  assert.deepEqual(leftovers(checkout), []);
});

Deno.test("two set-ups at once fetch Deno once", { ignore }, async () => {
  using checkout = new Checkout();
  await checkout.pin(new TextEncoder().encode(PRETENDED_DENO));
  checkout.fetcher("npm", npmThatPacks(checkout, PRETENDED_DENO));
  const both = await Promise.all([checkout.run(["one"]), checkout.run(["two"])]);
  assert.deepEqual(both.map(({ stdout }) => stdout), ["ran one\n", "ran two\n"], both[0].stderr + both[1].stderr);
  assert.equal(calls(checkout), 1);
  assert.deepEqual(leftovers(checkout), []);
});

Deno.test(
  "Deno comes from PyPI where npm has none, and from Deno's own download where neither has",
  { ignore },
  async () => {
    for (const name of ["python3", "curl"]) {
      using checkout = new Checkout();
      await checkout.pin(new TextEncoder().encode(PRETENDED_DENO));
      checkout.write("fetched_deno", PRETENDED_DENO);
      const zip = (folder: string, to: string) =>
        `mkdir -p z/${folder} && cp "${checkout.root}/fetched_deno" z/${folder}/deno && ` +
        `(cd z && /usr/bin/python3 -m zipfile -c ../${to} *) && rm -r z`;
      checkout.fetcher("python3", `case "$*" in *zipfile*) exec /usr/bin/python3 "$@" ;; *) exit 1 ;; esac`);
      if (name === "python3") {
        checkout.fetcher(
          "python3",
          `case "$*" in
*zipfile*) exec /usr/bin/python3 "$@" ;;
*download*) ${zip("deno-2.9.5.data/scripts", "deno.whl")} ;;
*--version*) exit 0 ;;
*) exit 1 ;;
esac`,
        );
      } else {
        checkout.fetcher("curl", zip(".", "deno.zip"));
      }
      const { stdout, stderr } = await checkout.run(["x"]);
      assert.equal(stdout, "ran x\n", stderr);
    }
  },
);

Deno.test("a set-up that was killed is taken up by the next", { ignore }, async () => {
  using checkout = new Checkout();
  await checkout.pin(new TextEncoder().encode(PRETENDED_DENO));
  // A named pipe reports when the fetcher is at work; it then waits to be killed.
  const pipe = join(checkout.home, "in progress");
  assert.ok(new Deno.Command("mkfifo", { args: [pipe] }).outputSync().success);
  checkout.fetcher("npm", `echo here > "${pipe}"; exec sleep 60`);
  const first = checkout.command(["x"]).spawn();
  const ended = first.output();
  await Deno.readTextFile(pipe);
  assert.ok(new Deno.Command("bash", { args: ["-c", `kill -KILL -- -${first.pid}`] }).outputSync().success);
  assert.equal((await ended).signal, "SIGKILL");

  checkout.fetcher("npm", npmThatPacks(checkout, PRETENDED_DENO));
  const { stdout, stderr } = await checkout.run(["y"]);
  assert.equal(stdout, "ran y\n", stderr);
});
