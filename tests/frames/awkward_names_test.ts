/** Frames whose names Windows cannot have, as shares and disks written by Linux show them: never lost. */
import assert from "node:assert/strict";
import { join, toNamespacedPath } from "node:path";
import { nameInOutput, withNamesToKeep } from "../../src/frames/claim/awkward_names.ts";
import { rawFolder } from "../../src/files/listing.ts";
import type { Member } from "../../src/frames/claim/record.ts";
import { imageBytes, setOf, sidecarText, Way, wayOf } from "./way.ts";
import { filesBelow } from "../folders.ts";
import { replaced } from "../replaced.ts";

const MEMBERS: Member[] = [
  { name: "aux.tif.metadata", role: "sidecar", size: 1, modified_ms: 0 },
  { name: "aux.tif", role: "image", size: 1, modified_ms: 0 },
];

Deno.test("on Windows the files of such a frame get other names in the claim, and it is said", () => {
  const kept = withNamesToKeep("aux.tif", MEMBERS, "windows");
  assert.equal(kept.image, "_aux.tif");
  assert.deepEqual(kept.members.map(({ name, from }) => [name, from]), [
    ["_aux.tif.metadata", "aux.tif.metadata"],
    ["_aux.tif", "aux.tif"],
  ]);
  assert.match(kept.notes.join(), /aux\.tif/);
  assert.deepEqual(withNamesToKeep("aux.tif", MEMBERS, "linux").members, MEMBERS);
});

Deno.test("folders too; and in quarantine names are such as Windows can have everywhere", () => {
  assert.equal(nameInOutput("a/con/b.", { quarantine: null }, "windows"), "a/_con/b_");
  assert.equal(nameInOutput("a/con/b.", { quarantine: null }, "linux"), "a/con/b.");
  assert.equal(nameInOutput("a:b.tif", { quarantine: "refused" }, "linux"), "a_b.tif");
});

Deno.test("rawFolder() has a path's prefix on Windows only", () => {
  assert.equal(rawFolder("/data/raw", "a/b"), join(toNamespacedPath("/data/raw"), "a", "b"));
  if (Deno.build.os === "windows") assert.equal(rawFolder("R:\\raw", "con"), "\\\\?\\R:\\raw\\con");
});

Deno.test("frames of such names go the whole way, their folder too", async () => {
  using way = new Way();
  const raw = rawFolder(way.raw, "con");
  Deno.mkdirSync(raw);
  const names = ["aux.tif", "P.tif", "nul.dark-1.tif"];
  names.forEach((name, index) => {
    Deno.writeFileSync(join(raw, name), imageBytes(index));
    Deno.writeTextFileSync(join(raw, `${name}.metadata`), sidecarText({ seed: index }));
  });
  await way.fire(2);
  const [folder, mark] = Deno.build.os === "windows" ? ["_con", "_"] : ["con", ""];
  const stems = ["P", `${mark}aux`, `${mark}nul.dark-1`].map((stem) => `${folder}/${stem}`);
  way.assertDone(setOf(...stems).sort(), way.heard.lines.join("\n"));
});

Deno.test("a claim of such a frame that was cut off goes on, or back under its own names", async () => {
  using way = new Way();
  const raw = rawFolder(way.raw, "con");
  Deno.mkdirSync(raw);
  Deno.writeFileSync(join(raw, "aux.tif"), imageBytes(1));
  Deno.writeTextFileSync(join(raw, "aux.tif.metadata"), sidecarText());
  {
    // The sidecar is in the claim, and nothing more can be renamed: the program is killed here.
    let killed = false;
    using _renames = replaced(Deno, "renameSync", (renameSync) => (from, to) => {
      killed ||= String(from).endsWith("aux.tif");
      if (killed) throw new Error("killed");
      renameSync(from, to);
    });
    await way.firePrepare();
  }
  way.restart();
  await way.fire(2);
  assert.equal(way.delivered().length, 3, way.heard.lines.join("\n"));
  assert.deepEqual(filesBelow(way.raw), []);
});

// Fails without nameInOutput() in destination.ts: the frame then waited for ever.
Deno.test("a frame whose name the output refuses is kept in quarantine under one that it takes", async () => {
  using way = wayOf([{ name: "P.tif" }, { name: Deno.build.os === "windows" ? "Q.tif" : "x:y/a:b.tif" }]);
  if (Deno.build.os === "windows") return;
  {
    using _folders = replaced(Deno, "mkdirSync", (mkdirSync) => (path, options) => {
      const [below] = String(path).split(way.settings.folders.output_root).slice(1);
      // As vfat and exfat do.
      if (below?.includes(":")) {
        throw Object.assign(new TypeError("Invalid argument (os error 22)"), { code: "EINVAL" });
      }
      mkdirSync(path, options);
    });
    await way.fire(7);
  }
  const quarantined = way.delivered().filter((name) => name.startsWith("pewatch-quarantine/"));
  assert.ok(quarantined.includes("pewatch-quarantine/x_y/a_b.tif"), way.delivered().join("\n"));
  assert.ok(quarantined.includes("pewatch-quarantine/x_y/a_b.tif.reason.txt"));
  assert.deepEqual(way.inProgress(), []);
});
