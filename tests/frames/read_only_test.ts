/** Files with the mark "read-only", as some programs and some media give it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { removeFile } from "../../src/files/durable.ts";
import { replaced } from "../replaced.ts";
import { TempFolder } from "../temp_folder.ts";
import { setReadOnly } from "./held_open.ts";
import { setOf, sidecarText, Way, wayOf } from "./way.ts";
import { filesBelow } from "../folders.ts";

/** Where the account may write what is read-only (root on Linux), opening for writing is made to fail as elsewhere. */
function enforced(folder: string): Disposable {
  const writable = new Set<string>();
  const calls = new DisposableStack();
  calls.use(replaced(Deno, "chmodSync", (chmodSync) => (path, mode) => {
    chmodSync(path, mode);
    writable.add(String(path));
  }));
  calls.use(replaced(Deno, "openSync", (openSync) => (path, options) => {
    const isFrame = String(path).startsWith(folder) && String(path).endsWith(".tif");
    if (isFrame && options?.write && !writable.has(String(path))) {
      throw new Deno.errors.PermissionDenied(`Access denied. (os error 5): open '${path}'`);
    }
    return openSync(path, options);
  }));
  return calls;
}

// Fails without whereWritable() in merge_frame.ts.
Deno.test("a frame of read-only files is taken, tagged, delivered, and leaves nothing behind", async () => {
  using way = wayOf([{ name: "P.tif" }, { name: "D.tif", sidecar: sidecarText({ dark: true }) }]);
  for (const name of filesBelow(way.raw)) setReadOnly(join(way.raw, name));
  using _enforced = enforced(way.settings.folders.temp);
  await way.fire(2);
  way.assertDone(setOf("P"), way.heard.lines.join("\n"));
  assert.ok(way.heard.events.some((event) => event.type === "merged" && event.tagged));
  assert.ok(way.heard.events.some((event) => event.type === "dark_removed"));
  // What is delivered may be written, removed and sorted by its user.
  for (const name of way.delivered()) Deno.openSync(join(way.output, name), { read: true, write: true }).close();
});

Deno.test("a read-only file that has the name in the output is left as it is", async () => {
  using way = new Way();
  const taken = join(way.output, "P.tif");
  Deno.writeTextFileSync(taken, "theirs");
  setReadOnly(taken);
  way.put({ name: "P.tif" });
  await way.fire(3);
  assert.equal(Deno.readTextFileSync(taken), "theirs");
  assert.deepEqual(way.delivered(), [...setOf("P-00001"), "P.tif"].sort());
  Deno.chmodSync(taken, 0o644);
});

Deno.test("removeFile() removes a read-only file", () => {
  using folder = new TempFolder();
  const path = folder.join("file");
  Deno.writeTextFileSync(path, "");
  setReadOnly(path);
  removeFile(path);
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
});
