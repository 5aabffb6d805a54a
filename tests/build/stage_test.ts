/** build/compile/stage.ts: of the packages, only what the program imports gets into the executable. */
import assert from "node:assert/strict";
import { cutLock, cutManifest, importedSpecifiers } from "../../build/compile/stage.ts";

const MANIFEST = {
  name: "pewatch",
  fmt: {},
  imports: { pewatch: "./api.ts", "@a/b/parts": "npm:@a/b@1.0.0/parts", tests: "npm:tests@2.0.0" },
};

const LOCK = {
  version: "5",
  specifiers: { "npm:@a/b@1.0.0": "1.0.0_peer@3.0.0", "npm:tests@2.0.0": "2.0.0" },
  npm: {
    "@a/b@1.0.0_peer@3.0.0": { integrity: "x", dependencies: ["c", "d@1.0.0"] },
    "c@1.0.0": { integrity: "y", dependencies: ["@a/b"] },
    "d@1.0.0": { integrity: "z", optionalDependencies: ["native-linux"] },
    "d@2.0.0": { integrity: "z" },
    "native-linux@1.0.0": { integrity: "z" },
    "peer@3.0.0": { integrity: "z" },
    "tests@2.0.0": { integrity: "z", dependencies: ["d@2.0.0"] },
  },
  workspace: { dependencies: ["npm:@a/b@1.0.0", "npm:tests@2.0.0"] },
};

Deno.test("imports are seen in each of their forms", () => {
  const source = `import x from "a";
import {
  y,
} from "b/c";
export * from "d";
import "e";
const { z } = await import("f");
const text = from("g");
`;
  assert.deepEqual(importedSpecifiers(source), ["a", "b/c", "d", "e", "f"]);
});

Deno.test("packages that no source imports are cut out of the manifest, own modules are kept", () => {
  const cut = cutManifest(MANIFEST, [`import { x } from "@a/b/parts";`]);
  assert.deepEqual(cut, { name: "pewatch", imports: { pewatch: "./api.ts", "@a/b/parts": "npm:@a/b@1.0.0/parts" } });
});

Deno.test("the lock keeps what the manifest needs, with its checksums, and nothing else", () => {
  const lock = cutLock(LOCK, cutManifest(MANIFEST, [`import "@a/b/parts";`]));
  assert.deepEqual(Object.keys(lock.npm), ["@a/b@1.0.0_peer@3.0.0", "c@1.0.0", "d@1.0.0"]);
  assert.deepEqual(lock.npm["c@1.0.0"], LOCK.npm["c@1.0.0"]);
  assert.deepEqual(lock.npm["d@1.0.0"], { integrity: "z" }, "packages that are optional are left out");
  assert.deepEqual(lock.specifiers, { "npm:@a/b@1.0.0": "1.0.0_peer@3.0.0" });
  assert.deepEqual(lock.workspace, { dependencies: ["npm:@a/b@1.0.0"] });
});

Deno.test("a lock that lacks a package is refused", () => {
  assert.throws(() => cutLock({ ...LOCK, npm: {} }, MANIFEST), /it lacks @a\/b@1\.0\.0_peer@3\.0\.0/);
});
