/** Checks a folder as plain TypeScript does by its tsconfig.json, without Deno: what an editor would show. */
import { join } from "node:path";
// The compiler itself, as build/declarations.ts has it.
import { getLibFiles, ts } from "@ts-morph/common";

/** Each error as "file.ts:line:column: TS2322: text". */
export function checkByTypeScript(folder: string): string[] {
  const { config, error } = ts.readConfigFile(join(folder, "tsconfig.json"), ts.sys.readFile);
  if (error !== undefined) return [textOf(error)];
  const { fileNames, options, errors } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  // The compiler's own libraries are no files in this package.
  const libraries = new Map(getLibFiles().map(({ fileName, text }) => [`/lib/${fileName}`, text]));
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    getDefaultLibLocation: () => "/lib",
    getDefaultLibFileName: () => "/lib/lib.esnext.full.d.ts",
    fileExists: (path) => libraries.has(path) || disk.fileExists(path),
    readFile: (path) => libraries.get(path) ?? disk.readFile(path),
    getSourceFile: (path, settings) => {
      const text = libraries.get(path) ?? disk.readFile(path);
      return text === undefined ? undefined : ts.createSourceFile(path, text, settings);
    },
  };
  const program = ts.createProgram(fileNames, options, host);
  return [...errors, ...ts.getPreEmitDiagnostics(program)].map(textOf);
}

function textOf({ file, start, code, messageText }: ts.Diagnostic): string {
  const text = `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  if (file === undefined || start === undefined) return text;
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  return `${file.fileName.replace(/^.*\//, "")}:${line + 1}:${character + 1}: ${text}`;
}
