import assert from "node:assert/strict";
import { join } from "node:path";
import { harmlessName } from "../../src/frames/claim/harmless_names.ts";
import { isImageName, isSidecarName } from "../../src/qxrd/frame_name.ts";
import { setOf, wayOf } from "./way.ts";

Deno.test("endings that are run get a harmless one, others stay", () => {
  for (const end of ["exe", "EXE", "lnk", "bat ", "sh.", "py", "ts", "desktop", "scr. .", "exe:stream"]) {
    assert.equal(harmlessName(`P.tif.${end}`), `P.tif.${end}.inert`);
  }
  for (
    const name of ["P.tif", "P.tif.metadata", "P.tif.overflow", "P.txt", "P.avg", "P.tif.exe.txt", "sh", "P.tif.gz"]
  ) {
    assert.equal(harmlessName(name), name);
  }
  assert.ok(!isImageName("P.exe.inert") && !isSidecarName("P.tif.sh.inert"));
});

// Fails without harmlessName() in destination.ts.
Deno.test("a companion that would be run is delivered whole, under a name that is not", async () => {
  using way = wayOf([{ name: "P.tif" }]);
  const companions = { "P.tif.sh": "echo run", "P.tif.overflow": "1 2" };
  for (const [name, text] of Object.entries(companions)) Deno.writeTextFileSync(join(way.raw, name), text);
  await way.fire(2);
  assert.deepEqual(way.delivered(), [...setOf("P"), "P.tif.overflow", "P.tif.sh.inert"]);
  assert.equal(Deno.readTextFileSync(join(way.output, "P.tif.sh.inert")), "echo run");
  // Once more, as after a crash: it is there already.
  way.put({ name: "P.tif" });
  for (const [name, text] of Object.entries(companions)) Deno.writeTextFileSync(join(way.raw, name), text);
  await way.fire(2);
  assert.equal(way.delivered().length, 5);
});

// Fails without harmlessName() in find_delivered.ts or in quarantine.ts.
Deno.test("the same holds for a companion that comes late, and in the quarantine", async () => {
  using way = wayOf([{ name: "bad.tif", image: new Uint8Array(10), sidecar: null }]);
  Deno.writeTextFileSync(join(way.raw, "bad.tif.exe"), "run");
  await way.fire(3);
  assert.ok(way.delivered().includes("pewatch-quarantine/bad.tif.exe.inert"), way.delivered().join());
});
