/** The lines of keys, in every form that TOML has. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parse, stringify } from "smol-toml";
import { TomlLines } from "../../src/config/toml_lines.ts";

const EVERY_FORM = `# a comment with [brackets] and = signs
top = 1
[a] # comment
x = "a string with # and \\" and ]"
y = '''
[not.a.header]
x = 1
'''
z = [ # a list
  1, "]", 'two',
  { inner = 3 },
]
[a."b c".'d.e']
f.g = { h = 1, "i j" = { k = [ { l = 2 } ] } }
"q\\u0041" = """
text """"
last = 1979-05-27 07:32:00

[[list]]
one = 1
[[list]]
two = 2
  [ spaced . table ]
  key=1`;

Deno.test("keys are found in headers, dotted keys, inline tables, lists, and behind strings of many lines", () => {
  parse(EVERY_FORM);
  const lines = new TomlLines(EVERY_FORM);
  const deep = ["a", "b c", "d.e"];
  for (
    const [path, line] of [
      [["top"], 2],
      [["a"], 3],
      [["a", "x"], 4],
      [["a", "y"], 5],
      [["a", "z"], 9],
      [["a", "z", "inner"], 11],
      [deep, 13],
      [[...deep, "f", "g", "h"], 14],
      [[...deep, "f", "g", "i j", "k", "l"], 14],
      [[...deep, "qA"], 15],
      [[...deep, "last"], 17],
      [["list", "one"], 20],
      [["list"], 19],
      [["list", "two"], 22],
      [["spaced", "table", "key"], 24],
    ] as const
  ) {
    assert.equal(lines.lineOf(path), line, path.join("."));
  }
});

Deno.test("what is not there is found at the table above it, else nowhere", () => {
  const lines = new TomlLines("\n[a]\nx = 1");
  assert.equal(lines.lineOf(["a", "missing"]), 2);
  assert.equal(lines.lineOf(["b"]), null);
});

Deno.test("each key that a writer of TOML puts on a line of its own is found there", () => {
  const values = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string()));
  const tables = fc.dictionary(fc.string({ minLength: 1 }), fc.dictionary(fc.string({ minLength: 1 }), values));
  fc.assert(fc.property(tables, (content) => {
    const text = stringify(content);
    const lines = new TomlLines(text);
    const rows = text.split("\n");
    for (const [table, keys] of Object.entries(content)) {
      for (const key of Object.keys(keys)) {
        const line = lines.lineOf([table, key]);
        assert.ok(line !== null);
        assert.ok(Object.hasOwn(parse(rows[line - 1]!), key), `${JSON.stringify(key)} in line ${line} of\n${text}`);
      }
    }
  }));
});

Deno.test("any text at all comes to an end", () => {
  for (
    const text of ["[", "x = [}", "x = [ = ]", "x = { ] }", "x = {,", "= =", "]", "}", '"', "'''", "x = [[[{{", "[[a"]
  ) {
    new TomlLines(text);
  }
  const text = fc.string({ unit: fc.constantFrom(..."[]{}\"'=.,#\n\r \\ab"), maxLength: 40 });
  fc.assert(fc.property(text, (any) => void new TomlLines(any)), { numRuns: 5000 });
});

Deno.test("elements of arrays have lines of their own, by their index", () => {
  const lines = new TomlLines("[[a.b]]\nc = 1\n[[a.b]]\nc = 2\n[x]\ny = [\n { z = 1 },\n { z = 2 },\n]");
  assert.equal(lines.lineOf(["a", "b", "1", "c"]), 4);
  assert.equal(lines.lineOf(["a", "b", "c"]), 2);
  assert.equal(lines.lineOf(["a", "b", "1", "missing"]), 3);
  assert.equal(lines.lineOf(["x", "y", "1", "z"]), 8);
});
