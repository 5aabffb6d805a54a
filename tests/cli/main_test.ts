/** The command line as a whole: commands, help, versions, exit codes. */
import assert from "node:assert/strict";
import { COMMANDS } from "../../src/cli/commands.ts";
import { expectHere, runHere } from "./run_cli.ts";
import manifest from "../../deno.json" with { type: "json" };

for (
  const [args, err] of [
    [["inspekt", "x.tif"], /Unknown command "inspekt"\. Did you mean inspect\?/],
    [["toString"], /Unknown command "toString"\./], // a name that every object has
    [["--versoin"], /Unknown option "--versoin"\. Did you mean --version\?/],
    [["help", "doktor"], /Did you mean doctor\?/],
    [["plugins", "chek"], /^pewatch plugins: Unknown command "chek"\. Did you mean check\?/],
    [["plugins", "toString"], /Unknown command/],
    [["tango", "registre"], /Did you mean register\?/],
    [["doctor", "--jsno"], /^pewatch doctor: .*--jsno.*Did you mean.*--json/],
  ] as const
) {
  Deno.test(`${args.join(" ")} is wrong usage, with the nearest that there is`, async () => {
    const { out } = await expectHere(args, { code: 2, err });
    assert.equal(out, "");
  });
}

const LISTS = Object.entries(COMMANDS).flatMap(([name, command]) =>
  "commands" in command ? [[name, command] as const] : []
);

for (
  const [args, commands] of [
    [[], COMMANDS] as const,
    ...LISTS.map(([name, { commands }]) => [[name], commands] as const),
  ]
) {
  const called = ["pewatch", ...args].join(" ");
  Deno.test(`${called} alone is wrong usage, with the list of its commands; help and --help show it on standard output`, async () => {
    const { out, err } = await expectHere(args, { code: 2 });
    assert.equal(out, "");
    for (const option of [["help", ...args], [...args, "--help"], [...args, "-h"]]) {
      assert.deepEqual(await runHere(option), { code: 0, out: err, err: "" });
    }
    for (const [name, { summary }] of Object.entries(commands)) {
      const isListed = err.split("\n").some((line) => line.startsWith(`  ${name} `) && line.endsWith(` ${summary}`));
      assert.equal(isListed, summary !== null, name);
    }
  });
}

for (const [group, { commands }] of LISTS) {
  for (const [name, { summary }] of Object.entries(commands)) {
    if (summary === null) continue;
    Deno.test(`${group} ${name} --help shows its options and exit codes`, async () => {
      const { out } = await expectHere([group, name, "--help"], { code: 0, out: /--config/ });
      assert.match(out, new RegExp(`^Usage: pewatch ${group} ${name}`, "m"));
      assert.match(out.replaceAll(/\s+/g, " "), /Exit codes: 0 /);
    });
  }
}

for (const name of ["run", "process", "demo", "inspect", "doctor", "init"]) {
  Deno.test(`help ${name} and ${name} --help say the same, on standard output`, async () => {
    const [help, option] = await Promise.all([runHere(["help", name]), runHere([name, "--help"])]);
    assert.equal(help.code, 0);
    assert.deepEqual(help, option);
    assert.match(help.out, new RegExp(`Usage: pewatch ${name}`));
  });
}

Deno.test("--version says pewatch's version, Deno's, and each library's with its path", async () => {
  const { out } = await expectHere(["--version"], { code: 0 });
  const [program, deno, tiff, hdf5, tango] = out.split("\n");
  assert.ok(program?.startsWith(`pewatch ${manifest.version} (from source, `));
  assert.equal(deno, `Deno ${Deno.version.deno}`);
  assert.match(tiff ?? "", /^libtiff \d+\.\d+\.\d+ \(.+\)$/);
  assert.match(hdf5 ?? "", /^HDF5 \d+\.\d+\.\d+ \(.+\)$/);
  assert.match(tango ?? "", /^cppTango (\d+\.\d+\.\d+ \(.+\)|not found; only \[tango\] needs it)$/);
});

Deno.test("--version says which library was not found and where it was looked for, and still is done", async () => {
  const { out } = await expectHere(["--version"], { code: 0 }, { env: { PEWATCH_LIBHDF5: "/nowhere/libhdf5.so" } });
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
