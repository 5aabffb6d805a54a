/** Delivered files have the times of their originals, and whoever has other names for a frame keeps what he had. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readFrameTags } from "../../src/tiff/tags/read_tags.ts";
import { inMemory } from "../temp_folder.ts";
import { firedWayOf, sidecarText, Way, wayOf } from "./way.ts";
import { filesBelow } from "../folders.ts";
import { replaced } from "../replaced.ts";

const WRITTEN = new Date("2023-11-14T22:13:20.250Z");

function stamp(way: Way): void {
  for (const name of filesBelow(way.raw)) Deno.utimeSync(join(way.raw, name), WRITTEN, WRITTEN);
}

// Fails without FileTimes.keep (delivery.ts).
Deno.test("image, sidecar and companions have their times from the moment on when they have their names", async () => {
  using way = new Way({ dark: { policy: "archive" } }, inMemory());
  way.put({ name: "P.tif" });
  way.put({ name: "E.tif", sidecar: null });
  way.put({ name: "D.tif", sidecar: sidecarText({ dark: true }) });
  way.put({ name: "bad.tif", image: new Uint8Array(9) });
  Deno.writeTextFileSync(join(way.raw, "P.tif.overflow"), "12 pixels");
  stamp(way);
  const named: string[] = [];
  using _times = replaced(Deno, "utimeSync", (utimeSync) => (path, ...times) => {
    named.push(String(path));
    utimeSync(path, ...times);
  });
  await way.fire(2);
  assert.deepEqual(named.filter((path) => !path.endsWith(".part")), []);
  const made = /\.nxs$|reason\.txt$|pewatch\.json$/;
  const files = way.delivered().filter((name) => !made.test(name));
  assert.equal(files.length, 8, files.join());
  for (const name of files) {
    assert.equal(Deno.statSync(join(way.output, name)).mtime?.getTime(), WRITTEN.getTime(), name);
  }
  const now = way.delivered().filter((name) => name.endsWith(".nxs"));
  for (const name of now) assert.ok(Deno.statSync(join(way.output, name)).mtime! > WRITTEN, name);
});

Deno.test("a volume that keeps no times holds up no frame, and says so once", async () => {
  using way = new Way();
  for (const seed of [1, 2]) way.put({ name: `P-0000${seed}.tif`, seed });
  using _refused = replaced(Deno, "utimeSync", () => () => {
    throw Object.assign(new Error("Operation not permitted (os error 1)"), { code: "EPERM" });
  });
  await way.fire();
  assert.equal(way.delivered().length, 6);
  const lines = way.heard.lines.filter((line) => line.includes("refuses to set times"));
  assert.equal(lines.length, 1, way.heard.lines.join("\n"));
});

// Fails without haveOwnContent (merge_frame.ts).
Deno.test("a frame that has other names elsewhere is tagged in a copy: the others keep their content and rights", async () => {
  using way = wayOf([{ name: "P.tif" }]);
  const others = ["P.tif", "P.tif.metadata"].map((name) => {
    const other = join(way.settings.daemon.state_dir, `other-${name}`);
    Deno.chmodSync(join(way.raw, name), 0o444);
    Deno.linkSync(join(way.raw, name), other);
    return { other, content: Deno.readFileSync(other) };
  });
  await way.fire();
  assert.ok(readFrameTags(join(way.output, "P.tif")).length > 0);
  for (const { other, content } of others) {
    assert.deepEqual(Deno.readFileSync(other), content);
    if (Deno.build.os !== "windows") assert.equal(Deno.statSync(other).mode! & 0o777, 0o444);
  }
  assert.deepEqual(way.inProgress(), []);
});

// Fails without the comparison in mergeTagsInto (merge_tags.ts).
Deno.test("a delivered TIFF that comes again with a corrected sidecar is delivered with the tags of that one", async () => {
  using way = await firedWayOf([{ name: "P.tif", sidecar: sidecarText({ more: "userComment2=old" }) }]);
  way.put({ name: "Q.tif", image: way.read("P.tif"), sidecar: sidecarText({ more: "userComment2=new" }) });
  way.put({ name: "R.tif", image: way.read("P.tif"), sidecar: null });
  way.put({ name: "S.tif", image: way.read("P.tif"), sidecar: sidecarText({ more: "userComment2=old" }) });
  await way.fire();
  const comment = (name: string) =>
    readFrameTags(join(way.output, name)).find(({ name }) => name === "userComment2")?.value;
  assert.deepEqual(["Q.tif", "R.tif", "S.tif"].map(comment), ["new", "old", "old"]);
  const said = way.heard.lines.filter((line) => line.includes("tags of another sidecar"));
  assert.deepEqual(said, ["warn Q.tif: the TIFF had the tags of another sidecar, which are replaced"]);
  assert.deepEqual(way.read("S.tif"), way.read("P.tif"));
});
