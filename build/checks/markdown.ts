/**
 * The documentation: links lead somewhere, code spans are closed and on one line, paths in them exist, tables have no
 * empty cells.
 */
import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path";
import GithubSlugger from "github-slugger";
import { marked, type Token, type Tokens } from "marked";
import { report, ROOT, textOf } from "./sources.ts";

/** Code spans that begin so name files of the checkout. */
const CHECKOUT_PATH = /^(?:src|ffi|tests|build|docs|plugins|config)\/[\w./-]+$/;
/** Paths in examples for users, which are not the checkout's. */
const EXAMPLES = /^plugins\/[\w-]+\.ts$/;

interface Page {
  readonly path: string;
  readonly text: string;
}

/** Asked for paths relative to the root. */
interface Checkout {
  exists(path: string): boolean;
  /** Of a page. */
  anchorsOf(path: string): ReadonlySet<string>;
}

/** What is wrong with a page, in words. */
export function faultsOf(
  page: Page,
  { exists, anchorsOf }: Checkout,
): string[] {
  const faults: string[] = [];
  const say = (text: string, raw: string) => faults.push(`${page.path}:${lineOf(page.text, raw)}: ${text}`);
  marked.walkTokens(marked.lexer(page.text), (token) => {
    if (token.type === "codespan") {
      if (token.raw.includes("\n")) say(`the code span ${JSON.stringify(token.raw)} goes over a line's end`, token.raw);
      const { text } = token as Tokens.Codespan;
      if (CHECKOUT_PATH.test(text) && !EXAMPLES.test(text) && !exists(text)) say(`there is no ${text}`, token.raw);
    } else if (token.type === "text" && !hasParts(token) && token.raw.includes("`")) {
      say(`a code span is not closed in ${JSON.stringify(token.raw)}`, token.raw);
    } else if (token.type === "link" || token.type === "image") {
      const fault = faultOfLink(token["href"], { page, exists, anchorsOf });
      if (fault !== null) say(fault, token.raw);
    } else if (token.type === "table") {
      const { rows, raw } = token as Tokens.Table;
      for (const row of rows) {
        if (row.some(({ text }) => text.trim() === "")) say(`an empty cell beside ${row[0]?.text}`, raw);
      }
    }
  });
  return faults;
}

function hasParts(token: Token): boolean {
  return "tokens" in token && Array.isArray(token.tokens) && token.tokens.length > 0;
}

function faultOfLink(
  href: string,
  { page, exists, anchorsOf }: Checkout & { readonly page: Page },
): string | null {
  if (/^[a-z]+:/i.test(href)) return null;
  const [file = "", anchor] = href.split("#");
  const target = file === "" ? page.path : join(dirname(page.path), decodeURIComponent(file));
  if (!exists(target)) return `the link to ${href} leads nowhere`;
  if (anchor === undefined || !target.endsWith(".md")) return null;
  return anchorsOf(target).has(anchor) ? null : `${target} has no heading for #${anchor}`;
}

/** As GitHub names them. */
export function anchorsOf(text: string): Set<string> {
  const slugger = new GithubSlugger();
  const anchors = new Set<string>();
  marked.walkTokens(marked.lexer(text), (token) => {
    if (token.type === "heading") anchors.add(slugger.slug((token as Tokens.Heading).text.replaceAll("`", "")));
  });
  return anchors;
}

function lineOf(text: string, raw: string): number {
  return text.slice(0, Math.max(0, text.indexOf(raw))).split("\n").length;
}

if (import.meta.main) {
  const exclude = (path: string) => /(^|[/\\])(\.git|dist|pewatch-data|node_modules|data)$/.test(path);
  const faults = globSync(["**/*.md", ".github/**/*.md"], { cwd: ROOT, exclude }).flatMap((path) =>
    faultsOf({ path, text: textOf(path) }, {
      exists: (target) => existsSync(join(ROOT, target)),
      anchorsOf: (target) => anchorsOf(textOf(target)),
    })
  );
  report(faults);
}
