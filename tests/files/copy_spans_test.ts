import assert from "node:assert/strict";
import { BLOCK_BYTES } from "../../src/files/copy/blocks.ts";
import { copySpans } from "../../src/files/copy/copy_spans.ts";
import { VerificationError } from "../../src/files/copy/target_writers.ts";
import { sha256 } from "../folders.ts";
import { replaced } from "../replaced.ts";
import { TempFolder } from "../temp_folder.ts";

const OPTIONS = { verify: "compare", fsync: false } as const;

function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let offset = 0; offset < length; offset += 65536) {
    crypto.getRandomValues(bytes.subarray(offset, Math.min(length, offset + 65536)));
  }
  return bytes;
}

/** Copies so many bytes of a source of another length, over what has the copy's name. */
function copyOf(folder: TempFolder, { bytes, length = bytes }: { bytes: number; length?: number }): void {
  Deno.writeFileSync(folder.join("source"), noise(bytes));
  const spans = [{ source: folder.join("source"), offset: 0, length }];
  copySpans([{ path: folder.join("copy"), spans, checksumSlot: null }], OPTIONS);
}

Deno.test("copySpans() makes two files of one pass over their sources", () => {
  using folder = new TempFolder();
  const [head, image] = [noise(5000), noise(3 * BLOCK_BYTES + 77)];
  const [headPath, imagePath] = [folder.join("head"), folder.join("image")];
  Deno.writeFileSync(headPath, head);
  Deno.writeFileSync(imagePath, image);
  const length = 2 * BLOCK_BYTES + 11;
  const spans = [{ source: imagePath, offset: 0, length: image.length }];
  const hashes = copySpans([
    { path: folder.join("copy"), spans, checksumSlot: null, hashed: true },
    {
      path: folder.join("spliced"),
      spans: [
        { source: headPath, offset: 0, length: 4000 },
        { source: imagePath, offset: 8, length },
        { source: headPath, offset: 4000, length: 1000 },
      ],
      checksumSlot: { at: 100, source: imagePath },
      hashed: true,
    },
  ], OPTIONS);
  const sum = sha256(image);
  assert.equal(hashes.get(folder.join("copy")), sum);
  assert.deepEqual(Deno.readFileSync(folder.join("copy")), image);
  const expected = new Uint8Array(5000 + length);
  expected.set(head.subarray(0, 4000));
  expected.set(image.subarray(8, 8 + length), 4000);
  expected.set(head.subarray(4000), 4000 + length);
  expected.set(new TextEncoder().encode(sum), 100);
  assert.equal(hashes.get(folder.join("spliced")), sha256(expected));
  assert.deepEqual(Deno.readFileSync(folder.join("spliced")), expected);
});

Deno.test("copySpans() refuses a source that is shorter than its span", () => {
  using folder = new TempFolder();
  assert.throws(() => copyOf(folder, { bytes: 10, length: 11 }), /ends at byte 10, 11 were expected/);
});

Deno.test("copySpans() writes over longer remains of an earlier copy", () => {
  using folder = new TempFolder();
  Deno.writeFileSync(folder.join("copy"), noise(5000));
  copyOf(folder, { bytes: 100 });
  assert.deepEqual(Deno.readFileSync(folder.join("copy")), Deno.readFileSync(folder.join("source")));
});

// Fails without the call of #compare in Writers.write.
Deno.test("copySpans() notices a volume that does not keep what is written", () => {
  using folder = new TempFolder();
  using _writes = replaced(Deno.FsFile.prototype, "writeSync", (writeSync) =>
    function (this: Deno.FsFile, bytes) {
      return writeSync.call(this, bytes.map((byte, index) => index === 50 ? byte ^ 1 : byte));
    });
  assert.throws(() => copyOf(folder, { bytes: 100 }), VerificationError);
});
