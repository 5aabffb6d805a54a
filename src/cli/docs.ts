/** `pewatch docs`: the documentation that is inside the program, for a computer without a network. */
import { argument, message, object, optional, string } from "@optique/core";
import { closest } from "../text/closest.ts";
import { command, CommandError, EXIT } from "./console/arguments.ts";

const FOLDER = new URL("../../docs/", import.meta.url);
const ENDING = ".md";

const ARGUMENTS = object({
  page: optional(argument(string({ metavar: "PAGE" }), { description: message`Which page; the list of all without.` })),
});

export const runDocs = command(ARGUMENTS, {
  command: "docs",
  brief: message`Prints a page of the documentation, as Markdown: pewatch docs plugins > plugins.md`,
}, ({ page }) => show(page));

function show(page: string | undefined): void {
  const pages = documentedPages();
  if (page === undefined) {
    return console.log(pages.map((name) => `  ${name.padEnd(20)}${titleOf(name)}`).join("\n"));
  }
  const name = page.toLowerCase().replace(/\.md$/, "");
  if (!pages.includes(name)) {
    const meant = closest(name, pages);
    const hint = meant ? `Did you mean ${meant}?` : `There are ${pages.join(", ")}`;
    throw new CommandError(`There is no page ${page}. ${hint}`, EXIT.usage);
  }
  console.log(textOf(name).trimEnd());
}

/** The names of the pages, sorted. */
export function documentedPages(): string[] {
  return [...Deno.readDirSync(FOLDER)]
    .filter((entry) => entry.isFile && entry.name.endsWith(ENDING))
    .map((entry) => entry.name.slice(0, -ENDING.length))
    .sort();
}

function textOf(name: string): string {
  return Deno.readTextFileSync(new URL(`${name}${ENDING}`, FOLDER));
}

function titleOf(name: string): string {
  return /^# (.*)$/m.exec(textOf(name))?.[1] ?? "";
}
