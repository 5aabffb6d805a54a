/** Tests of the memory that takes what libtiff writes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Overlay } from "../../src/tiff/overlay.ts";
import { MemoryFile } from "./memory_file.ts";
import { makeTiff } from "./make_tiff.ts";

Deno.test("Overlay refuses a write into anything but the header's directory offset", () => {
  const bytes = makeTiff();
  const overlay = new Overlay(new MemoryFile(bytes), false);
  for (const [offset, length] of [[0, 4], [3, 2], [4, 5], [8, 1], [bytes.length - 1, 2]] as const) {
    assert.throws(() => overlay.write(offset, new Uint8Array(length)), /Cannot write .* part of the file as it is/);
  }
  assert.throws(() => overlay.write(bytes.length + 200_000_000, new Uint8Array(1)), /Cannot append/);
  assert.equal(overlay.size, bytes.length);
});

Deno.test("Overlay reads what a file would give after the same writes", () => {
  const bytes = makeTiff({ width: 2, height: 2 });
  const end = bytes.length;
  const place = fc.oneof(
    fc.record({ offset: fc.constant(4), bytes: fc.uint8Array({ minLength: 4, maxLength: 4 }) }),
    fc.record({ offset: fc.integer({ min: end, max: end + 6000 }), bytes: fc.uint8Array({ maxLength: 50 }) }),
  );
  fc.assert(fc.property(fc.array(place, { maxLength: 10 }), fc.nat(end), fc.nat(7000), (writes, offset, length) => {
    const overlay = new Overlay(new MemoryFile(bytes), false);
    let size = end;
    const file = new Uint8Array(end + 7000);
    file.set(bytes);
    for (const write of writes) {
      overlay.write(write.offset, write.bytes);
      file.set(write.bytes, write.offset);
      size = Math.max(size, write.offset + write.bytes.length);
    }
    assert.equal(overlay.size, size);
    assert.deepEqual(overlay.read(offset, length), file.slice(offset, Math.min(size, offset + length)));
  }));
});
