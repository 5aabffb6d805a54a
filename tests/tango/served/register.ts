/** `pewatch tango register` and `unregister`, as a person types them. */
import assert from "node:assert/strict";
import { pewatch, type Ran } from "../../e2e/child.ts";
import type { TangoDatabase } from "../../ffi/tango/database.ts";

export async function tangoCommand(name: string, args: readonly string[]): Promise<Ran> {
  return await pewatch(["tango", name, ...args]);
}

/** The device of the default names. */
export async function register(database: TangoDatabase): Promise<void> {
  const { code, out, err } = await tangoCommand("register", ["--database", database.address]);
  assert.equal(code, 0, out + err);
}
