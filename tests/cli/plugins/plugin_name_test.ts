import assert from "node:assert/strict";
import * as fc from "fast-check";
import { validPluginName } from "../../../src/cli/plugins/new.ts";
import { whyNotAPlugin } from "../../../src/plugins/folder/names.ts";

const NAMES: Readonly<Record<string, string | null>> = {
  ring_current: "ring_current",
  "Ring Current!.ts": "ring_current",
  "Strahlgröße": "strahlgrosse",
  "../../etc/passwd": "etc_passwd",
  "C:\\x": "c_x",
  "2theta": "2theta",
  CON: "con_plugin",
  "my_test": "my_test_plugin",
  "_helper": "helper",
  "x.d.ts": "x_d",
  "": null,
  "...": null,
  "42": null,
  "中": null,
};

for (const [wanted, name] of Object.entries(NAMES)) {
  Deno.test(`${JSON.stringify(wanted)} becomes ${name}`, () => assert.equal(validPluginName(wanted), name));
}

Deno.test("whatever is wanted, the name is loaded as a plugin, is a bare key of TOML, and stays as it is", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (wanted) => {
    const name = validPluginName(wanted);
    if (name === null) return;
    assert.match(name, /^[a-z0-9_]{1,50}$/);
    assert.equal(whyNotAPlugin(`${name}.ts`), null);
    assert.equal(validPluginName(name), name);
  }));
});
