import assert from "node:assert/strict";
import fc from "fast-check";
import { parseSidecar, type Sidecar } from "../../src/qxrd/sidecar.ts";
import { SidecarError } from "../../src/qxrd/sidecar_error.ts";
import { encodeKey, encodeText, renderSidecar } from "../../src/qxrd/sidecar_writer.ts";
import { replaced } from "../replaced.ts";
import { bytesOf, sample, SAMPLES } from "./samples.ts";

function parse(text: string): Sidecar {
  return parseSidecar(bytesOf(text));
}

function thrownBy(bytes: Uint8Array): SidecarError {
  try {
    parseSidecar(bytes);
  } catch (error) {
    if (error instanceof SidecarError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

for (const { name, bytes } of SAMPLES) {
  Deno.test(`parseSidecar() keeps every line of ${name}, so that it can be written again byte for byte`, () => {
    const sidecar = parseSidecar(bytes);
    const lineEnd = sidecar.text.includes("\r\n") ? "\r\n" : "\n";
    assert.deepEqual(bytesOf(renderSidecar(sidecar.entries, lineEnd)), bytes);
    assert.equal(sidecar.encoding, "utf-8");
    const keyLines = sidecar.text.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("["));
    assert.deepEqual(sidecar.entries.map(({ key, raw }) => `${key}=${raw}`), keyLines);
  });
}

Deno.test("parseSidecar() reads a sidecar whose [metadata] is not the first section and whose lines have 42,000 characters", () => {
  const sidecar = parseSidecar(sample("NAC_dc1150").bytes);
  assert.equal(sidecar.entries[0]?.section, "centerfinder");
  assert.equal(sidecar.raw("metadata", "width"), "2048");
  assert.ok(Math.max(...sidecar.entries.map(({ raw }) => raw.length)) > 42_000);
});

Deno.test("parseSidecar() reads a script with escaped line ends and quotes", () => {
  const script = parseSidecar(sample("NAC_dc450").bytes).value("centerfinder", "userGeometryScript");
  assert.equal(typeof script, "string");
  assert.match(script as string, /^\/\*\r\n {2}This file gives an example user geometry function\.\r\n/);
});

Deno.test("list() gathers the elements of an array that QSettings wrote", () => {
  const sidecar = parseSidecar(sample("LaB6").bytes);
  const rings = sidecar.list("centerfinder", "fittedRings");
  assert.equal(rings?.length, 13);
  assert.equal(rings[12]?.index, 13);
  assert.equal(rings[0]?.fields.get("x"), "1035.95397070031");
  assert.deepEqual([...rings[0]!.fields.keys()], ["n1", "n2", "n3", "x", "y", "r1", "r2", "az"]);
  assert.deepEqual(sidecar.list("centerfinder", "markedPoints"), []);
  assert.deepEqual(sidecar.list("", "normalization"), []);
  assert.equal(sidecar.list("centerfinder", "noSuchList"), undefined);
  assert.equal(sidecar.list("centerfinder", "centerX"), undefined);
});

Deno.test("list() sorts elements by number, leaves out those above the size, and makes none that is not there", () => {
  const sidecar = parse("[a]\nl\\size=999999999\nl\\10\\x=ten\nl\\2\\x=two\nm\\size=1\nm\\1\\x=1\nm\\2\\x=stale\n");
  assert.deepEqual(sidecar.list("a", "l")?.map(({ index, fields }) => [index, fields.get("x")]), [[2, "two"], [
    10,
    "ten",
  ]]);
  assert.deepEqual(sidecar.list("a", "m")?.map(({ index }) => index), [1]);
});

Deno.test("parseSidecar() takes the last of a repeated key and joins repeated sections, as Qt does", () => {
  const sidecar = parse("[b]\nk=1\n[a]\nk=2\n[b]\nk=3\nl=4\n");
  assert.equal(sidecar.value("b", "k"), "3");
  assert.equal(sidecar.value("b", "l"), "4");
  assert.equal(sidecar.value("a", "k"), "2");
  assert.equal(sidecar.entries.length, 4);
});

Deno.test("parseSidecar() takes LF, CRLF, CR and a missing last line end alike", () => {
  for (const lineEnd of ["\n", "\r\n", "\r"]) {
    const sidecar = parse(["; a comment", "[s]", "a=1", "", "b=2 ; another", 'c="x;y"'].join(lineEnd));
    assert.deepEqual(sidecar.entries.map(({ key, raw, line }) => [key, raw, line]), [
      ["a", "1", 3],
      ["b", "2 ", 5],
      ["c", '"x;y"', 6],
    ]);
  }
});

Deno.test("parseSidecar() knows [General], text before any section and percent signs in keys", () => {
  const sidecar = parse("z=0\n[General]\na%20b=1\n[%General]\nk=2\n[x%2Fy]\n%U20AC\\n=3\n");
  assert.equal(sidecar.value("", "z"), "0");
  assert.equal(sidecar.value("", "a b"), "1");
  assert.equal(sidecar.value("", "a%20b"), "1");
  assert.equal(sidecar.value("General", "k"), "2");
  assert.equal(sidecar.value("x/y", "€/n"), "3");
});

Deno.test("parseSidecar() drops a byte order mark and reads UTF-8", () => {
  const sidecar = parse("\ufeff[metadata]\nuserComment1=Größe 20 µm\n");
  assert.equal(sidecar.value("metadata", "userComment1"), "Größe 20 µm");
  assert.equal(sidecar.encoding, "utf-8");
  assert.ok(sidecar.text.startsWith("["));
});

Deno.test("parseSidecar() falls back to Latin-1, all 256 of it, where the bytes are no UTF-8", () => {
  const sidecar = parseSidecar(Uint8Array.of(0x6b, 0x3d, 0xe9, 0x80, 0x9f, 0xff));
  assert.equal(sidecar.encoding, "latin-1");
  assert.equal(sidecar.value("", "k"), "\xe9\x80\x9f\xff");
});

/** Keys, and the places of flaws with the first words that are said of them. */
function kept(text: string): [keys: string[], flaws: [number, number, string][]] {
  const { entries, flaws } = parse(text);
  return [
    entries.map(({ section, key, raw }) => `${section}/${key}=${raw}`),
    flaws.map(({ line, column, text }) => [line, column, text.split(" ").slice(0, 3).join(" ")]),
  ];
}

Deno.test("a line that is no key=value costs itself and is named; all others are read", () => {
  const a = "[a]\r\nb=1\r\n", d = "d=2\r\n";
  const both = ["a/b=1", "a/d=2"];
  const cases: [line: string, flaw: [number, number, string], keys?: string[]][] = [
    ["  # sample changed at 10:05\r\n", [3, 3, "there is neither"]],
    ["=5\r\n", [3, 1, "key is empty"]],
    ["width=20\0\0\0\r\n", [3, 1, "there is a"]],
    ["\0\0\0\r\n", [3, 1, "there is a"]],
    ["<<<<<<< HEAD\r\n", [3, 1, "there is neither"]],
    ['"quoted words"\r\n', [3, 1, "there is neither"]],
    ['"c=1"\r\n', [3, 1, "there is neither"]],
    // The key stays: what it says is mostly there.
    ['c=5" wafer\r\n', [3, 4, "quotes are opened"], ["a/b=1", 'a/c=5" wafer', "a/d=2"]],
    ["[a\r\n", [3, 1, "section name has"]],
    // As Qt reads it.
    ["c=C:\\data\\\r\n", [3, 1, "it goes on"], ["a/b=1", "a/c=C:\\data\\\r\nd=2"]],
    ['c="1\r\n2"\r\n', [3, 1, "it goes on"], ["a/b=1", 'a/c="1\r\n2"', "a/d=2"]],
  ];
  for (const [line, flaw, keys = both] of cases) {
    assert.deepEqual(kept(`${a}${line}${d}`), [keys, [flaw]], JSON.stringify(line));
    const crOnly = `${a}${line}${d}`.replaceAll("\r\n", "\r");
    assert.deepEqual(kept(crOnly)[1], [flaw], JSON.stringify(line));
  }
});

Deno.test("quotes that nothing closes end with their line, also where later lines have quotes of their own", () => {
  const [keys, flaws] = kept('[a]\nb=5" wafer\nc="1;2"\nd=3\ne="x\n');
  assert.deepEqual(keys, ['a/b=5" wafer', 'a/c="1;2"', "a/d=3", 'a/e="x']);
  assert.deepEqual(flaws.map(([line, column]) => [line, column]), [[2, 4], [5, 3]]);
});

Deno.test("what holds more flawed lines than keys is no sidecar, and the error names the first", () => {
  const error = thrownBy(bytesOf("a=1\n  x\ny\n"));
  assert.deepEqual([error.line, error.column], [2, 3]);
  assert.match(
    error.message,
    /^Cannot read sidecar at line 2, column 3: there is neither .*, and 1 more such lines, but 1 keys$/,
  );
  assert.equal(thrownBy(bytesOf("x")).line, 1);
  for (const text of ["", "\r\n", "[metadata]\n", "; a comment"]) {
    assert.match(thrownBy(bytesOf(text)).message, /no keys/);
  }
  assert.equal(thrownBy(new Uint8Array(4096)).line, 1);
  assert.equal(parse("a=1\nx\n").flaws.length, 1);
});

Deno.test("many flawed lines among more keys: the first 100 are named", () => {
  const { entries, flaws } = parse(`x\n${"a=1\nx\n".repeat(499)}a=1\n`);
  assert.deepEqual([entries.length, flaws.length, flaws[99]?.line], [500, 100, 199]);
});

Deno.test("each part of a sidecar is either refused or known to be cut off, unless it ends with a line", () => {
  for (const { bytes } of SAMPLES.filter(({ bytes }) => bytes.length < 4000)) {
    assert.equal(parseSidecar(bytes).cutOff, null);
    for (let length = 1; length < bytes.length; length++) {
      if (bytes[length - 1] === 10 || bytes[length - 1] === 13) continue;
      assert.notEqual(parseOrSaid(bytes.subarray(0, length)), "", `${length} bytes`);
      const filled = new Uint8Array(bytes.length);
      filled.set(bytes.subarray(0, length));
      assert.match(parseOrSaid(filled), /NUL|no keys/, `${length} bytes, the rest NUL`);
    }
  }
});

/** Why a sidecar is refused or taken for cut off; empty where it is whole. */
function parseOrSaid(bytes: Uint8Array): string {
  try {
    return parseSidecar(bytes).cutOff ?? "";
  } catch (error) {
    if (error instanceof SidecarError) return error.message;
    throw error;
  }
}

Deno.test("UTF-16 is read with and without a byte order mark, in both orders", () => {
  const text = "[metadata]\r\nwidth=2048\r\nuserComment1=Größe 中\r\n";
  for (const mark of ["\ufeff", ""]) {
    for (const little of [true, false]) {
      const view = new DataView(new ArrayBuffer((mark.length + text.length) * 2));
      [...mark + text].forEach((character, index) => view.setUint16(index * 2, character.charCodeAt(0), little));
      const sidecar = parseSidecar(new Uint8Array(view.buffer));
      assert.deepEqual([sidecar.encoding, sidecar.flaws, sidecar.cutOff], ["utf-16", [], null]);
      assert.equal(sidecar.value("metadata", "userComment1"), "Größe 中");
      assert.equal(sidecar.text, text);
    }
  }
});

Deno.test("a line in Latin-1 leaves those in UTF-8 as they are", () => {
  const bytes = Uint8Array.of(
    ...bytesOf("[metadata]\nuserComment1=µm\nuserComment2="),
    0xb5,
    0x6d,
    10,
    ...bytesOf("a=ß\n"),
  );
  const sidecar = parseSidecar(bytes);
  assert.deepEqual(sidecar.entries.map(({ raw }) => raw), ["µm", "µm", "ß"]);
  assert.equal(sidecar.encoding, "latin-1");
});

Deno.test("parseSidecar() gives a sidecar or a SidecarError with a place, whatever the bytes", () => {
  const pieces = fc.constantFrom(
    "[",
    "]",
    "=",
    '"',
    "\\",
    "\n",
    "\r",
    ";",
    ",",
    "k",
    "@Variant(",
    ")",
    "\0",
    "\\x",
    " ",
  );
  const texts = fc.array(pieces, { maxLength: 60 }).map((parts) => bytesOf(parts.join("")));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), texts), (bytes) => {
      try {
        const sidecar = parseSidecar(bytes);
        for (const { section, key, line } of sidecar.entries) {
          assert.notEqual(sidecar.value(section, key), undefined);
          sidecar.list(section, key);
          assert.ok(line >= 1);
        }
      } catch (error) {
        assert.ok(error instanceof SidecarError, String(error));
        assert.ok(error.line >= 1 && error.column >= 1);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("parseSidecar() reads what renderSidecar() wrote: the same keys with the same values in the same order", () => {
  const name = fc.string({ minLength: 1, maxLength: 8, unit: "binary" })
    .filter((text) => !/[/\\]/.test(text) && text === text.trim() && text.toLowerCase() !== "general");
  const triple = fc.record({ section: fc.constantFrom("metadata", "centerfinder", "a b"), name, text: fc.string() });
  fc.assert(
    fc.property(
      fc.array(triple, { minLength: 1 }),
      fc.constantFrom("\n" as const, "\r\n" as const),
      (triples, lineEnd) => {
        const entries = triples.map(({ section, name, text }) => ({
          section,
          key: encodeKey(name),
          raw: encodeText(text),
        }));
        const sidecar = parse(renderSidecar(entries, lineEnd));
        const order = [...new Set(entries.map(({ section }) => section))];
        const sorted = order.flatMap((wanted) => entries.filter(({ section }) => section === wanted));
        assert.deepEqual(sidecar.entries.map(({ section, key, raw }) => ({ section, key, raw })), sorted);
        for (const { section, name, text } of new Map(triples.map((t) => [`${t.section}/${t.name}`, t])).values()) {
          assert.equal(sidecar.value(section, name), text);
        }
      },
    ),
    { numRuns: 500 },
  );
});

/** Characters that are looked at one by one, and copied, while `work` runs. */
function countCharacters(work: () => void): number {
  let count = 0;
  using _charCodeAt = replaced(String.prototype, "charCodeAt", (real) =>
    function (this: string, index) {
      count++;
      return real.call(this, index);
    });
  using _slice = replaced(String.prototype, "slice", (real) =>
    function (this: string, start, end) {
      const part = real.call(this, start, end);
      count += part.length;
      return part;
    });
  work();
  return count;
}

/** The larger the size, the more of everything that real large sidecars have: long lines, many keys, lists. */
function largeSidecar(bytes: number): Uint8Array {
  const long = `points="@Variant(${"\\x1d\\0\\0@\\x1c\\xfe,".repeat(40_000 / 18)})"\n`;
  const parts = ["[centerfinder]\n"];
  for (let size = 0, index = 1; size < bytes; index++) {
    const point = `points\\${index}\\x=${index}.25\npoints\\${index}\\y="a,b ;c"\n`;
    const part = index % 500 === 0 ? `k${index}${long}` : point;
    parts.push(part);
    size += part.length;
  }
  parts.push(`points\\size=99999\n`);
  return bytesOf(parts.join(""));
}

Deno.test("parseSidecar() and the values of all keys take work that grows no faster than the file", () => {
  const sizes = [0.6e6, 1.2e6, 2.4e6];
  const counts = sizes.map((size) => {
    const bytes = largeSidecar(size);
    const count = countCharacters(() => {
      const sidecar = parseSidecar(bytes);
      for (const { section, key } of sidecar.entries) sidecar.value(section, key);
      sidecar.list("centerfinder", "points");
    });
    return count / bytes.length;
  });
  assert.ok(counts[0]! < 8, `${counts[0]} looks at each character`);
  assert.ok(counts[2]! < counts[0]! * 1.1, `looks at each character by size: ${counts}`);
});

Deno.test("parseSidecar() refuses more bytes or keys than any detector writes, before they fill the memory", () => {
  assert.match(thrownBy(new Uint8Array(8 * 1024 * 1024 + 1).fill(65)).message, /file has 8388609 bytes/);
  const keys = (count: number) => bytesOf("a=\n".repeat(count));
  assert.equal(parseSidecar(keys(250_000)).entries.length, 250_000);
  assert.match(thrownBy(keys(250_001)).message, /^Cannot read sidecar at line 250001, column 1: .* 250000 keys$/);
});

Deno.test("parseSidecar() takes linear work for quotes, backslashes and commas without end", () => {
  for (const piece of ['"', "\\", ",", "\\x", "[", " ", '""', "\r", "%U", "\\\n"]) {
    const perCharacter = [20_000, 80_000].map((length) => {
      const text = `k=${piece.repeat(length / piece.length)}`;
      return countCharacters(() => {
        try {
          const sidecar = parseSidecar(bytesOf(text));
          for (const { section, key } of sidecar.entries) sidecar.value(section, key);
        } catch (error) {
          if (!(error instanceof SidecarError)) throw error;
        }
      }) / length;
    });
    assert.ok(perCharacter[1]! <= perCharacter[0]! * 1.1 + 0.1, `${JSON.stringify(piece)}: ${perCharacter}`);
  }
});
