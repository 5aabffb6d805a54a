/** `pewatch plugins` as a whole: its sub-commands, help and exit codes. */
import assert from "node:assert/strict";
import { runHere } from "../run_cli.ts";

const NAMES = ["list", "check", "new", "retry", "types"];

Deno.test("pewatch plugins alone is wrong usage, with the list of its commands", async () => {
  const { code, out, err } = await runHere(["plugins"]);
  assert.equal(code, 2);
  assert.equal(out, "");
  for (const name of NAMES) assert.match(err, new RegExp(`^  ${name} `, "m"));
});

Deno.test("--help and help show the same list, on standard output", async () => {
  const [option, help] = await Promise.all([runHere(["plugins", "--help"]), runHere(["help", "plugins"])]);
  assert.equal(option.code, 0);
  assert.deepEqual(help, option);
  for (const name of NAMES) assert.match(option.out, new RegExp(`^  ${name} `, "m"));
});

Deno.test("an unknown command is wrong usage and gets a suggestion", async () => {
  const { code, err } = await runHere(["plugins", "chek"]);
  assert.equal(code, 2);
  assert.match(err, /^pewatch plugins: Unknown command "chek"\. Did you mean check\?/);
  assert.equal((await runHere(["plugins", "toString"])).code, 2);
});

for (const name of NAMES) {
  Deno.test(`plugins ${name} --help shows its options and exit codes`, async () => {
    const { code, out } = await runHere(["plugins", name, "--help"]);
    assert.equal(code, 0);
    assert.match(out, new RegExp(`^Usage: pewatch plugins ${name}`, "m"));
    assert.match(out, /--config/);
    assert.match(out.replaceAll(/\s+/g, " "), /Exit codes: 0/);
  });
}
