/** The Windows executable starts by itself, finds its libraries inside and its things beside it. */
import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { TempFolder } from "../temp_folder.ts";
import { outputOn, runOn, WINDOWS_EXECUTABLE, windowsPath } from "./programs.ts";

Deno.test("--version shows the Deno inside, the same as on Linux, all libraries inside the executable, and that it is a development build", async () => {
  const lines = (await outputOn("windows", ["--version"])).trimEnd().split("\n");
  assert.match(lines[0]!, /^pewatch \d+\.\d+\.\d+ \(compiled(, development build)?, x86_64-pc-windows-msvc\)$/);
  assert.match(lines[1]!, /^Deno \d+\.\d+\.\d+$/);
  assert.equal(lines[1], (await outputOn("linux", ["--version"])).split("\n")[1]);
  assert.match(lines[2]!, /^libtiff 4\.\d+\.\d+ \(inside the executable\)$/);
  assert.match(lines[3]!, /^HDF5 1\.14\.5 \(inside the executable\)$/);
  assert.match(lines[4]!, /^cppTango 10\.0\.2 \(inside the executable\)$/);
  if (lines[0]!.includes("development build")) {
    assert.match(lines.splice(5, 1)[0] ?? "", /^base: Deno .* npm packages /);
  }
  assert.equal(lines.length, 5);
});

Deno.test("--licenses lists all that is inside, with the texts", async () => {
  for (const system of ["linux", "windows"] as const) {
    const text = await outputOn(system, ["--licenses"]);
    const bom = JSON.parse(
      Deno.readTextFileSync(new URL(`../../dist/pewatch-${manifest.version}-${system}.cdx.json`, import.meta.url)),
    );
    const names: string[] = bom.components.map(({ group, name }: { group?: string; name: string }) =>
      group === undefined ? name : `${group}/${name}`
    );
    assert.ok(names.includes("valibot") && names.includes("deno"), names.join());
    assert.equal(names.includes("omniorb"), system === "windows");
    for (const name of names) assert.match(text, new RegExp(`^  ${name} .*: \\S`, "m"));
    assert.match(text, /^={20} valibot .*\n\nMIT License/m);
  }
});

Deno.test("copied alone into an empty folder, init writes its configuration beside it, and doctor finds all well", async () => {
  using folder = new TempFolder();
  const executable = folder.join("pewatch.exe");
  Deno.copyFileSync(WINDOWS_EXECUTABLE, executable);
  const options = { executable, cwd: folder.path };
  await outputOn("windows", ["init"], options);
  assert.match(Deno.readTextFileSync(folder.join("pewatch.toml")), /^\[folders\]/m);

  const printed = await outputOn("windows", ["doctor", "--json"], options);
  const { healthy, checks } = JSON.parse(printed) as {
    healthy: boolean;
    checks: { status: string; finding: string }[];
  };
  assert.ok(healthy, printed);
  for (const name of ["pewatch.toml", "state", "log"]) {
    assert.ok(checks.some(({ finding }) => finding.startsWith(windowsPath(folder.join(name)))), `${name}: ${printed}`);
  }
});

Deno.test("a wrong command ends with 2, as on Linux, with the same words", async () => {
  const windows = await runOn("windows", ["proces"]);
  assert.deepEqual(windows, await runOn("linux", ["proces"]));
  assert.equal(windows.code, 2);
});
