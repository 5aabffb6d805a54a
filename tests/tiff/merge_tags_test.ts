/** Tests of the tag merge against the real libtiff. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { openTiffLibrary, TiffError } from "../../ffi/tiff/mod.ts";
import { TiffFormatError } from "../../src/tiff/format_error.ts";
import { readLayoutOfFile } from "../../src/tiff/layout.ts";
import { mergeTags } from "../../src/tiff/merge_tags.ts";
import type { FrameTags } from "../../src/tiff/tags/tag_table.ts";
import { readFrameTags } from "../../src/tiff/tags/read_tags.ts";
import { mainKeys } from "../../src/tiff/tags/main_keys.ts";
import { cutOrphanedTail } from "../../src/tiff/orphaned_tail.ts";
import { layoutOfBytes } from "../nexus/frame.ts";
import { TempFolder } from "../temp_folder.ts";
import { makeTiff, pixelsOf, TIFF_FORMS, type TiffPlan } from "./make_tiff.ts";
import { assertOnlyAppended, withFile } from "./merging.ts";

const SIDECAR = "[metadata]\r\ntitle=Größe\r\nexposureTime=0.1\r\ndateTime=@Variant(\\0\\0\\0\\x10)\r\n";
const TAGS: FrameTags = {
  keys: [["exposureTime", "0.1"], ["title", "Größe \0"], ["someNewKey", "a=b"]],
  sidecarText: SIDECAR,
  parametersJson: '{"T":{"value":295,"unit":"K"}}',
  imageDescription: null,
};
const READ_BACK = [
  { tag: 65010, name: "pewatch_tags", value: "1" },
  { tag: 65011, name: "sidecar", value: SIDECAR },
  { tag: 65012, name: "parameters", value: TAGS.parametersJson },
  { tag: 65020, name: "exposureTime", value: "0.1" },
  { tag: 65038, name: "title", value: "Größe \0" },
  { tag: 65051, name: "someNewKey", value: "a=b" },
];

function merge(path: string, tags = TAGS, fsync = false) {
  using tiff = openTiffLibrary();
  const result = mergeTags(tiff, path, tags, { fsync });
  assert.equal(tiff.openHandles, 0);
  return result;
}

const KINDS: readonly TiffPlan[] = [
  // One strip that libtiff would chop.
  { width: 512, height: 64 },
  { bits: 32, format: 3 },
  { bits: 32, format: 1 },
  { bits: 16 },
  { bits: 8 },
  { bits: 64, format: 3 },
  { bits: 16, format: 2 },
  { bits: 16, width: 8, height: 128, strips: 128 },
  { bits: 32, width: 2, height: 2048, strips: 2048 },
  { bits: 8, width: 5, height: 3, odd: true },
  { bits: 16, height: 100, strips: 7 },
];

for (const { shown, ...form } of TIFF_FORMS) {
  Deno.test(`mergeTags() keeps every byte in place of a ${shown}`, () => {
    for (const kind of KINDS) {
      const bytes = makeTiff({ ...kind, ...form });
      withFile(bytes, (path) => {
        const before = readLayoutOfFile(path);
        const result = merge(path);
        const after = Deno.readFileSync(path);
        assert.equal(result.skipped, null);
        assert.equal(after.length, bytes.length + result.appendedBytes);
        assertOnlyAppended(bytes, after);
        const layout = readLayoutOfFile(path);
        assert.deepEqual(layout.strips, before.strips);
        assert.deepEqual(layout.pixels, before.pixels);
        assert.equal(layout.ifdOffset % 2, 0);
        assert.ok(layout.tags.has(262) && layout.tags.has(278));
        assert.ok(!layout.tags.has(270) && !layout.tags.has(272));
        assert.deepEqual(readFrameTags(path), READ_BACK);
      });
    }
  });
}

Deno.test("mergeTags() appends less than 4 KiB beside the sidecar, whatever the size of the image", () => {
  const values = new Map(mainKeys(new Map(LONG_VALUES)));
  assert.ok(values.size > 5);
  const description = [...values].map(([key, value]) => `${key}=${value}`).join("\n");
  const appended = [[16, 16], [2048, 2048]].map(([width, height]) =>
    withFile(makeTiff({ width: width!, height: height! }), (path) => {
      const keys = [...values];
      const bare = { keys, sidecarText: SIDECAR, parametersJson: null, imageDescription: description };
      return merge(path, bare).appendedBytes;
    })
  );
  assert.equal(appended[0], appended[1]);
  assert.ok(appended[0]! - SIDECAR.length < 4096, `${appended[0]} bytes`);
});

const LONG_VALUES: [string, string][] = [
  "exposureTime",
  "dateString",
  "fileBase",
  "title",
  "userComment1",
  "userComment2",
  "userComment3",
  "userComment4",
  "fileName",
  "qxrdVersion",
].map((key) => [key, "x".repeat(200)]);

Deno.test("mergeTags() makes the same bytes of the same input", () => {
  const [one, other] = [0, 1].map(() =>
    withFile(makeTiff(), (path) => {
      merge(path, TAGS, true);
      return Deno.readFileSync(path);
    })
  );
  assert.deepEqual(one, other);
});

Deno.test("mergeTags() leaves a file alone that it has already tagged", () => {
  withFile(makeTiff(), (path) => {
    merge(path);
    const tagged = Deno.readFileSync(path);
    assert.deepEqual(merge(path), { appendedBytes: 0, skipped: "already tagged", replaced: false });
    assert.deepEqual(Deno.readFileSync(path), tagged);
    const without = { ...TAGS, sidecarText: null };
    assert.deepEqual(merge(path, without), { appendedBytes: 0, skipped: "kept", replaced: false });
    assert.deepEqual(Deno.readFileSync(path), tagged);
  });
});

const texts = fc.string({ minLength: 1, maxLength: 40, unit: "binary" });
const frameTags: fc.Arbitrary<FrameTags> = fc.record({
  keys: fc.uniqueArray(fc.tuple(fc.constantFrom("title", "exposureTime", "userComment1", "other", "a=b"), texts), {
    selector: ([key]) => key,
  }),
  sidecarText: texts,
  parametersJson: fc.option(fc.json(), { nil: null }),
  imageDescription: fc.constant(null),
});

// Fails without leaveOut (former_tags.ts).
Deno.test("whatever tags a file came with, it has those of its sidecar afterwards, and its pixels", () => {
  using tiff = openTiffLibrary();
  fc.assert(
    fc.property(fc.constantFrom(...KINDS), fc.array(frameTags, { minLength: 2, maxLength: 4 }), (kind, series) => {
      const bytes = makeTiff(kind);
      withFile(bytes, (path) => {
        let before = bytes;
        for (const tags of series) {
          const { replaced } = mergeTags(tiff, path, tags, { fsync: false });
          const after = Deno.readFileSync(path);
          assertOnlyAppended(before, after);
          const first = before === bytes;
          before = after;
          if (!first && !replaced) continue;
          const read = new Map(readFrameTags(path).map(({ name, value }) => [name, value]));
          const expected = new Map([["pewatch_tags", "1"], ["sidecar", tags.sidecarText!], ...tags.keys]);
          if (tags.parametersJson !== null) expected.set("parameters", tags.parametersJson);
          assert.deepEqual([...read].toSorted(), [...expected].toSorted());
        }
        assert.deepEqual(readLayoutOfFile(path).strips, layoutOfBytes(bytes).strips);
      });
      assert.equal(tiff.openHandles, 0);
    }),
    { numRuns: 100 },
  );
});

Deno.test("a description that was made of the former tags is replaced with them, one of another program is kept", () => {
  const described: FrameTags = { ...TAGS, keys: [["title", "old"]], imageDescription: "title=old" };
  const renewed: FrameTags = {
    ...TAGS,
    sidecarText: "[metadata]\n",
    keys: [["title", "new"]],
    imageDescription: "title=new",
  };
  withFile(makeTiff(), (path) => {
    merge(path, described);
    assert.equal(merge(path, renewed).replaced, true);
    const view = new TextDecoder("latin1").decode(Deno.readFileSync(path));
    assert.ok(view.lastIndexOf("title=new\0") > view.lastIndexOf("title=old\0"));
  });
  withFile(makeTiff({ extra: [{ tag: 270, type: 2, values: "by the camera" }] }), (path) => {
    merge(path, described);
    merge(path, renewed);
    assert.ok(readLayoutOfFile(path).tags.has(270));
    assert.ok(!new TextDecoder("latin1").decode(Deno.readFileSync(path)).includes("title=new\0\0"));
  });
});

for (const version of ["1", "99"]) {
  Deno.test(`the marker alone, of version ${version}, is replaced`, () => {
    withFile(makeTiff({ extra: [{ tag: 65010, type: 2, values: `pewatch_tags=${version}` }] }), (path) => {
      merge(path);
      assert.deepEqual(readFrameTags(path), READ_BACK);
    });
  });
}

Deno.test("mergeTags() writes an ImageDescription only when asked to, and never over one that is there", () => {
  withFile(makeTiff(), (path) => {
    merge(path, { ...TAGS, imageDescription: "title=Größe" });
    assert.ok(readLayoutOfFile(path).tags.has(270));
    assert.ok(new TextDecoder().decode(Deno.readFileSync(path)).includes("title=Gr\\u{f6}\\u{df}e\0"));
  });
  withFile(makeTiff({ extra: [{ tag: 270, type: 2, values: "by the camera" }] }), (path) => {
    merge(path, { ...TAGS, imageDescription: "by pewatch" });
    const text = new TextDecoder("latin1").decode(Deno.readFileSync(path));
    assert.ok(!text.includes("by pewatch"));
  });
});

Deno.test("mergeTags() keeps a compressed file's pixels and says nothing about them", () => {
  for (const compression of [5, 8, 32773]) {
    const bytes = makeTiff({ compression, pixels: pixelsOf(333) });
    withFile(bytes, (path) => {
      merge(path);
      assertOnlyAppended(bytes, Deno.readFileSync(path));
      assert.deepEqual(readLayoutOfFile(path).strips, [{ offset: 8, byteCount: 333 }]);
    });
  }
});

Deno.test("mergeTags() keeps the tags of other programs", () => {
  const extra = [
    { tag: 282, type: 5 as const, values: [720_000, 10_000] },
    { tag: 305, type: 2 as const, values: "QXRD" },
    { tag: 65000, type: 12 as const, values: [1447965460.315] },
  ];
  withFile(makeTiff({ extra }), (path) => {
    merge(path);
    const { tags } = readLayoutOfFile(path);
    for (const { tag } of extra) assert.ok(tags.has(tag), `tag ${tag}`);
  });
});

Deno.test("mergeTags() takes a sidecar of 2.5 MB", () => {
  const sidecarText = "[metadata]\n" + "x".repeat(40_000).concat("\n").repeat(63);
  withFile(makeTiff(), (path) => {
    merge(path, { ...TAGS, sidecarText });
    assert.equal(readFrameTags(path).find(({ tag }) => tag === 65011)?.value, sidecarText);
  });
});

const UNTAGGABLE: readonly [why: RegExp, plan: TiffPlan][] = [
  [/more than one image/, { next: 8 }],
  [/sub-images/, { extra: [{ tag: 330, type: 4, values: [8] }] }],
  [
    /it is tiled/,
    {
      without: [273, 279],
      extra: [[322, 16], [323, 16], [324, 8], [325, 1024]].map(([tag, value]) => ({
        tag: tag!,
        type: 4,
        values: [value!],
      })),
    },
  ],
  [/another program uses tag 65011/, { extra: [{ tag: 65011, type: 12, values: [0.5] }] }],
  [/another program uses tag 65010/, { extra: [{ tag: 65010, type: 2, values: "CameraName:PE1" }] }],
  [/another program uses tag 65010/, { extra: [{ tag: 65010, type: 3, values: [1] }] }],
  [
    /another program uses tag 65011/,
    {
      extra: [
        { tag: 65010, type: 2, values: "pewatch_tags=1" },
        { tag: 65011, type: 2, values: "no equals sign" },
      ],
    },
  ],
  [/4 strips where 1 are due/, { strips: 4, without: [278] }],
  [/4 strips where 8 are due/, { strips: 4, extra: [{ tag: 278, type: 4, values: [2] }] }],
  [/libtiff would (lose|change) its tag 258/, { extra: [{ tag: 258, type: 3, values: [32, 16] }] }],
];

Deno.test("mergeTags() leaves a file that cannot be tagged as it was and says why", () => {
  for (const [why, plan] of UNTAGGABLE) {
    const bytes = makeTiff(plan);
    withFile(bytes, (path) => {
      assert.throws(() => merge(path), (error) => {
        assert.ok(error instanceof TiffError, String(error));
        assert.match(error.message, why);
        assert.ok(error.message.includes(path));
        return true;
      });
      assert.deepEqual(Deno.readFileSync(path), bytes);
    });
  }
});

Deno.test("mergeTags() does not let libtiff see a file whose values lie outside it", () => {
  const far = makeTiff({ extra: [{ tag: 315, type: 2, values: "someone" }] });
  const view = new DataView(far.buffer);
  for (let at = view.getUint32(4, true) + 2; at < far.length - 12; at += 12) {
    if (view.getUint16(at, true) === 315) view.setUint32(at + 8, 0x7fff_0000, true);
  }
  for (const bytes of [far, makeTiff().subarray(0, 700), new Uint8Array(0)]) {
    withFile(bytes, (path) => {
      assert.throws(() => merge(path), TiffFormatError);
      assert.deepEqual(Deno.readFileSync(path), bytes.slice());
    });
  }
});

Deno.test("mergeTags() says that a file cannot be opened for writing", () => {
  using tiff = openTiffLibrary();
  using folder = new TempFolder();
  const absent = folder.join("absent.tif");
  assert.throws(() => mergeTags(tiff, absent, TAGS, { fsync: true }), /^TiffError: Cannot tag .* cannot be opened/);
});

Deno.test({
  name: "mergeTags() leaves a read-only file as it was and says so",
  // The administrator may write everything, and Windows has no such mode.
  ignore: Deno.build.os === "windows" || Deno.uid() === 0,
  fn() {
    const bytes = makeTiff();
    withFile(bytes, (path) => {
      Deno.chmodSync(path, 0o444);
      assert.throws(() => merge(path), /^TiffError: Cannot tag .* cannot be opened for writing/);
      assert.deepEqual(Deno.readFileSync(path), bytes);
    });
  },
});

Deno.test("cutOrphanedTail() gives a file its size back only while the header names the old directory", () => {
  const bytes = makeTiff();
  withFile(bytes, (path) => {
    assert.equal(cutOrphanedTail(path, bytes.length), false);
    Deno.writeFileSync(path, new Uint8Array(1000), { append: true });
    assert.equal(cutOrphanedTail(path, bytes.length - 1), false, "the directory reaches beyond that size");
    assert.equal(cutOrphanedTail(path, bytes.length), true);
    assert.deepEqual(Deno.readFileSync(path), bytes);
    merge(path);
    const tagged = Deno.readFileSync(path);
    assert.equal(cutOrphanedTail(path, bytes.length), false);
    assert.deepEqual(Deno.readFileSync(path), tagged);
  });
});

Deno.test("readFrameTags() gives nothing for a file that pewatch has not tagged", () => {
  const extra = [{ tag: 65011, type: 2 as const, values: "Gain:3" }];
  withFile(makeTiff({ extra }), (path) => assert.deepEqual(readFrameTags(path), []));
});

Deno.test("mainKeys() takes the main keys in their order and leaves out what is binary, empty or long", () => {
  const values = new Map([
    ["title", "T"],
    ["dateTime", "@Variant(\\0)"],
    ["normalization", "@Variant(\\0\\0)"],
    ["userComment1", ""],
    ["userComment2", "x".repeat(257)],
    ["exposureTime", "0.1"],
    ["somethingElse", "1"],
  ]);
  assert.deepEqual(mainKeys(values), [["exposureTime", "0.1"], ["title", "T"]]);
});
