/**
 * sbom.ts COMPONENTS VERSION EXECUTABLE OUTPUT: writes a software bill of materials (CycloneDX 1.6, JSON) of an executable
 * from the components.json that is embedded in it.
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import type { Component, Embedded } from "./components.ts";

const SPDX_EXPRESSION = / (AND|OR|WITH) /;

/** @param executable its file's name and SHA-256 */
export function billOfMaterials(
  embedded: Embedded,
  { version, executable }: { version: string; executable: { name: string; sha256: string } },
): string {
  const program = new Models.Component(Enums.ComponentType.Application, "pewatch", {
    version,
    bomRef: `pewatch@${version}`,
    licenses: new Models.LicenseRepository([new Models.SpdxLicense("LGPL-3.0-or-later")]),
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm["SHA-256"], executable.sha256]]),
    properties: new Models.PropertyRepository([
      new Models.Property("pewatch:file", executable.name),
      new Models.Property("pewatch:build", embedded.build),
      new Models.Property("pewatch:base", embedded.base),
    ]),
  });
  const components = embedded.components.map(componentOf);
  for (const { bomRef } of components) program.dependencies.add(bomRef);
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: program }),
    components: new Models.ComponentRepository(components),
  });
  const factory = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return new Serialize.JsonSerializer(factory).serialize(bom, { sortLists: true, space: 2 });
}

function componentOf({ name, version, kind, license, purl, hash }: Component): Models.Component {
  const type = kind === "runtime" ? Enums.ComponentType.Platform : Enums.ComponentType.Library;
  return new Models.Component(type, name, {
    ...version === "" ? {} : { version },
    bomRef: purl,
    purl,
    licenses: new Models.LicenseRepository([licenseOf(license)]),
    ...hash === null ? {} : { hashes: new Models.HashDictionary([[Enums.HashAlgorithm[hash.algorithm], hash.hex]]) },
  });
}

function licenseOf(license: string): Models.SpdxLicense | Models.LicenseExpression | Models.NamedLicense {
  if (SPDX_EXPRESSION.test(license)) return new Models.LicenseExpression(license.replace(/^\((.*)\)$/, "$1"));
  return license === "unknown" ? new Models.NamedLicense(license) : new Models.SpdxLicense(license);
}

if (import.meta.main) {
  const [components, version, executable, output] = Deno.args as [string, string, string, string];
  const embedded: Embedded = JSON.parse(Deno.readTextFileSync(components));
  const sha256 = createHash("sha256").update(Deno.readFileSync(executable)).digest("hex");
  const bom = billOfMaterials(embedded, { version, executable: { name: basename(executable), sha256 } });
  Deno.writeTextFileSync(output, `${bom}\n`);
}
