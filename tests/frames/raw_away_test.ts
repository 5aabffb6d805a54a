/** A raw folder that goes away in the very moment in which a frame is taken out of it, and comes back. */
import assert from "node:assert/strict";
import { nameChanges } from "../../ffi/system/files.ts";
import { setOf, type Way, wayOf } from "./way.ts";
import { filesBelow } from "../folders.ts";
import { replaced } from "../replaced.ts";

const SET = setOf("P");

/** Behind the step that `at` reports, the raw folder is a bare one, as that of a mount is. */
function goingAway(way: Way, at: { step: "mkdir" | "sidecar" }): { comeBack(): void } & Disposable {
  const away = `${way.raw}-away`;
  const calls = new DisposableStack();
  const leave = () => {
    calls.dispose();
    Deno.renameSync(way.raw, away);
    Deno.mkdirSync(way.raw);
  };
  calls.use(replaced(Deno, "mkdirSync", (mkdirSync) => (path, options) => {
    mkdirSync(path, options);
    if (at.step === "mkdir" && String(path).includes(".claiming-")) leave();
  }));
  calls.use(replaced(nameChanges, "rename", (rename) => (from, to) => {
    const done = rename(from, to);
    if (at.step === "sidecar" && to.endsWith(".tif.metadata")) leave();
    return done;
  }));
  return {
    comeBack: () => {
      assert.deepEqual(filesBelow(way.raw), [], "something was put into the bare folder");
      Deno.removeSync(way.raw);
      Deno.renameSync(away, way.raw);
    },
    [Symbol.dispose]: () => calls.dispose(),
  };
}

// Fails without the look for what has gone in fillClaim() and for the image in giveBack(), claim.ts: a claim without files
// was then left for ever, and a sidecar lay hidden under the mount.
for (const step of ["mkdir", "sidecar"] as const) {
  Deno.test(`a raw folder that goes away while a frame is taken (behind its ${step}) loses nothing`, async () => {
    using way = wayOf([{ name: "P.tif" }]);
    using raw = goingAway(way, { step });
    await way.fire(2);
    assert.deepEqual(way.delivered(), []);
    raw.comeBack();
    await way.fire(2);
    way.assertDone(SET);
  });
}
