/** What others plant in the folders of claims: it is kept, named and not acted on; what is beside it goes on. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { imageBytes, setOf, Way } from "./way.ts";
import { CLAIMING_PREFIX } from "../../src/files/service_names.ts";
import { QUARANTINE_FOLDER } from "../../src/config/names/reserved_names.ts";
import { filesBelow } from "../folders.ts";
import { onLinux } from "../on_linux.ts";

const ID = "20260101T000000000-000001-deadbeef";
const SET = setOf("P");

/** A folder beside those of the way, with a file in it that must stay as it is. */
function victimOf(way: Way): string {
  const victim = `${way.settings.folders.output_root}-victim`;
  Deno.mkdirSync(join(victim, "below"), { recursive: true });
  Deno.writeFileSync(join(victim, "X.tif"), imageBytes(7));
  return victim;
}

/** A claim as a stranger would write it; `changes` go over a record that is right. */
function plant(way: Way, place: { folder: string; name?: string }, changes: Record<string, unknown> = {}): string {
  const claim = join(place.folder, place.name ?? ID);
  Deno.mkdirSync(claim);
  const image = imageBytes(9);
  Deno.writeFileSync(join(claim, "X.tif"), image);
  const record = {
    version: 1,
    id: ID,
    folder: "",
    image: "X.tif",
    members: [{ name: "X.tif", role: "image", size: image.length, modified_ms: 1 }],
    dark: false,
    remove: false,
    destination: { root: way.settings.folders.output_root, dir: "" },
    quarantine: null,
    notes: [],
    written_ms: 1,
    attempts: 0,
    merge: { tagged: true, imageSize: image.length, nexus: null, notes: [] },
    deliverAs: null,
    ...changes,
  };
  Deno.writeTextFileSync(join(claim, "claim.json"), JSON.stringify(record));
  return claim;
}

async function staysBesideAFrame(way: Way, claim: string, message: RegExp): Promise<void> {
  const victim = victimOf(way);
  const before = filesBelow(claim);
  way.put({ name: "P.tif" });
  await way.fire(3);
  assert.deepEqual(way.delivered(), SET);
  assert.deepEqual(filesBelow(claim), before);
  assert.deepEqual(filesBelow(victim), ["X.tif"]);
  const reported = [...way.heard.conditions.values(), ...way.heard.lines].filter((line) => line.includes(claim));
  assert.equal(reported.length, 1, "it is not named, or more than once");
  assert.match(reported[0]!, message);
}

// Fails without checkDestination() in belief.ts.
for (const kind of ["temp", "proc"] as const) {
  Deno.test(`a claim in ${kind} that names an output which nobody has set stays where it is`, async () => {
    using way = new Way();
    const root = victimOf(way);
    const claim = plant(way, { folder: way.settings.folders[kind] }, { destination: { root, dir: "below" } });
    await staysBesideAFrame(way, claim, /is not, and never was, in the settings/);
  });
}

// Fails without originOf() in claim.ts: files of the folder that the record names were taken.
Deno.test("a claim that was cut off takes nothing out of a folder that is no raw folder", async () => {
  using way = new Way();
  const raw = victimOf(way);
  const name = CLAIMING_PREFIX + ID;
  const claim = plant(way, { folder: way.settings.folders.temp, name }, { raw });
  Deno.removeSync(join(claim, "X.tif"));
  await staysBesideAFrame(way, claim, /is not, and never was, in the settings/);
});

Deno.test("an output and a raw folder of earlier settings are believed", async () => {
  using way = new Way();
  const earlier = `${way.settings.folders.output_root}-earlier`;
  Deno.mkdirSync(earlier);
  way.roots = { raw: [], output: [earlier] };
  plant(way, { folder: way.settings.folders.proc }, { destination: { root: earlier, dir: "day" } });
  await way.fire(2);
  assert.deepEqual(filesBelow(earlier), ["day/X.tif"]);
  assert.deepEqual(way.inProgress(), []);
});

// Fails without the look at other entries in checkClaim(): the merge then wrote into what the link leads to.
onLinux("a claim whose image is a link is not merged", async () => {
  using way = new Way();
  const victim = victimOf(way);
  const claim = plant(way, { folder: way.settings.folders.temp }, { merge: null });
  Deno.removeSync(join(claim, "X.tif"));
  Deno.symlinkSync(join(victim, "X.tif"), join(claim, "X.tif"));
  await staysBesideAFrame(way, claim, /X\.tif, which is not a regular file/);
  assert.deepEqual(Deno.readFileSync(join(victim, "X.tif")), imageBytes(7));
});

// Fails without isBelow() in series_masters.ts.
Deno.test("a mark of a series makes no master outside of the outputs", async () => {
  using way = new Way({ nexus: { series: true } });
  const victim = victimOf(way);
  const mark = { id: ID, root: victim, folder: victim, nexus: "X-00001.nxs" };
  Deno.writeTextFileSync(join(way.settings.folders.proc, `.series-${ID}.json`), JSON.stringify(mark));
  way.put({ name: "P-00001.tif" });
  await way.fire(2);
  Deno.copyFileSync(join(way.output, "P-00001.nxs"), join(victim, "X-00001.nxs"));
  await way.fire(3);
  assert.deepEqual(filesBelow(victim), ["X-00001.nxs", "X.tif"]);
  assert.match(way.heard.conditions.get("series") ?? "", /is not, and never was, in the settings/);
});

for (const link of ["exp1", "exp1/deep"]) {
  // Fails without isLink() in makeFoldersBelow().
  onLinux(`a link in the output with the name of a sub-folder (${link}) is not followed`, async () => {
    using way = new Way();
    const victim = victimOf(way);
    Deno.mkdirSync(join(way.output, link, ".."), { recursive: true });
    Deno.symlinkSync(victim, join(way.output, link));
    way.put({ name: "exp1/deep/X.tif" });
    way.put({ name: "P.tif" });
    await way.fire(2);
    assert.deepEqual(filesBelow(victim), ["X.tif"]);
    const reported = [...way.heard.conditions.values(), ...way.heard.lines].join("\n");
    assert.ok(reported.includes(`${join(way.output, link)}: it is a link`), reported);
    await way.fire(8);
    assert.deepEqual(filesBelow(victim), ["X.tif"]);
    assert.ok(way.delivered().includes("P.nxs"));
  });
}

onLinux("a quarantine that is a link is neither written to nor retried", async () => {
  using way = new Way();
  const victim = victimOf(way);
  Deno.symlinkSync(victim, join(way.output, QUARANTINE_FOLDER));
  way.put({ name: "bad.tif", image: new Uint8Array(10), sidecar: null });
  way.put({ name: "P.tif" });
  way.retryQuarantine();
  await way.fire(3);
  assert.deepEqual(filesBelow(victim), ["X.tif"]);
  const reported = [...way.heard.conditions.values(), ...way.heard.lines].join("\n");
  assert.match(reported, /pewatch-quarantine: it is a link/);
});
