/** The list of service files is the one place where their names stand. */
import assert from "node:assert/strict";
import { sourcesBelow, textOf } from "../../build/checks/sources.ts";
import { SERVICE_NAMES } from "../../src/files/service_names.ts";

const LIST = "src/files/service_names.ts";
/** A hidden name of the program's own, as it would stand in a text of the source. */
const OWN_NAME = /["'`](\.(?:pewatch|claiming|discard|moving|late|series)[-.a-z]*)/g;
/** What is no name but the beginning that all of them share. */
const BEGINNING = ".pewatch";
/** An ending behind an image's name, beside a frame in quarantine. */
const ENDING = ".pewatch.json";

Deno.test("no other file of the program has a hidden name of its own", () => {
  const found = sourcesBelow(["src", "plugins", "ffi"])
    .filter((file) => file !== LIST)
    .flatMap((file) => {
      const code = textOf(file).replaceAll(/^\s*(\*|\/\/|\/\*\*).*$/gm, "");
      return [...code.matchAll(OWN_NAME)].filter(([, name]) => name !== BEGINNING && name !== ENDING).map(([, name]) =>
        `${file}: ${name}`
      );
    });
  assert.deepEqual(found, []);
});

Deno.test("each name is in the list once, and lies somewhere", () => {
  const names = SERVICE_NAMES.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.length > 30);
  for (const { name, folders } of SERVICE_NAMES) assert.ok(folders.length > 0, name);
});
