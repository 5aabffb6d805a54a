/**
 * Takes imported names away that are used nowhere: they were types.
 *
 * `import { PluginContext } from "pewatch"` without the word `type` is what most people write, and TypeScript allows it.
 * Left as it is, the module would not load, since at run time there is no such export.
 */
import { parse } from "es-module-lexer/js";

const IDENTIFIER = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu;
/** Only where a line begins with it: there it can be nothing else, except inside of a template. */
const COMMENT = /^[ \t]*(?:\/\/.*|\/\*[^]*?\*\/)/gm;

/** The code with blanks in place of these names; every other character stays where it is. */
export function eraseUnusedImports(code: string): string {
  const clauses = namedImports(code);
  if (clauses.length === 0) return code;
  const used = namesUsed(code, clauses);
  let erased = code;
  for (const { start, end } of clauses) {
    const names = code.slice(start, end).replaceAll(/[^,]+,?/g, (name) => {
      const local = name.match(IDENTIFIER)?.at(-1);
      return local === undefined || used.has(local) ? name : name.replaceAll(/\S/g, " ");
    });
    erased = erased.slice(0, start) + names + erased.slice(end);
  }
  return erased;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** What stands between the braces of `import { … } from`. One with a comment or a string inside is left alone. */
function namedImports(code: string): Span[] {
  const spans: Span[] = [];
  for (const found of parseOrNothing(code)) {
    if (found.type !== "static" || !code.startsWith("import", found.importStart)) continue;
    const clause = code.slice(found.importStart, found.start);
    const braces = /\{([^{}"'/]*)\}\s*from\s*["']$/.exec(clause);
    if (braces?.[1] === undefined) continue;
    const start = found.importStart + braces.index + 1;
    spans.push({ start, end: start + braces[1].length });
  }
  return spans;
}

function parseOrNothing(code: string): ReturnType<typeof parse>[0] {
  try {
    return parse(code)[0];
  } catch {
    return []; // reported where the module is read
  }
}

/** Every word outside of these spans and of comments; words in strings count as uses, to be on the safe side. */
function namesUsed(code: string, spans: readonly Span[]): Set<string> {
  const rest: string[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    rest.push(code.slice(at, start));
    at = end;
  }
  rest.push(code.slice(at));
  return new Set(rest.join(" ").replaceAll(COMMENT, " ").match(IDENTIFIER) ?? []);
}
