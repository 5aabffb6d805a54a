/** Tests of libtiff through FFI: values, messages, handles. */
import assert from "node:assert/strict";
import { NativeLibraryError } from "../../../ffi/locate.ts";
import { openTiffLibrary, TiffError, type TiffStorage } from "../../../ffi/tiff/mod.ts";
import { requireVersion } from "../../../ffi/tiff/native.ts";
import { Overlay } from "../../../src/tiff/overlay.ts";
import { readDirectory, readIntegers } from "../../../src/tiff/directory.ts";
import { readAscii } from "../../../src/tiff/tags/read_tags.ts";
import { MemoryFile } from "../../tiff/memory_file.ts";
import { TempFolder } from "../../temp_folder.ts";
import { withEnvironment } from "../hdf5/environment.ts";
import { makeTiff } from "../../tiff/make_tiff.ts";

const FIELDS = [{ tag: 65011, name: "sidecar" }, { tag: 65020, name: "exposureTime" }];

function storage(): Overlay {
  return new Overlay(new MemoryFile(makeTiff()), false);
}

/** A tag as it stands in the file; null where it is not there. */
function valueIn(overlay: Overlay, tag: number): number | string | null {
  const directory = readDirectory(overlay);
  const entry = directory.entries.get(tag);
  if (entry === undefined) return null;
  return entry.type === 2 ? readAscii(overlay, entry) : readIntegers(overlay, directory, entry)[0]!;
}

Deno.test("a directory that is written anew has the tags that the file had and those that were set", () => {
  using tiff = openTiffLibrary();
  const overlay = storage();
  using directory = tiff.openDirectory(overlay, { name: "P-00001.tif", fields: FIELDS });
  const tags = [256, 339, 262, 269, 65020, 65011];
  const values = () => tags.map((tag) => valueIn(overlay, tag));
  assert.deepEqual(values(), [16, 3, null, "P-00000.tif", null, null]);
  directory.setNumber(262, 1);
  directory.setText(65020, "exposureTime=0.1");
  directory.setText(65011, "");
  directory.rewrite();
  assert.deepEqual(values(), [16, 3, 1, "P-00000.tif", "exposureTime=0.1", ""]);
});

// V8 optimises a call site after some 10,000 calls; what Deno then passes to a variadic function must still be right.
Deno.test("50,000 calls of each variadic form write the value that was set", () => {
  using tiff = openTiffLibrary();
  const file = new MemoryFile(makeTiff());
  let wrong = 0;
  for (let index = 1; index <= 25_000; index++) {
    const overlay = new Overlay(file, false);
    using directory = tiff.openDirectory(overlay, { name: "P-00001.tif", fields: FIELDS });
    const rows = Math.imul(index, 2_654_435_761) >>> 0 || 1;
    const text = `exposureTime=${index}${"x".repeat(index % 37)}`;
    directory.setNumber(278, rows);
    directory.setNumber(262, index % 7);
    for (const tag of [65011, 65020, 269, 305]) directory.setText(tag, text);
    directory.rewrite();
    if (valueIn(overlay, 278) !== rows) wrong++;
    if (valueIn(overlay, 262) !== index % 7) wrong++;
    for (const tag of [65011, 65020, 269, 305]) if (valueIn(overlay, tag) !== text) wrong++;
  }
  assert.equal(wrong, 0);
});

Deno.test("a tagged file takes its own tags again, with the fields known before the directory is read", () => {
  using tiff = openTiffLibrary();
  let bytes = makeTiff();
  for (let round = 0; round < 5; round++) {
    const overlay = new Overlay(new MemoryFile(bytes), false);
    {
      using directory = tiff.openDirectory(overlay, { name: "P-00001.tif", fields: FIELDS });
      assert.equal(valueIn(overlay, 65020), round === 0 ? null : `exposureTime=${round - 1}`);
      directory.setText(65020, `exposureTime=${round}`);
      directory.rewrite();
    }
    bytes = overlay.read(0, overlay.size) as Uint8Array<ArrayBuffer>;
  }
});

Deno.test("two directories that are open at once do not mix", () => {
  using tiff = openTiffLibrary();
  const overlay = storage();
  using one = tiff.openDirectory(overlay, { name: "one.tif", fields: FIELDS });
  using other = tiff.openDirectory(storage(), { name: "other.tif", fields: [] });
  assert.equal(tiff.openHandles, 2);
  one.setText(65020, "exposureTime=1");
  assert.throws(() => other.setText(65020, "exposureTime=2"), /Cannot set tag 65020 of other.tif: it is not a known/);
  one.rewrite();
  assert.equal(valueIn(overlay, 65020), "exposureTime=1");
});

Deno.test("an error carries libtiff's own words", () => {
  using tiff = openTiffLibrary();
  const text: TiffStorage = new Overlay(new MemoryFile(new TextEncoder().encode("[metadata] width=1")), false);
  assert.throws(() => tiff.openDirectory(text, { name: "Größe.tif", fields: [] }), {
    name: "TiffError",
    message: /^Cannot open Größe.tif: .*Not a TIFF.*, bad magic number/,
  });
  assert.equal(tiff.openHandles, 0);
});

Deno.test("what a storage throws becomes the error's reason and cause", () => {
  using tiff = openTiffLibrary();
  const failure = new Error("the disk is gone");
  const broken = (part: Partial<TiffStorage>): TiffStorage => {
    const whole = storage();
    return {
      size: whole.size,
      readInto: (offset, target) => whole.readInto(offset, target),
      write: (offset, bytes) => whole.write(offset, bytes),
      ...part,
    };
  };
  const fail = () => {
    throw failure;
  };
  const isIt = (error: unknown) =>
    error instanceof TiffError && error.cause === failure && /disk is gone/.test(error.message);
  assert.throws(() => tiff.openDirectory(broken({ readInto: fail }), { name: "P.tif", fields: [] }), isIt);
  assert.equal(tiff.openHandles, 0);
  {
    using directory = tiff.openDirectory(broken({ write: fail }), { name: "P.tif", fields: FIELDS });
    directory.setText(65020, "exposureTime=1");
    assert.throws(() => directory.rewrite(), isIt);
  }
  assert.equal(tiff.openHandles, 0);
});

Deno.test("text that is not ASCII, and tags of another form, are refused before libtiff sees them", () => {
  using tiff = openTiffLibrary();
  using directory = tiff.openDirectory(storage(), { name: "P.tif", fields: FIELDS });
  assert.throws(() => directory.setText(65020, "Größe"), TiffError);
  assert.throws(() => directory.setText(65020, "a\0b"), TiffError);
  assert.throws(() => directory.setText(256, "wide"), TiffError);
  for (const tag of [273, 282]) assert.throws(() => directory.setNumber(tag, 72), TiffError);
});

Deno.test("close() closes what is open, and a second call does nothing", () => {
  const tiff = openTiffLibrary();
  const directory = tiff.openDirectory(storage(), { name: "P.tif", fields: FIELDS });
  tiff.close();
  assert.equal(tiff.openHandles, 0);
  tiff.close();
  directory.close();
  assert.throws(() => directory.setNumber(262, 1), /Cannot use the directory of P.tif: it is closed/);
  assert.throws(() => tiff.openDirectory(storage(), { name: "P.tif", fields: [] }), /libtiff is closed/);
  using again = openTiffLibrary();
  assert.match(again.version, /^\d+\.\d+\.\d+$/);
});

Deno.test("openTiffLibrary() says which library is missing, where it was looked for and what to do", () => {
  using folder = new TempFolder();
  const file = folder.join("a.so");
  Deno.writeTextFileSync(file, "no library");
  withEnvironment({ PEWATCH_LIBTIFF: file }, () => {
    assert.throws(() => openTiffLibrary(), (error) => {
      assert.ok(error instanceof NativeLibraryError);
      for (const part of ["libtiff", file, "apt-get install libtiff6"]) assert.ok(error.message.includes(part), part);
      return true;
    });
  });
});

Deno.test("requireVersion() refuses a libtiff before 4.0.10 and says which and what to do", () => {
  const need = { remedy: "Install it: apt-get install libtiff6.", variable: "PEWATCH_LIBTIFF" };
  const of = { path: "/opt/old/libtiff.so.5", need };
  for (const version of ["4.0.10", "4.5.0", "4.1.0", "5.0.0", "10.0.0"]) {
    assert.equal(requireVersion(`LIBTIFF, Version ${version}\nCopyright`, of), version);
  }
  for (const version of ["4.0.9", "3.9.9", "4.0.0"]) {
    assert.throws(() => requireVersion(`LIBTIFF, Version ${version}\n`, of), {
      name: "NativeLibraryError",
      message: `libtiff at /opt/old/libtiff.so.5 is version ${version}, but 4.0.10 or newer is needed. ` +
        "Install it: apt-get install libtiff6. PEWATCH_LIBTIFF names a copy elsewhere.",
    });
  }
  assert.throws(() => requireVersion("", of), /does not report its version/);
});
