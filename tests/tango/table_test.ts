/** The device's table has what a client needs to show it; what clients see of it is in served/device_test.ts. */
import assert from "node:assert/strict";
import type { TangoAttribute } from "../../ffi/tango/mod.ts";
import { DEVICE_TABLE } from "../../src/tango/table.ts";

const ATTRIBUTES: readonly TangoAttribute[] = DEVICE_TABLE.attributes;

Deno.test("each attribute and command is described, in Latin-1", () => {
  for (const { name, description, label } of ATTRIBUTES) {
    assert.ok(description.length > 10 && label !== undefined && label.length > 2, name);
  }
  const texts = DEVICE_TABLE.commands.flatMap(({ inputDescription, outputDescription }) => [
    inputDescription,
    outputDescription,
  ]);
  for (const text of [...texts, ...ATTRIBUTES.map(({ description }) => description)]) {
    assert.match(text, /^[\x20-\xff]+$/);
  }
});

Deno.test("every scalar pushes events, and every double says how many digits it is worth", () => {
  for (const { name, format, events, type, numberFormat } of ATTRIBUTES) {
    assert.equal(events ?? false, format === undefined, name);
    assert.equal(numberFormat !== undefined, type === "double", name);
  }
});
