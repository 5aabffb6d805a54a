/** Hints for lines that TOML refuses: each slip is refused by the parser, and what the hint says is accepted. */
import assert from "node:assert/strict";
import { environment, parseSettings } from "../../src/config/load.ts";

const SLIPS: readonly [line: string, hint: RegExp][] = [
  ["raw = R:/raw", /a text needs quotes: 'R:\/raw'/],
  ["raw = R:\\raw", /a text needs quotes: 'R:\\raw'/],
  ['raw = "R:\\data"', /single quotes: 'D:\\data'/],
  ["raw = \u201craw\u201d", /straight quotes/],
  ["raw: 'raw'", /write = between key and value/],
  ["raw =", /the value is missing/],
  ["fsync = True", /lower case: true/],
  ["fsync = FALSE # no", /lower case: false/],
  ["fsync = yes", /write true/],
  ["fsync = off", /write false/],
  ["name = None", /remove the key/],
  ["name = ceria", /a text needs quotes: 'ceria'/],
  ["energy_kev = 42,7", /decimal point: 42\.7/],
  ["energy_kev = .7", /before the point: 0\.7/],
  ["energy_kev = 42.", /after the point: 42\.0/],
  ["energy_kev = 42.7 keV", /the number alone/],
];

for (const [line, hint] of SLIPS) {
  Deno.test(`"${line}" is refused with its line and what to write`, () => {
    assert.throws(() => parseSettings(`[folders]\n${line}\n`, "/x/pewatch.toml", environment()), (error: unknown) => {
      assert.match(String(error), hint);
      assert.match(String(error), /pewatch\.toml:[23]:\d+: cannot read this value; /);
      return true;
    });
  });
}

Deno.test("what is none of the usual slips is named as the parser names it", () => {
  assert.throws(
    () => parseSettings("[folders\n", "/x/pewatch.toml", environment()),
    /:1:\d+: this is not valid TOML: /,
  );
});
