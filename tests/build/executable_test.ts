/** build/compile: what is done to an executable's own headers, on small ones made here. */
import assert from "node:assert/strict";
import { withoutPayload } from "../../build/compile/base.ts";
import { drawIcon } from "../../build/compile/icon.ts";
import { readPe } from "../../build/compile/pe.ts";

/** An ELF program of `body` bytes with a payload behind it, as Deno appends it. */
function elfWithPayload(body: Uint8Array, payload: Uint8Array): Uint8Array {
  const trailer = new DataView(new ArrayBuffer(16));
  trailer.setUint32(0, 0x501e, true);
  trailer.setBigUint64(8, BigInt(payload.length), true);
  return Uint8Array.from([...body, ...payload, ...new Uint8Array(trailer.buffer)]);
}

/** A PE file of two sections, of which the last is the payload's and holds the resources. */
function peWithPayload(name = ".pedata"): Uint8Array {
  const file = new Uint8Array(0x600);
  const view = new DataView(file.buffer);
  view.setUint16(0, 0x5a4d, true);
  view.setUint32(0x3c, 0x40, true);
  view.setUint32(0x40, 0x4550, true);
  view.setUint16(0x46, 2, true); // sections
  view.setUint16(0x54, 240, true); // bytes of the optional header
  view.setUint16(0x58, 0x20b, true);
  view.setUint32(0x58 + 56, 0x3000, true); // bytes of the image
  view.setUint32(0x58 + 112 + 16, 0x2000, true); // resources
  view.setUint32(0x58 + 112 + 20, 0x100, true);
  for (
    const [index, [title, address, offset]] of ([[".text", 0x1000, 0x200], [name, 0x2000, 0x400]] as const).entries()
  ) {
    const at = 0x58 + 240 + 40 * index;
    file.set(new TextEncoder().encode(title), at);
    view.setUint32(at + 12, address, true);
    view.setUint32(at + 16, 0x200, true);
    view.setUint32(at + 20, offset, true);
  }
  return file;
}

Deno.test("the payload is taken off the end of an ELF program", () => {
  const body = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 1, 2, 3);
  assert.deepEqual(withoutPayload(elfWithPayload(body, new Uint8Array(50))), body);
  assert.throws(() => withoutPayload(Uint8Array.from([...body, ...new Uint8Array(20)])), /has none at its end/);
});

Deno.test("the payload's section is taken out of a PE program and out of its headers", () => {
  const base = withoutPayload(peWithPayload());
  const pe = readPe(base);
  assert.equal(base.length, 0x400);
  assert.deepEqual(pe.sections.map(({ name }) => name), [".text"]);
  assert.deepEqual([pe.resources.address, pe.resources.size], [0, 0]);
  assert.equal(new DataView(base.buffer).getUint32(pe.imageSizeAt, true), 0x2000);
  assert.throws(() => withoutPayload(peWithPayload(".rsrc")), /has no \.pedata at its end/);
});

Deno.test("the icon has every size that Windows shows, each a PNG of that size", () => {
  const sizes = drawIcon().map(({ size, png }) => {
    const view = new DataView(png.buffer);
    assert.equal(view.getUint32(0), 0x89504e47);
    assert.equal(view.getUint32(16), size);
    return size;
  });
  assert.deepEqual(sizes, [16, 24, 32, 48, 256]);
});
