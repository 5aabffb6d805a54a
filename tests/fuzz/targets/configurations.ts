/** Configurations: TOML with slips, half-saved and hostile; settings that hold what they promise, or all faults with their lines. */
import assert from "node:assert/strict";
import { posix, win32 } from "node:path";
import { folderClashes } from "../../../src/config/folder_rules.ts";
import { decodeToml } from "../../../src/config/decode.ts";
import { ConfigurationError } from "../../../src/config/error.ts";
import { parseSettings } from "../../../src/config/load.ts";
import type { Settings } from "../../../src/config/settings.ts";
import type { Random } from "../../faults/random.ts";
import { chance, encode, mutateBytes, mutateText, NUMBER_TEXTS, pick, pieces, type TextDialect } from "../mutate.ts";
import type { Target } from "../target.ts";

const DOCUMENTED = Deno.readTextFileSync(new URL("../../../config/pewatch.toml", import.meta.url));
const BASES = [
  DOCUMENTED,
  // With the keys that stand there as comments.
  DOCUMENTED.replaceAll(/^# (?=\w+ = )/gm, ""),
  DOCUMENTED.replaceAll(/^#.*\n/gm, ""),
  "[folders]\nraw = 'R:\\raw'\ntemp = 'R:\\temp'\nproc = 'R:\\proc'\noutput_root = '\\\\server\\share\\out'\n",
  "[plugins]\ndir = 'p'\n[plugins.roi]\nregions = [{ name = 'a', x = [1, 2] }]\n[plugins.csv]\nfile = 'a.csv'\n",
];
const DIALECT: TextDialect = {
  pieces: [
    ...pieces("[ ] [[ ]] { } = . , \" ' \"\"\" ''' #"),
    ...["\n", "\r", "\r\n", "\\", "\\u0000", "\\U0010ffff", "\0", "\t", "\u007f", "µ", "\u{1f480}", "\ufeff"],
    ...pieces("__proto__ constructor [plugins. a.b.c"),
    ...["true", "1979-05-27T07:32:00Z", "07:32:00", "0x", "1_000", "../", "..\\", "/", "C:", "CON", "NUL.txt"],
  ],
  lines: [
    ...DOCUMENTED.split("\n").filter((line) => line.includes("=")).map((line) => line.replace(/^# /, "")),
    ...NUMBER_TEXTS.map((number) => `max_proc = ${number}`),
    ...["[folders]", "[folder]", "[[frames]]", "[plugins.plugins]", "[plugins.dir]", "[a.b]", "folders = 1", "'' = ''"],
    ...["raw = temp", "raw = 'pewatch-data/temp'", 'raw = "R:\\raw"', "output_dir = '../x'", "x = { y = 1, y = 2 }"],
  ],
};
/** One in so many is long or deep. */
const LARGE_EVERY = 500;
const LARGE_CHARACTERS = 200_000;
const LARGE = ["[", "{a=", "a.", "'", '"\\u0041', "[a]\n", "x", "# c\n", "[plugins.x]\n", "\n", "a=[[[\n", "1,"];

function make(random: Random): Uint8Array {
  if (chance(random, 1 / LARGE_EVERY)) return large(random);
  return mutateBytes(encode(mutateText(pick(random, BASES), DIALECT, random)), random);
}

function large(random: Random): Uint8Array {
  const piece = pick(random, LARGE);
  return encode(
    pick(random, ["", "x = ", "x = [", "[folders]\nraw = '"]) + piece.repeat(LARGE_CHARACTERS / piece.length),
  );
}

const FILE = "pewatch.toml";

function check(input: Uint8Array): string {
  const outcomes = [false, true].map((windows) => {
    const cwd = windows ? "C:\\work" : "/work";
    const read = () => parseSettings(decodeToml(input, FILE), FILE, { cwd, executableFolder: null, windows });
    try {
      const settings = read();
      checkSettings(settings, { windows });
      assert.deepEqual(read(), settings);
      return "read";
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      checkProblems(error, input);
      return "refused";
    }
  });
  return outcomes[0]!;
}

function checkSettings(settings: Settings, options: { windows: boolean }): void {
  const { isAbsolute } = options.windows ? win32 : posix;
  const { raw, temp, proc, output_root } = settings.folders;
  for (const path of [raw, temp, proc, output_root, settings.daemon.state_dir, settings.plugins.dir]) {
    assert.ok(isAbsolute(path), `${path} is not absolute`);
    assert.ok(!path.includes("\0"));
  }
  assert.deepEqual(folderClashes(settings, options), []);
  const { ticktack, multiplier, max_proc } = settings.daemon;
  assert.ok(ticktack >= 0.01 && Number.isFinite(ticktack));
  assert.ok(Number.isInteger(multiplier) && multiplier >= 1);
  assert.ok(Number.isInteger(max_proc) && max_proc >= 1 && max_proc <= 9);
  assert.ok(!settings.folders.output_dir.split(/[/\\]/).includes(".."));
  // What goes to the workers has to be plain data.
  structuredClone(settings);
}

/** Without its text the error is worth nothing: file, line, key. */
function checkProblems(error: ConfigurationError, input: Uint8Array): void {
  const lines = new TextDecoder("latin1").decode(input).split("\n").length;
  assert.ok(error.problems.length > 0);
  assert.ok(error.message.includes(FILE));
  for (const { line, message } of error.problems) {
    assert.ok(line === null || (line >= 1 && line <= lines), `line ${line} of ${lines}`);
    assert.notEqual(message, "");
  }
}

export const configurations: Target = {
  name: "configurations",
  make,
  open: () => ({ check, [Symbol.dispose]: () => {} }),
};
