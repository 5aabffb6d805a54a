import assert from "node:assert/strict";
import { textOfError } from "../../src/plugins/worker/postable.ts";

Deno.test("textOfError() is one line without a terminal's colours, with its causes", () => {
  const error = new TypeError("\x1b[0m\x1b[31mred\x1b[0m\n  and more", { cause: "a text" });
  error.stack = "";
  assert.equal(textOfError(error), "TypeError: red and more (a text)");
});
