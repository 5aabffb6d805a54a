/**
 * Exports that nobody imports. A file that is imported as a whole (a worker, a command, a plugin, `import *`) counts as
 * used in all its exports; what only tests import counts as used. A type may be exported for the signature of another
 * export of its file.
 */
import { dirname, join } from "node:path";
import { ts } from "@ts-morph/common";
import { report, sourcesBelow, textOf } from "./sources.ts";

/** Entry points: what users' plugins import, and what Deno starts. */
const ENTRIES = ["main.ts", "src/plugins/api.ts", "src/plugins/stages.ts"];
/** Each file is a plugin of its own: the host reads its exports. */
const WHOLE = /^plugins\/[^/]+\.ts$|_worker\.ts$|\/worker\.ts$/;

export interface Module {
  /** Names that it declares and exports. */
  readonly exports: readonly string[];
  /** Names that it imports or exports anew, by the path of the module, "*" for all. */
  readonly uses: readonly { readonly path: string; readonly name: string }[];
}

export function readModule(path: string, text: string): Module {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const exports: string[] = [];
  const uses: { path: string; name: string }[] = [];
  const target = (specifier: string) => join(dirname(path), specifier).replaceAll("\\", "/");
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const bindings = node.importClause?.namedBindings;
      const from = target(node.moduleSpecifier.text);
      if (bindings !== undefined && ts.isNamedImports(bindings)) {
        for (const { name, propertyName } of bindings.elements) {
          uses.push({ path: from, name: (propertyName ?? name).text });
        }
      } else if (node.importClause !== undefined) uses.push({ path: from, name: "*" });
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      const from = target((node.moduleSpecifier as ts.StringLiteral).text);
      const clause = node.exportClause;
      if (clause === undefined || ts.isNamespaceExport(clause)) uses.push({ path: from, name: "*" });
      else {for (const { name, propertyName } of clause.elements) {
          uses.push({ path: from, name: (propertyName ?? name).text });
        }}
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      if (specifier !== undefined && ts.isStringLiteral(specifier)) {
        uses.push({ path: target(specifier.text), name: "*" });
      }
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      const { literal } = node.argument;
      if (ts.isStringLiteral(literal)) uses.push({ path: target(literal.text), name: "*" });
    } else if (ts.isStringLiteral(node) && /^\.{1,2}\/.*\.ts$/.test(node.text) && ts.isNewExpression(node.parent)) {
      uses.push({ path: target(node.text), name: "*" });
    }
    if (isExported(node) && !(isType(node) && isMentioned(source, node.name.text))) exports.push(...namesOf(node));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { exports, uses };
}

function isExported(node: ts.Node): boolean {
  return ts.canHaveModifiers(node) && node.parent !== undefined && ts.isSourceFile(node.parent) &&
    (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

function isType(node: ts.Node): node is ts.InterfaceDeclaration | ts.TypeAliasDeclaration {
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
}

/** Elsewhere in its file than where it is declared. */
function isMentioned(source: ts.SourceFile, name: string): boolean {
  return [...source.text.matchAll(new RegExp(`\\b${name}\\b`, "g"))].length > 1;
}

function namesOf(node: ts.Node): string[] {
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.map(({ name }) => name.getText()).filter((name) => /^\w+$/.test(name));
  }
  const { name } = node as ts.Node & { name?: ts.Identifier };
  return name === undefined ? [] : [name.text];
}

/** "path: name" of each export that is not used. */
export function deadExports(modules: ReadonlyMap<string, Module>, candidates: (path: string) => boolean): string[] {
  const used = new Map<string, Set<string>>();
  for (const { uses } of modules.values()) {
    for (const { path, name } of uses) used.set(path, (used.get(path) ?? new Set()).add(name));
  }
  return [...modules].filter(([path]) => candidates(path)).flatMap(([path, { exports }]) =>
    exports.filter((name) => !used.get(path)?.has(name) && !used.get(path)?.has("*")).map((name) => `${path}: ${name}`)
  );
}

if (import.meta.main) {
  const paths = ["main.ts", ...sourcesBelow(["src", "ffi", "plugins", "build", "tests"])];
  const modules = new Map(paths.map((path) => [path, readModule(path, textOf(path))]));
  const dead = deadExports(
    modules,
    (path) => !path.startsWith("tests/") && !ENTRIES.includes(path) && !WHOLE.test(path),
  );
  report(dead.map((one) => `${one} is exported, but nobody imports it`));
}
