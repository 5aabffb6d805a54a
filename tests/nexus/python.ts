/** Python with the readers that nobody here wrote: the scripts of this folder print what they find as JSON. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const PYTHON = Deno.env.get("PEWATCH_PYTHON");

/** A test that is ignored where the machine has no such Python. */
export function pythonTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: PYTHON === undefined, fn });
}

/** @param script its name here: "chunks.py" */
export async function runPython<T>(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<T> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(PYTHON!, { args: [path, ...args], env }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout)) as T;
}
