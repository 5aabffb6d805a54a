/** Runs a script beside these tests with the readers' Python; each prints one line of JSON. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

export async function python<Result>(script: string, ...args: readonly string[]): Promise<Result> {
  const program = Deno.env.get("PEWATCH_PYTHON");
  assert.ok(program, "PEWATCH_PYTHON names a Python with the brokers' clients; build/test sets it");
  const file = fileURLToPath(new URL(`./python/${script}.py`, import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [file, ...args] }).output();
  assert.ok(success, `${script} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout)) as Result;
}
