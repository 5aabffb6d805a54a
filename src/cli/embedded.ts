/** What the executable consists of: build/compile/components.ts writes it beside the sources that are compiled. */
const FOLDER = new URL("../../licenses/", import.meta.url);

export interface EmbeddedComponent {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression, or the licence's own name. */
  readonly license: string;
  /** The file of its licence in this folder; null where it has none. */
  readonly text: string | null;
}

export interface Embedded {
  /** "release" only with the official base of Deno. */
  readonly build: "release" | "development";
  /** What the executable was made on, "Deno 2.9.5". */
  readonly base: string;
  readonly components: readonly EmbeddedComponent[];
}

/** Null where pewatch runs from source. */
export function readEmbedded(): Embedded | null {
  if (!Deno.build.standalone) return null;
  return JSON.parse(Deno.readTextFileSync(new URL("components.json", FOLDER)));
}

/** The licences of all that is embedded: a table, then their texts, each once. */
export function licenseLines(embedded: Embedded | null): string[] {
  if (embedded === null) {
    return [
      "pewatch is LGPL-3.0-or-later; LICENSE and COPYING are beside README.md.",
      "It runs from source: the packages that it uses are in deno.lock, each with its licence in its own folder;",
      "the native libraries are the system's. The executable lists all that is embedded in it.",
    ];
  }
  const lines = ["pewatch is LGPL-3.0-or-later. This executable embeds:", ""];
  for (const { name, version, license } of embedded.components) lines.push(`  ${name} ${version}: ${license}`);
  for (const { name, version, text } of embedded.components) {
    if (text === null) continue;
    lines.push("", `${"=".repeat(20)} ${name} ${version}`, "");
    lines.push(Deno.readTextFileSync(new URL(text, FOLDER)).trimEnd());
  }
  return lines;
}
