/**
 * Writes dist/messages.md: every text of two words or more in the sources, by folder and file, so that what users read
 * can be read in one place. With --check, which `build/test lint` runs, it writes nothing and names each text with a
 * word that docs/glossary.md replaces by another.
 *
 * A text is a string or template, or several that are joined by +. Expressions in it are shown in braces, and what it
 * is passed to (the level of a log line, the class of an error, a property) stands before it.
 */
import { join } from "node:path";
import { ts } from "@ts-morph/common";
import { report, ROOT, sourcesBelow, textOf } from "./checks/sources.ts";

const FILE = join(ROOT, "dist", "messages.md");
const GLOSSARY = "docs/glossary.md";
const FOLDERS = ["src", "ffi", "plugins"];
/** It writes sidecars as QXRD does, and no messages. */
const NOT_READ = /^src\/qxrd\/simulator\//;

const HEADER = `# Messages

All texts that pewatch can write, by the file of the source that holds them: made by \`build/messages.ts\`. Before
each text stands what it is for (the level of a log line, the class of an error, a part of a help text or report);
\`{name}\` stands for a value.
`;

/** What texts are for that no user reads: keys of conditions, lists of names. */
const NO_MESSAGES = new Set(["key", "Set"]);
/** Longer expressions in a text are shown as an ellipsis. */
const EXPRESSION_LENGTH_MAX = 40;

export interface MessageText {
  /** "log.warn", "throw FolderError", "help", the property or the variable that it is the value of. */
  readonly use: string;
  readonly text: string;
}

/** The texts of one source, in their order. */
export function textsOf(path: string, source: string): MessageText[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const texts: MessageText[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return;
    if (isText(node) && !(ts.isBinaryExpression(node.parent) && isText(node.parent))) {
      const text = shown(node);
      const use = useOf(node);
      if (isWords(text) && !NO_MESSAGES.has(use)) texts.push({ use, text });
      for (const expression of expressionsIn(node)) visit(expression);
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return texts;
}

/** A string, a template, or a sum with at least one of them. */
function isText(node: ts.Node): node is ts.Expression {
  if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) return true;
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
    (isText(node.left) || isText(node.right));
}

function shown(node: ts.Expression): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text +
      node.templateSpans.map(({ expression, literal }) => placeholder(expression) + literal.text).join("");
  }
  if (ts.isBinaryExpression(node) && isText(node)) return shown(node.left) + shown(node.right);
  return placeholder(node);
}

function placeholder(expression: ts.Expression): string {
  const text = expression.getText().replaceAll(/\s+/g, " ");
  return text.length > EXPRESSION_LENGTH_MAX || /["'`{}]/.test(text) ? "{…}" : `{${text}}`;
}

/** What may hold texts of its own. */
function expressionsIn(node: ts.Expression): ts.Expression[] {
  if (ts.isTemplateExpression(node)) return node.templateSpans.map(({ expression }) => expression);
  if (ts.isBinaryExpression(node) && isText(node)) {
    return [node.left, node.right].flatMap((side) => isText(side) ? expressionsIn(side) : [side]);
  }
  return [];
}

/** Two words, or one beside a value: not a name, a path or a pattern. */
function isWords(text: string): boolean {
  const plain = text.replaceAll(/\{[^}]*\}/g, "{}");
  return /(?:^|[\s"'(])[A-Za-z]{2,}[,.:;]? (?:\S+ )*?\(?(?:[A-Za-z]{2,}|\{\})/.test(plain) ||
    /\{\}[,:;]? (?:\S+ )*?[a-z]{2,}/.test(plain);
}

function useOf(node: ts.Node): string {
  for (let at = node; at.parent !== undefined; at = at.parent) {
    const { parent } = at;
    if (ts.isTaggedTemplateExpression(parent)) return "help";
    if (ts.isNewExpression(parent)) return parent.expression.getText();
    if (ts.isCallExpression(parent) && parent.expression !== at) {
      const name = parent.expression.getText().replaceAll(/\s+/g, "");
      const level = /(?:log|console|logger)\??\.(\w+)$/.exec(name);
      if (level !== null) return name.includes("console") ? `console.${level[1]}` : `log.${level[1]}`;
      if (/(?:^paint|\.(?:join|push|map|flatMap|filter))$/.test(name)) continue;
      return name.replace(/^.*[.#]/, "");
    }
    if (ts.isPropertyAssignment(parent) && parent.initializer === at) return parent.name.getText();
    if (ts.isVariableDeclaration(parent)) return parent.name.getText();
    if (ts.isFunctionLike(parent) && parent.name !== undefined) return parent.name.getText();
  }
  return "text";
}

interface Source {
  readonly path: string;
  readonly texts: readonly MessageText[];
}

function sources(): Source[] {
  return sourcesBelow(FOLDERS).filter((path) => !NOT_READ.test(path)).sort()
    .map((path) => ({ path, texts: textsOf(path, textOf(path)) }))
    .filter(({ texts }) => texts.length > 0);
}

/** The whole page. */
function makeMessages(): string {
  const rooms = new Map<string, string[]>();
  for (const { path, texts } of sources()) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    const lines = texts.map(({ use, text }) => `${use.padEnd(14)}  ${text.replaceAll("\n", "⏎")}`.trimEnd());
    const part = `### ${path.slice(folder.length + 1)}\n\n\`\`\`text\n${lines.join("\n")}\n\`\`\`\n`;
    rooms.set(folder, [...rooms.get(folder) ?? [], part]);
  }
  return [HEADER, ...[...rooms].map(([folder, parts]) => `## ${folder}\n\n${parts.join("\n")}`)].join("\n");
}

/** The rows of the glossary's table "not | but": words, and what to write instead. */
export function replacedWords(glossary: string): ReadonlyMap<string, string> {
  const [, rows = ""] = /^\| not +\| but +\|\n\|[- |]+\n((?:\|.*\n)+)/m.exec(glossary) ?? [];
  const cells = rows.trim().split("\n").map((row) => row.split("|").map((cell) => cell.trim()));
  return new Map(cells.flatMap(([, not, but]) => not!.split(", ").map((word) => [word, but!] as const)));
}

/** One line for each text that has such a word. */
export function wordFaults({ path, texts }: Source, words: ReadonlyMap<string, string>): string[] {
  return texts.flatMap(({ text }) =>
    [...words].filter(([word]) => new RegExp(`(?<![\\w{.])${word}(?![\\w}])`, "i").test(text))
      .map(([word, but]) => `${path}: "${word}" is "${but}" in the glossary: ${text}`)
  );
}

if (import.meta.main) {
  if (Deno.args.includes("--check")) {
    const words = replacedWords(textOf(GLOSSARY));
    report(words.size > 0 ? sources().flatMap((source) => wordFaults(source, words)) : ["no words to look for"]);
  } else {
    Deno.mkdirSync(join(FILE, ".."), { recursive: true });
    Deno.writeTextFileSync(FILE, makeMessages());
    console.log(`All texts are in ${FILE}`);
  }
}
