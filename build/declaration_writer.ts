/**
 * Writes what a module shows as a `declare module` block: it is collected from the declaration files of the sources by
 * following every name to what it stands for, and written one after the other.
 */
import { ts } from "@ts-morph/common";

export class DeclarationWriter {
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;
  readonly #own: ReadonlySet<string>;
  /** What the modules before the present one show. */
  readonly #shown = new Map<ts.Symbol, { readonly module: string; readonly name: string }>();

  /** `own` are the files whose declarations are written; all others are the editor's. */
  constructor(program: ts.Program, own: ReadonlySet<string>) {
    this.#program = program;
    this.#checker = program.getTypeChecker();
    this.#own = own;
  }

  writeModule(module: string, file: string): string {
    const shown = this.#exportsOf(file);
    const names = this.#collect(shown);
    const imported = new Map<string, string[]>();
    const texts: string[] = [];
    for (const [symbol, name] of names) {
      const before = this.#shown.get(symbol);
      if (before === undefined) {
        for (const declaration of this.#declarationsOf(symbol)) {
          texts.push(this.#print(declaration, { name, names, exported: shown.has(symbol) }));
        }
      } else if (shown.has(symbol)) {
        texts.push(`export { ${name} } from "${before.module}";`);
      } else {
        imported.set(before.module, [...imported.get(before.module) ?? [], name]);
      }
    }
    for (const [symbol, name] of shown) this.#shown.set(symbol, { module, name });
    const imports = [...imported].map(([from, list]) => `import type { ${list.sort().join(", ")} } from "${from}";`);
    // With `export {}` only what says so is shown.
    const body = [...imports, ...texts, "export {};"].join("\n\n");
    return `declare module "${module}" {\n${body}\n}\n`;
  }

  #exportsOf(file: string): Map<ts.Symbol, string> {
    const source = this.#program.getSourceFile(file);
    const module = source && this.#checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`Cannot read ${file}: it is not a module`);
    return new Map(this.#checker.getExportsOfModule(module).map((symbol) => [this.#resolve(symbol), symbol.name]));
  }

  /** All that the shown ones speak of, each with the name that it gets; in the order in which they are first spoken of. */
  #collect(shown: ReadonlyMap<ts.Symbol, string>): Map<ts.Symbol, string> {
    const names = new Map(shown);
    const taken = new Set(names.values());
    for (const symbol of names.keys()) { // grows while it is walked
      if (this.#shown.has(symbol)) continue;
      for (const declaration of this.#declarationsOf(symbol)) {
        this.#forEachName(declaration, (_node, spoken) => {
          if (names.has(spoken)) return;
          const before = this.#shown.get(spoken);
          const name = before?.name ?? freeName(spoken.name, taken);
          if (before && taken.has(name)) {
            throw new Error(`Cannot import ${name}: the module shows another of this name`);
          }
          taken.add(name);
          names.set(spoken, name);
        });
      }
    }
    return names;
  }

  /** The statements that declare it (several where functions are overloaded). */
  #declarationsOf(symbol: ts.Symbol): ts.Node[] {
    return (symbol.declarations ?? []).map((node) => ts.isVariableDeclaration(node) ? node.parent.parent : node);
  }

  /** Calls back for each name in the node that stands for something of our own files outside of the node. */
  #forEachName(root: ts.Node, found: (node: ts.Node, symbol: ts.Symbol) => void): void {
    const visit = (node: ts.Node): void => {
      if (ts.isImportTypeNode(node)) {
        const symbol = node.qualifier && this.#ownSymbol(node.qualifier);
        if (!symbol) throw new Error(`Cannot write ${node.getText()}: it is a whole module`);
        found(node, symbol);
        node.typeArguments?.forEach(visit);
        return;
      }
      if (ts.isIdentifier(node)) {
        const symbol = this.#ownSymbol(node);
        if (symbol) found(node, symbol);
      }
      ts.forEachChild(node, visit);
    };
    visit(root);
  }

  /** What the name stands for, where that is a statement of one of our files; a member or a parameter is none. */
  #ownSymbol(node: ts.Node): ts.Symbol | null {
    const found = this.#checker.getSymbolAtLocation(node);
    const symbol = found && this.#resolve(found);
    const declaration = symbol?.declarations?.[0];
    if (!symbol || !declaration) return null;
    const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    const file = statement.parent;
    if (ts.isSourceFile(statement) && this.#own.has(statement.fileName)) {
      throw new Error(`Cannot write ${node.getText()}: it is a whole module`);
    }
    return file && ts.isSourceFile(file) && this.#own.has(file.fileName) ? symbol : null;
  }

  #resolve(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  /** The statement with its comment, its modifiers as in an ambient module, and all names as they are there. */
  #print(
    statement: ts.Node,
    options: { name: string; names: ReadonlyMap<ts.Symbol, string>; exported: boolean },
  ): string {
    const source = statement.getSourceFile();
    const edits: { start: number; end: number; text: string }[] = [];
    if (ts.canHaveModifiers(statement)) {
      for (const { kind, pos, end } of statement.modifiers ?? []) {
        const dropped = [ts.SyntaxKind.ExportKeyword, ts.SyntaxKind.DeclareKeyword, ts.SyntaxKind.DefaultKeyword];
        if (dropped.includes(kind)) edits.push({ start: skipSpace(source.text, pos), end, text: "" });
      }
    }
    const first = statement.getStart(source);
    if (options.exported) edits.push({ start: first, end: first, text: "export " });
    this.#forEachName(statement, (node, symbol) => {
      const name = options.names.get(symbol);
      if (name === undefined) throw new Error(`Cannot write ${node.getText()}: it was not collected`);
      if (ts.isImportTypeNode(node)) {
        const end = node.typeArguments ? node.typeArguments.pos - 1 : node.end;
        edits.push({ start: node.getStart(source), end, text: node.isTypeOf ? `typeof ${name}` : name });
      } else if (name !== node.getText(source)) {
        edits.push({ start: node.getStart(source), end: node.end, text: name });
      }
    });
    return applyEdits(source.text, { start: commentStart(statement, source), end: statement.end, edits });
  }
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}${number}`;
  return free;
}

/** Where the statement begins with its documentation; the first comment of a file is the file's own. */
function commentStart(statement: ts.Node, source: ts.SourceFile): number {
  const comments = (ts.getLeadingCommentRanges(source.text, statement.pos) ?? [])
    .filter(({ pos }) => source.text.startsWith("/**", pos));
  const own = comments.at(-1);
  const ofFile = own?.pos === 0 && comments.length === 1 && source.text.startsWith("\nimport", own.end);
  return own && !ofFile ? own.pos : statement.getStart(source);
}

function skipSpace(text: string, from: number): number {
  const comments = ts.getLeadingCommentRanges(text, from);
  let at = comments?.at(-1)?.end ?? from;
  while (/\s/.test(text[at] ?? "")) at++;
  return at;
}

function applyEdits(
  text: string,
  options: { start: number; end: number; edits: readonly { start: number; end: number; text: string }[] },
): string {
  let written = "";
  let at = options.start;
  for (const edit of [...options.edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    written += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return (written + text.slice(at, options.end)).trim();
}
