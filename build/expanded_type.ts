/**
 * A type that a library infers, written out as an interface: what an author of plugins reads in place of the schema.
 * The documentation of its keys is that of the schema's.
 */
import { ts } from "@ts-morph/common";

const FORMAT = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;

/** @returns the declaration of the exported type alias `name` of a source file, as the text of an interface */
export function expandedType(program: ts.Program, file: string, name: string): string {
  const checker = program.getTypeChecker();
  const alias = program.getSourceFile(file)?.statements.filter(ts.isTypeAliasDeclaration)
    .find((statement) => statement.name.text === name);
  if (alias === undefined) throw new Error(`Cannot find the type ${name} in ${file}`);
  return `export interface ${name} ${membersOf(checker.getTypeAtLocation(alias), checker)}`;
}

function membersOf(type: ts.Type, checker: ts.TypeChecker): string {
  const properties = checker.getPropertiesOfType(type);
  if (properties.length === 0) {
    throw new Error("Cannot write out a type that has no keys: is the schema's library found?");
  }
  const lines = properties.map((property) => {
    const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    const type = checker.getTypeOfSymbol(property);
    const own = isOptional ? checker.getNonNullableType(type) : type;
    const text = isGroup(own, checker) ? membersOf(own, checker) : checker.typeToString(own, undefined, FORMAT);
    return `${commentOf(property)}readonly ${property.name}${isOptional ? "?" : ""}: ${text};`;
  });
  return `{\n${lines.join("\n")}\n}`;
}

/** A table of the configuration: keys of its own, not a list or a map. */
function isGroup(type: ts.Type, checker: ts.TypeChecker): boolean {
  return (type.flags & ts.TypeFlags.Object) !== 0 && !checker.isArrayLikeType(type) &&
    checker.getIndexInfosOfType(type).length === 0;
}

function commentOf(property: ts.Symbol): string {
  const declaration = property.declarations?.[0];
  const text = declaration?.getSourceFile().text;
  const comment = text && ts.getLeadingCommentRanges(text, declaration.pos)?.at(-1);
  return comment ? `${text.slice(comment.pos, comment.end)}\n` : "";
}
