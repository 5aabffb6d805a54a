/** Whatever is thrown has a text: pewatch's own function and that of the plugins. */
import assert from "node:assert/strict";
import { thrownText as ofPlugins } from "../../plugins/lib/thrown_text.ts";
import { firstLine, thrownText } from "../../src/text/thrown_text.ts";

const UNREADABLE = "an error whose text cannot be read";

class SilentError extends Error {
  override readonly name = "SilentError";
}

class BrokenError extends Error {
  override get message(): string {
    throw new Error("it cannot be read either");
  }
}

for (const [whose, textOf] of [["pewatch's", thrownText], ["the plugins'", ofPlugins]] as const) {
  Deno.test(`${whose} text of an error is its message, all lines of it`, () => {
    assert.equal(textOf(new Error("no room\non the volume")), "no room\non the volume");
    assert.equal(textOf(new DOMException("it was aborted", "AbortError")), "it was aborted");
    assert.equal(textOf(new AggregateError([new Error("one")], "none answered")), "none answered");
  });

  Deno.test(`${whose} text of an error without a message names its parts, else its class`, () => {
    const refused = new AggregateError([new Error("::1 refuses"), "127.0.0.1 refuses", new Error("")]);
    assert.equal(textOf(refused), "::1 refuses, 127.0.0.1 refuses");
    assert.equal(textOf(new AggregateError([new Error("")])), "AggregateError");
    assert.equal(textOf(new SilentError()), "SilentError");
  });

  Deno.test(`${whose} text of what is no error is the value as a text`, () => {
    assert.equal(textOf("the cable is out"), "the cable is out");
    assert.equal(textOf(undefined), "undefined");
    assert.equal(textOf(null), "null");
    assert.equal(textOf(Symbol("x")), "Symbol(x)");
    assert.equal(textOf({ toString: () => "an object's own words" }), "an object's own words");
  });

  Deno.test(`${whose} text of what cannot be read says so, and nothing is thrown`, () => {
    assert.equal(textOf(Object.create(null)), UNREADABLE);
    assert.equal(textOf(new BrokenError()), UNREADABLE);
    assert.equal(textOf(Object.assign(new Error(), { message: Object.create(null) })), UNREADABLE);
    assert.equal(textOf(new AggregateError([new BrokenError()])), UNREADABLE);
  });

  Deno.test(`${whose} text is a text where the message is none, and where an error is made of itself`, () => {
    assert.equal(textOf(Object.assign(new Error(), { message: 5 })), "5");
    const circle = new AggregateError([]);
    circle.errors.push(circle, circle);
    assert.equal(textOf(circle), "AggregateError");
  });
}

Deno.test("the first line of a text ends before the line's end, Windows' too", () => {
  assert.equal(firstLine("cannot open\r\nwhy"), "cannot open");
  assert.equal(firstLine("cannot open\nwhy\n"), "cannot open");
  assert.equal(firstLine("cannot open"), "cannot open");
  assert.equal(firstLine(""), "");
});
