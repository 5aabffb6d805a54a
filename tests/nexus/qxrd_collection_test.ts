import assert from "node:assert/strict";
import { qxrdGroup } from "../../src/nexus/frame/detector/qxrd_collection.ts";
import type { NexusGroup } from "../../src/nexus/tree/tree.ts";
import { SAMPLES } from "../qxrd/samples.ts";
import { factsWith } from "./frame.ts";

/** Sections, and in each the names and texts. */
function collectionOf(sidecarText: string | Uint8Array): Record<string, Record<string, unknown>> {
  const group = qxrdGroup(factsWith({ sidecarText }))!;
  return Object.fromEntries((group.children as NexusGroup[]).map((section) => [
    section.name,
    Object.fromEntries(section.children.map((node) => [node.name, node.kind === "field" ? node.value : node.kind])),
  ]));
}

Deno.test("each key is a text below its section, as it stands", () => {
  assert.deepEqual(collectionOf('first=1\n[metadata]\nwidth=2048\nquoted="a, b"\nempty=\n[größe]\na b=\\x41\n'), {
    General: { first: "1" },
    metadata: { width: "2048", quoted: '"a, b"', empty: "" },
    größe: { "a b": "\\x41" },
  });
});

Deno.test("a key and a section of one name do not collide", () => {
  assert.deepEqual(collectionOf("[metadata]\nnormalization=@Invalid()\n[normalization]\nsize=0\n"), {
    metadata: { normalization: "@Invalid()" },
    normalization: { size: "0" },
  });
});

Deno.test("the elements of a list are one text of lines", () => {
  assert.deepEqual(collectionOf("[c]\nrings=x\nrings\\size=2\nrings\\1\\x=1\nrings\\2\\x=2\nother\\size=0\n"), {
    c: { rings: "x", "rings\\list": "rings\\size=2\nrings\\1\\x=1\nrings\\2\\x=2", "other\\size": "0" },
  });
});

Deno.test("a list that is a section of its own is one text too", () => {
  assert.deepEqual(collectionOf("[normalization]\n1\\x=4\n2\\x=5\nsize=2\n"), {
    normalization: { list: "1\\x=4\n2\\x=5", size: "2" },
  });
});

Deno.test("a key that comes twice is kept twice", () => {
  assert.deepEqual(collectionOf("[m]\na=1\na=2\n"), { m: { a: "1", "a (2)": "2" } });
});

Deno.test("names that HDF5 does not take are changed, and too long ones are kept as lines", () => {
  const long = "k".repeat(500);
  assert.deepEqual(collectionOf(`[m]\na/b=1\n.=2\n..=3\n${long}=4\n`), {
    m: { "a\\b": "1", "_.": "2", "_..": "3", "further keys": `${long}=4` },
  });
});

Deno.test("more keys than there may be datasets are kept as lines", () => {
  const lines = Array.from({ length: 5000 }, (_, index) => `k${index}=${index}`);
  const { m, n } = collectionOf(`[m]\n${lines.join("\n")}\n[n]\nlast=1\n`);
  assert(Object.keys(m!).length <= 2001);
  assert.equal(m!["k0"], "0");
  assert.match(String(m!["further keys"]), /(^|\n)k4999=4999$/);
  assert.deepEqual(n, { "further keys": "last=1" });
});

for (const { name, bytes } of SAMPLES) {
  Deno.test(`every key of ${name} is there, in a few hundred datasets at most`, () => {
    const sections = collectionOf(bytes);
    const fields = Object.values(sections).flatMap((section) => Object.keys(section));
    assert(fields.length < 300, `${fields.length} datasets`);
    for (const { section, key, raw } of factsWith({ sidecarText: bytes }).sidecar!.entries) {
      const texts = sections[section === "" ? "General" : section]!;
      const list = Object.values(texts).some((text) => `\n${text}\n`.includes(`\n${key}=${raw}\n`));
      assert(texts[key] === raw || list, `${section}/${key} is missing`);
    }
  });
}
