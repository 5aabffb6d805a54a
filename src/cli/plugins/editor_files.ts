/** The files by which an editor, or `deno check`, knows what a plugin imports. */

export const DECLARATIONS_NAME = "pewatch.d.ts";
export const SCHEMA_DECLARATIONS_NAME = "valibot.d.ts";
export const UNTYPED_NAME = "pewatch_editor.d.ts";

/** The modules "pewatch" and "pewatch/stages" as declarations. */
export async function declarations(): Promise<string> {
  const text = await Deno.readTextFile(new URL("../../../config/pewatch.d.ts", import.meta.url));
  return text.replaceAll("\r\n", "\n");
}

/**
 * The module "valibot", by which plugins describe their configuration: the package's own declarations, wrapped. They
 * are read out of the package that this program runs with.
 */
export async function schemaDeclarations(): Promise<string> {
  const url = new URL("./index.d.mts", import.meta.resolve("valibot"));
  const text = (await Deno.readTextFile(url)).replaceAll("\r\n", "\n").replaceAll(/^\/\/# sourceMappingURL=.*$/gm, "");
  // Within `declare module` everything is declared already.
  const body = text.replaceAll(/^((?:export )?)declare /gm, "$1");
  return `/**
 * What a plugin of pewatch may import to describe its configuration: the types of valibot (valibot.dev), for editors.
 * MIT License, Copyright (c) Fabian Hiller.
 */
declare module "valibot" {
${body.trimEnd()}
}
`;
}

/**
 * Deno knows its own types and Node's; the declarations are all that it lacks. They are checked here already: to check
 * them with each plugin would take three times as long as the plugin.
 */
export const DENO_CONFIG = `${
  JSON.stringify(
    {
      lock: false,
      compilerOptions: {
        types: [`./${DECLARATIONS_NAME}`, `./${SCHEMA_DECLARATIONS_NAME}`],
        skipLibCheck: true,
      },
    },
    null,
    2,
  )
}\n`;

/** As Deno checks, for editors that know TypeScript only. */
export const TYPESCRIPT_CONFIG = `${
  JSON.stringify(
    {
      compilerOptions: {
        target: "ESNext",
        module: "ESNext",
        moduleResolution: "Bundler",
        lib: ["ESNext", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
        strict: true,
        noEmit: true,
        allowImportingTsExtensions: true,
        verbatimModuleSyntax: false,
        resolveJsonModule: true,
        skipLibCheck: true,
      },
      include: ["*.ts", "**/*.ts"],
    },
    null,
    2,
  )
}\n`;

/** Without these, an editor that does not know Deno would call each use of it an error. */
export const UNTYPED = `/**
 * For editors that know TypeScript only and not Deno (see tsconfig.json): what is Deno's and Node's is there, but without types; pewatch's own
 * types are in pewatch.d.ts. Written by pewatch plugins types.
 */
declare const Deno: any;
declare namespace Deno {
  type FsFile = any;
  type FileInfo = any;
}
declare module "node:*";
`;
