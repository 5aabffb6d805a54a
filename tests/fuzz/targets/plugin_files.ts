/** Plugin files, half-written and wrong: the build gives a module, or says which file is wrong and where. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32 } from "node:zlib";
import { buildPlugin } from "../../../src/plugins/folder/build.ts";
import type { Random } from "../../faults/random.ts";
import { TempFolder } from "../../temp_folder.ts";
import { chance, encode, mutateBytes, mutateText, pick, pieces, type TextDialect } from "../mutate.ts";
import type { Checker, Target } from "../target.ts";

const PLUGINS = fileURLToPath(new URL("../../../plugins", import.meta.url));
const SAMPLES = fileURLToPath(new URL("../../plugins/samples", import.meta.url));
const BASES = [PLUGINS, SAMPLES].flatMap((folder) =>
  [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".ts")).map(({ name }) => join(folder, name)).sort()
).map((path) => Deno.readTextFileSync(path));
const DIALECT: TextDialect = {
  pieces: [
    ...pieces("{ } ( ) [ ] < > ` ${ \" ' / /* */ //"),
    ...["\n", "\\", ";", ":", ",", "=>"],
    ...[
      "async ",
      "await ",
      "export ",
      "import ",
      "enum E { a }\n",
      "namespace N {}\n",
      "declare ",
      "@d ",
      "as any",
      "!",
    ],
    ...[
      "<T,>",
      "abstract class ",
      "import.meta",
      'import("./x.ts")',
      'export * from "./lib/config.ts";\n',
      "\0",
      "\ufeff",
    ],
    ...["\u2028", "µ", "\u{1f480}", "#!", "\\u{", "satisfies ", "using x = ", "yield ", "=", "?.", "**", "1n", "/x/v"],
  ],
  lines: BASES.flatMap((text) => text.split("\n")).filter((_, index) => index % 5 === 0),
};
/** One in so many is deep or long, as a compiler does not like it. */
const LARGE_EVERY = 1000;
const LARGE_CHARACTERS = 100_000;
const LARGE = [
  ...pieces("( [ { a=> ! - `${ a? a. 1+ <a>"),
  ...["class A{", "if(1)", "//\n", "a:{", "type T=", "x;"],
];

function make(random: Random): Uint8Array {
  if (chance(random, 1 / LARGE_EVERY)) return large(random);
  return mutateBytes(encode(mutateText(pick(random, BASES), DIALECT, random)), random);
}

function large(random: Random): Uint8Array {
  const piece = pick(random, LARGE);
  const length = chance(random, 0.5) ? LARGE_CHARACTERS : LARGE_CHARACTERS / 100;
  return encode(
    pick(random, ["", "export const x = ", "export function work() {"]) + piece.repeat(length / piece.length),
  );
}

const ENDINGS = [".ts", ".ts", ".mts", ".js", ".mjs"] as const;
/** Then what was made so far is removed. */
const COPIES_MAX = 200;

class PluginChecker implements Checker {
  readonly #folder = new TempFolder();
  #copies = 0;
  isSpent = false;

  constructor() {
    Deno.mkdirSync(this.#folder.join("plugins", "lib"), { recursive: true });
    for (const { name, isFile } of Deno.readDirSync(join(PLUGINS, "lib"))) {
      if (isFile) Deno.copyFileSync(join(PLUGINS, "lib", name), this.#folder.join("plugins", "lib", name));
    }
  }

  async check(input: Uint8Array): Promise<string> {
    const path = this.#folder.join("plugins", `fuzzed${ENDINGS[crc32(input) % ENDINGS.length]}`);
    Deno.writeFileSync(path, input);
    try {
      const { url, problem } = await buildPlugin(path, { transpiledRoot: this.#folder.join("transpiled") });
      if (problem === null) {
        assert.ok(url !== null);
        assert.ok(Deno.statSync(new URL(url)).isFile);
        return "taken";
      }
      assert.equal(url, null);
      // A daemon would let the worker end that has this compiler.
      this.isSpent = problem.includes("the compiler failed");
      assert.ok(problem.startsWith(path), `which file is wrong is not said: ${problem.slice(0, 300)}`);
      checkPlace(problem.slice(path.length), input);
      return "refused";
    } finally {
      Deno.removeSync(path);
      if (++this.#copies % COPIES_MAX === 0) this.#clear();
    }
  }

  #clear(): void {
    const copies = this.#folder.join("transpiled");
    for (const { name } of Deno.readDirSync(copies)) Deno.removeSync(join(copies, name), { recursive: true });
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

/** ":line:column: what", or ": what" where the whole file is meant. */
function checkPlace(rest: string, input: Uint8Array): void {
  const found = /^(?::(\d+):(\d+))?: \S/.exec(rest);
  assert.ok(found !== null, `no reason is given: ${rest.slice(0, 300)}`);
  if (found[1] === undefined) return;
  const lines = new TextDecoder().decode(input).split(/\r\n|[\n\r\u2028\u2029]/).length;
  assert.ok(Number(found[1]) >= 1 && Number(found[1]) <= lines, `line ${found[1]} of ${lines}`);
  assert.ok(Number(found[2]) >= 1);
}

export const pluginFiles: Target = { name: "plugin files", make, open: () => new PluginChecker() };
