/** Checks a plugin's table of the configuration with the schema that the plugin exports. */
import { messageOf } from "../../files/errors.ts";
import type { ConfigIssue, ConfigSchema } from "../contract.ts";

/** More do not help. */
const ISSUES_SHOWN_MAX = 10;

export type ConfigCheck = { readonly config: unknown } | { readonly refusal: string };

/**
 * What the schema makes of the table, or one line that names the table and each key that is wrong. A schema that
 * throws, or is not one, refuses too. Without a time limit: that is the caller's.
 */
export async function checkConfig(schema: unknown, table: unknown, plugin: string): Promise<ConfigCheck> {
  const refuse = (reason: string): ConfigCheck => ({ refusal: `[plugins.${plugin}] ${reason}` });
  if (!isSchema(schema)) return refuse("CONFIG is not a schema; make it with valibot, or as docs/plugins.md shows");
  try {
    const result: unknown = await schema["~standard"].validate(table);
    if (typeof result !== "object" || result === null) return refuse("CONFIG's validate() returned no result");
    const issues: unknown = "issues" in result ? result.issues : undefined;
    if (issues === undefined || issues === null) return { config: "value" in result ? result.value : undefined };
    return refuse(issuesText(Array.isArray(issues) ? issues : []));
  } catch (error) {
    return refuse(`CONFIG threw: ${messageOf(error)}`);
  }
}

function isSchema(schema: unknown): schema is ConfigSchema {
  if ((typeof schema !== "object" && typeof schema !== "function") || schema === null) return false;
  const standard = (schema as Partial<ConfigSchema>)["~standard"];
  return typeof standard === "object" && standard !== null && typeof standard.validate === "function";
}

function issuesText(issues: readonly unknown[]): string {
  if (issues.length === 0) return "was refused by CONFIG without a reason";
  const shown = issues.slice(0, ISSUES_SHOWN_MAX).map((issue) => issueText(issue as Partial<ConfigIssue> | null));
  const more = issues.length - shown.length;
  return shown.join("; ") + (more > 0 ? `; and ${more} more` : "");
}

function issueText(issue: Partial<ConfigIssue> | null): string {
  const keys = (Array.isArray(issue?.path) ? issue.path : []).map((step: unknown) =>
    String(typeof step === "object" && step !== null && "key" in step ? step.key : step)
  );
  const message = String(issue?.message ?? "is wrong");
  return keys.length === 0 ? message : `${keys.join(".")}: ${message}`;
}
