/** What is listed of an executable: every native library, and a bill of materials that CycloneDX's own schema takes. */
import assert from "node:assert/strict";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { type Embedded, nativeComponent, withNeeds } from "../../build/compile/components.ts";
import { billOfMaterials } from "../../build/compile/sbom.ts";

const NATIVE = new URL("../../build/native/", import.meta.url);
const recipeOf = (name: string) => Deno.readTextFileSync(new URL(`${name}.sh`, NATIVE));

Deno.test("each native library is listed with version, licence and the SHA-256 of its sources", () => {
  const names = withNeeds(["tiff", "hdf5", "pewatch_tango"], recipeOf).toSorted();
  const withSources = [...Deno.readDirSync(NATIVE)].map(({ name }) => name).filter((name) => name.endsWith(".sh"))
    .filter((name) => /^sums=/m.test(Deno.readTextFileSync(new URL(name, NATIVE)))).map((name) => name.slice(0, -3));
  assert.deepEqual(names, withSources.toSorted());
  for (const name of names) {
    const { version, license, hash } = nativeComponent(name, recipeOf(name));
    assert.match(version, /^\d+\.\d+/, name);
    assert.notEqual(license, "", name);
    assert.ok(recipeOf(name).includes(hash!.hex), name);
  }
});

Deno.test("a recipe that names no sources, or a library without a known licence, is refused by name", () => {
  assert.throws(() => nativeComponent("tiff", "pool=x\n"), /build\/native\/tiff\.sh: it names no archive/);
  const recipe = `sums="${"0".repeat(64)} new_1.0.orig.tar.xz"\n`;
  assert.throws(() => nativeComponent("new", recipe), /Cannot list new: NATIVE_LICENSES/);
});

Deno.test("the bill of materials is valid CycloneDX 1.6 and names all components with their hashes", async () => {
  const embedded: Embedded = {
    build: "development",
    base: "Deno 2.7.11, taken out of a package",
    components: [
      {
        name: "@scope/one",
        version: "1.2.3",
        kind: "npm",
        license: "(MIT OR Apache-2.0)",
        purl: "pkg:npm/%40scope/one@1.2.3",
        hash: { algorithm: "SHA-512", hex: "ab".repeat(64) },
        text: null,
      },
      { name: "odd", version: "1", kind: "npm", license: "unknown", purl: "pkg:npm/odd@1", hash: null, text: null },
      { ...nativeComponent("tiff", recipeOf("tiff")), text: null },
      {
        name: "deno",
        version: "2.7.11",
        kind: "runtime",
        license: "MIT",
        purl: "pkg:github/denoland/deno@v2.7.11",
        hash: null,
        text: null,
      },
    ],
  };
  const executable = { name: "pewatch.exe", sha256: "cd".repeat(32) };
  const text = billOfMaterials(embedded, { version: "0.1.0", executable });
  assert.equal(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text), null);
  const bom = JSON.parse(text);
  assert.equal(bom.metadata.component.hashes[0].content, executable.sha256);
  assert.deepEqual(
    bom.components.map(({ purl }: { purl: string }) => purl).toSorted(),
    embedded.components.map(({ purl }) => purl).toSorted(),
  );
  assert.ok(text.includes('"pewatch:build"') && text.includes("taken out of a package"));
});
