/** Colours and control characters. */
import assert from "node:assert/strict";
import { painterFor, wantsColors } from "../../src/cli/console/terminal.ts";
import { readableBytes } from "../../src/log/counted.ts";
import { ownStyles, printable, terminalText } from "../../src/log/terminal_text.ts";

const TERMINAL = { isTerminal: () => true };
const PIPE = { isTerminal: () => false };

function withNoColor<T>(value: string | null, use: () => T): T {
  const before = Deno.env.get("NO_COLOR");
  const term = Deno.env.get("TERM");
  Deno.env.set("TERM", "xterm");
  if (value === null) Deno.env.delete("NO_COLOR");
  else Deno.env.set("NO_COLOR", value);
  try {
    return use();
  } finally {
    if (before === undefined) Deno.env.delete("NO_COLOR");
    else Deno.env.set("NO_COLOR", before);
    if (term === undefined) Deno.env.delete("TERM");
    else Deno.env.set("TERM", term);
  }
}

Deno.test("colours come on a terminal only, and not where NO_COLOR is set", () => {
  assert.equal(withNoColor(null, () => wantsColors(TERMINAL)), true);
  assert.equal(withNoColor("", () => wantsColors(TERMINAL)), true);
  assert.equal(withNoColor("1", () => wantsColors(TERMINAL)), false);
  assert.equal(withNoColor(null, () => wantsColors(PIPE)), false);
});

Deno.test("a painter for a terminal writes escapes, one for a pipe the text alone", () => {
  const paint = (text: string) => withNoColor(null, () => terminalText(painterFor(TERMINAL)("red", text)));
  assert.equal(paint("x"), "\x1b[31mx\x1b[39m");
  assert.equal(paint("\x1b[8mx\u009b2J"), "\x1b[31m\\u001b[8mx\\u009b2J\x1b[39m");
  assert.equal(withNoColor(null, () => painterFor(PIPE)("red", "x")), "x");
});

Deno.test("control characters of a file do not reach the terminal", () => {
  assert.equal(printable("a\x1b[2Jb\r\n\tü\u009b"), "a\\x1b[2Jb\\r\\n\\tü\\x9b");
});

Deno.test("what is written keeps lines, tabs and the program's own styles; JSON stays the same JSON", () => {
  assert.equal(terminalText("a\n\tb\r\x1b]0;t\x07\u202ec"), "a\n\tb\\u000d\\u001b]0;t\\u0007\\u202ec");
  assert.equal(terminalText(ownStyles("\x1b[1mUsage\x1b[0m \x1b[2J")), "\x1b[1mUsage\x1b[0m \\u001b[2J");
  const value = { text: "\x00\x1b[31m\x7f\u009b\u2066 µ" };
  assert.deepEqual(JSON.parse(terminalText(JSON.stringify(value))), value);
});

Deno.test("bytes are shown in decimal units", () => {
  assert.equal(readableBytes(0), "0 B");
  assert.equal(readableBytes(999), "999 B");
  assert.equal(readableBytes(16_777_216), "16.8 MB");
  assert.equal(readableBytes(5e15), "5000.0 TB");
});
