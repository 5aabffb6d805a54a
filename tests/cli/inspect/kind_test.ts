/** Kinds of files by their first bytes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { kindOf } from "../../../src/cli/inspect/kind.ts";

function kindOfText(text: string): string {
  return kindOf(new TextEncoder().encode(text));
}

Deno.test("each kind is known by its first bytes", () => {
  assert.equal(kindOf(new Uint8Array()), "empty");
  assert.equal(kindOf(new Uint8Array([0x49, 0x49, 42, 0])), "tiff");
  assert.equal(kindOf(new Uint8Array([0x4d, 0x4d, 0, 43])), "tiff");
  assert.equal(kindOf(new Uint8Array([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a])), "hdf5");
  assert.equal(kindOfText("[metadata]\r\nwidth=1\r\n"), "sidecar");
  assert.equal(kindOfText("\ufeff\n[centerfinder]"), "sidecar");
  assert.equal(kindOfText("width=1"), "sidecar");
  assert.equal(kindOfText("prose"), "other");
  assert.equal(kindOfText("[Unit]\nDescription=another program's\n"), "other");
  assert.equal(kindOfText("const a = 1;\nlet b = [2];\n"), "other");
  assert.equal(kindOfText("[folders]\nraw = 'raw'\n"), "other");
  assert.equal(kindOfText("[metadata]\0"), "other");
});

Deno.test("any bytes have a kind", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
    assert.ok(["tiff", "hdf5", "sidecar", "empty", "other"].includes(kindOf(bytes)));
  }));
});
