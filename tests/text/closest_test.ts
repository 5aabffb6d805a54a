/** What somebody most likely meant. */
import assert from "node:assert/strict";
import { closest } from "../../src/text/closest.ts";

Deno.test("a slip of the fingers is understood", () => {
  assert.equal(closest("output_rot", ["output_dir", "output_root"]), "output_root");
  assert.equal(closest("Raw", ["temp", "raw"]), "raw");
  assert.equal(closest("inspekt", ["init", "inspect"]), "inspect");
});

Deno.test("another word is not", () => {
  assert.equal(closest("banana", ["raw", "temp", "proc"]), null);
  assert.equal(closest("", ["raw"]), null);
});
