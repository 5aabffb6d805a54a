/** What the system refuses while a frame is merged is retried, and does not hold the frame up for good. */
import assert from "node:assert/strict";
import { TRIES_MAX } from "../../src/frames/retries.ts";
import { replaced } from "../replaced.ts";
import { setOf, wayOf } from "./way.ts";

const SET = setOf("P");

/** So many times no image in a claim can be opened for writing. */
function refusing(times: number): Disposable {
  let left = times;
  return replaced(Deno, "openSync", (openSync) => (path, options) => {
    if (options?.write && /\/temp\/.*\.tif$/.test(String(path)) && left-- > 0) {
      throw Object.assign(new Error("Input/output error (os error 5)"), { code: "EIO" });
    }
    return openSync(path, options);
  });
}

// Fails without isOfSystem() in passes(), merge_work.ts: the frame then went out without its tags after one bad write.
Deno.test("a frame that the system refuses to tag once waits and then goes with its tags", async () => {
  using way = wayOf([{ name: "P.tif" }]);
  using _refusal = refusing(1);
  await way.fire();
  assert.deepEqual(way.delivered(), []);
  assert.match([...way.heard.conditions.values()].join(), /P\.tif cannot be merged: .*Input\/output error/);
  await way.fire();
  assert.deepEqual(way.delivered(), SET);
  assert.ok(way.heard.events.some((event) => event.type === "merged" && event.tagged));
  assert.deepEqual([...way.heard.conditions], []);
});

// Fails without the last try in merge_data.ts.
Deno.test("a frame that the system always refuses to tag is delivered as it is, with its NeXus file", async () => {
  using way = wayOf([{ name: "P.tif" }]);
  using _refusal = refusing(Infinity);
  await way.fire(TRIES_MAX - 1);
  assert.deepEqual(way.delivered(), []);
  await way.fire();
  assert.deepEqual(way.delivered(), SET);
  assert.ok(way.heard.events.some((event) => event.type === "merged" && !event.tagged));
  assert.match(way.heard.lines.join("\n"), /no tags in the TIFF: .*Input\/output error/);
});
