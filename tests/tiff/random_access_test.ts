import assert from "node:assert/strict";
import fc from "fast-check";
import { FileAccess } from "../../src/tiff/random_access.ts";
import { TempFolder } from "../temp_folder.ts";

Deno.test("any piece of a file is read as it stands there, in any order, also over its end", () => {
  using folder = new TempFolder();
  const content = crypto.getRandomValues(new Uint8Array(40_000));
  Deno.writeFileSync(folder.join("a"), content);
  using file = Deno.openSync(folder.join("a"), { read: true });
  const piece = fc.record({ offset: fc.nat(41_000), length: fc.oneof(fc.nat(40), fc.nat(20_000)) });
  fc.assert(fc.property(fc.array(piece, { minLength: 1, maxLength: 30 }), (pieces) => {
    const access = new FileAccess(file);
    assert.equal(access.size, content.length);
    for (const { offset, length } of pieces) {
      assert.deepEqual(access.read(offset, length).slice(), content.slice(offset, offset + length));
    }
  }));
});

Deno.test("values that lie close together are read once", () => {
  using folder = new TempFolder();
  Deno.writeFileSync(folder.join("a"), new Uint8Array(100_000));
  using file = Deno.openSync(folder.join("a"), { read: true });
  let reads = 0;
  const counted = new Proxy(file, {
    get: (target, key) => {
      if (key === "readSync") reads++;
      const value = target[key as keyof Deno.FsFile];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const access = new FileAccess(counted);
  for (let index = 0; index < 50; index++) {
    access.read(0, 8);
    access.read(90_000 + 12 * index, 12);
  }
  assert(reads <= 4, `${reads} reads`);
});
