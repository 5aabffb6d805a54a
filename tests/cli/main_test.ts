/** The command line as a whole: commands, help, versions, exit codes. */
import assert from "node:assert/strict";
import { COMMANDS } from "../../src/cli/commands.ts";
import { runHere } from "./run_cli.ts";
import manifest from "../../deno.json" with { type: "json" };

Deno.test("an unknown command is wrong usage and gets a suggestion", async () => {
  const { code, out, err } = await runHere(["inspekt", "x.tif"]);
  assert.equal(code, 2);
  assert.equal(out, "");
  assert.match(err, /Unknown command "inspekt"\. Did you mean inspect\?/);
});

Deno.test("names that every object has are unknown commands too", async () => {
  assert.equal((await runHere(["toString"])).code, 2);
});

Deno.test("an unknown option is wrong usage and gets a suggestion", async () => {
  const { code, err } = await runHere(["--versoin"]);
  assert.equal(code, 2);
  assert.match(err, /Unknown option "--versoin"\. Did you mean --version\?/);
});

Deno.test("no command at all is wrong usage, with the list of commands", async () => {
  const { code, err } = await runHere([]);
  assert.equal(code, 2);
  for (const name of Object.keys(COMMANDS)) assert.match(err, new RegExp(`^  ${name} `, "m"));
});

for (const args of [["--help"], ["-h"], ["help"]]) {
  Deno.test(`${args.join(" ")} lists every command with its summary`, async () => {
    const { code, out } = await runHere(args);
    assert.equal(code, 0);
    for (const [name, { summary }] of Object.entries(COMMANDS)) {
      assert.ok(out.split("\n").some((line) => line.startsWith(`  ${name} `) && line.endsWith(` ${summary}`)), name);
    }
  });
}

for (const name of ["run", "process", "demo", "inspect", "doctor", "init"]) {
  Deno.test(`help ${name} and ${name} --help say the same, on standard output`, async () => {
    const [help, option] = await Promise.all([runHere(["help", name]), runHere([name, "--help"])]);
    assert.equal(help.code, 0);
    assert.deepEqual(help, option);
    assert.match(help.out, new RegExp(`Usage: pewatch ${name}`));
  });
}

Deno.test("help for an unknown command is wrong usage", async () => {
  const { code, err } = await runHere(["help", "doktor"]);
  assert.equal(code, 2);
  assert.match(err, /Did you mean doctor\?/);
});

Deno.test("an unknown option of a command is wrong usage, and the command is named", async () => {
  const { code, out, err } = await runHere(["doctor", "--jsno"]);
  assert.equal(code, 2);
  assert.equal(out, "");
  assert.match(err, /^pewatch doctor: .*--jsno.*Did you mean.*--json/);
});

Deno.test("--version says pewatch's version, Deno's, and each library's with its path", async () => {
  const { code, out } = await runHere(["--version"]);
  assert.equal(code, 0);
  const [program, deno, tiff, hdf5, tango] = out.split("\n");
  assert.ok(program?.startsWith(`pewatch ${manifest.version} (from source, `));
  assert.equal(deno, `Deno ${Deno.version.deno}`);
  assert.match(tiff ?? "", /^libtiff \d+\.\d+\.\d+ \(.+\)$/);
  assert.match(hdf5 ?? "", /^HDF5 \d+\.\d+\.\d+ \(.+\)$/);
  assert.match(tango ?? "", /^cppTango (\d+\.\d+\.\d+ \(.+\)|not found; only \[tango\] needs it)$/);
});

Deno.test("--version says which library was not found and where it was looked for, and still is done", async () => {
  const { code, out } = await runHere(["--version"], { env: { PEWATCH_LIBHDF5: "/nowhere/libhdf5.so" } });
  assert.equal(code, 0);
  assert.match(out, /^HDF5 not found: .*\/nowhere\/libhdf5\.so/m);
  assert.match(out, /^libtiff \d/m);
});

Deno.test("--version takes a missing Tango library for nothing wrong", async () => {
  const { code, out, err } = await runHere(["--version"], {
    env: { PEWATCH_LIBTANGO: "/nowhere/libpewatch_tango.so" },
  });
  assert.deepEqual({ code, err }, { code: 0, err: "" });
  assert.match(out, /^cppTango not found; only \[tango\] needs it$/m);
});
