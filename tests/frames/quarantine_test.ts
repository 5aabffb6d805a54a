/** The quarantine takes a frame whatever is wrong with it, says the truth, and forgets nothing that cannot be had again. */
import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { Retries, retryClock, TRIES_MAX } from "../../src/frames/retries.ts";
import { isReservedName, nameForOthers, QUARANTINE_FOLDER } from "../../src/config/names/reserved_names.ts";
import { SERVICE_NAMES } from "../../src/files/service_names.ts";
import type { ParameterReading } from "../../src/parameters/parameter.ts";
import { valueAt } from "../nexus/frame.ts";
import { claimIn, imageBytes, libraries, pixelsOf, setOf, sidecarText, Way, wayOf } from "./way.ts";
import { filesBelow } from "../folders.ts";
import { replaced } from "../replaced.ts";
import { onLinux } from "../on_linux.ts";

const LINUX = Deno.build.os === "linux";

function textsIn(way: Way): string[] {
  const names = way.delivered().filter((name) => name.endsWith(".reason.txt"));
  return names.map((name) => way.text(name));
}

/** Pixels and sidecars of all frames that are visible in the output, by whatever names. */
function contentsOf(way: Way): Set<string> {
  return new Set(
    way.delivered().map((name) => {
      const path = join(way.settings.folders.output_root, ...name.split("/"));
      if (!Deno.lstatSync(path).isFile) return "";
      if (/\.tiff?$/.test(name)) {
        try {
          return pixelsOf(path);
        } catch {
          // no image
        }
      }
      return Deno.readTextFileSync(path);
    }),
  );
}

/** What one way of names of files is made of: all that Linux takes. */
const characters = fc.constantFrom(...'aZ0 .-_é様😀:*?"|<~');
const stems = fc.array(characters, { minLength: 1, maxLength: 60 }).map((list) => `x${list.join("")}`);
const long = fc.nat({ max: 242 }).map((length) => "z".repeat(Math.max(1, length)));

onLinux(
  "a frame of any name goes to quarantine whole, under names that every volume takes, and comes back",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(stems, long).filter((stem) => new TextEncoder().encode(`${stem}.tif.metadata`).length <= 255),
        fc.constantFrom("", "s", "a:b", "pewatch-quarantine", "s/con"),
        fc.boolean(),
        async (stem, folder, taken) => {
          using way = new Way({ frames: { fsync: false } });
          const name = folder === "" ? `${stem}.tif` : `${folder}/${stem}.tif`;
          if (taken) {
            way.put({ name, image: new Uint8Array(7) });
            await way.fire(2);
          }
          way.put({ name, image: new Uint8Array(9) });
          await way.fire(3);
          assert.deepEqual(way.inProgress(), [], way.heard.lines.join("\n"));
          const kept = way.delivered();
          assert.ok(kept.every((one) => one.startsWith(`${QUARANTINE_FOLDER}/`)), kept.join("\n"));
          assert.ok(kept.every((one) => one.split("/").every((part) => new TextEncoder().encode(part).length <= 255)));
          assert.equal(kept.filter((one) => one.endsWith(".reason.txt")).length, taken ? 2 : 1);
          const image = kept.find((one) => /\.tif$/.test(one) && way.read(one).length === 9)!;
          Deno.writeFileSync(join(way.settings.folders.output_root, ...image.split("/")), imageBytes(3));
          way.retryQuarantine();
          await way.fire(3);
          const back = way.delivered().filter((one) => !one.startsWith(`${QUARANTINE_FOLDER}/`));
          assert.equal(back.filter((one) => /\.tif$/.test(one)).length, 1, way.heard.lines.join("\n"));
          assert.deepEqual(way.inProgress(), []);
        },
      ),
      { numRuns: 60 },
    );
  },
);

/** What may stand in the way of a frame in the output: each is mended by a person only. */
const OBSTACLES: Readonly<Record<string, (way: Way) => void>> = {
  "a file in the place of its sub-folder": (way) => Deno.writeTextFileSync(join(way.output, "s"), "x"),
  "a link in the place of its sub-folder": (way) => {
    Deno.symlinkSync(way.settings.daemon.state_dir, join(way.output, "s"));
  },
  "a file in the place of its sub-folder in quarantine too": (way) => {
    Deno.writeTextFileSync(join(way.output, "s"), "x");
    Deno.mkdirSync(join(way.output, QUARANTINE_FOLDER));
    Deno.writeTextFileSync(join(way.output, QUARANTINE_FOLDER, "s"), "x");
  },
  "folders in the place of its names in quarantine": (way) => {
    Deno.writeTextFileSync(join(way.output, "s"), "x");
    for (const name of ["P.tif", "P.nxs", "P.tif.reason.txt"]) {
      Deno.mkdirSync(join(way.output, QUARANTINE_FOLDER, "s", name), { recursive: true });
    }
  },
};

/** What may become of a frame between its merge and its delivery. */
const HARMS: Readonly<Record<string, (claim: string) => void>> = {
  "its image is cut off": (claim) => Deno.truncateSync(join(claim, "P.tif"), 700),
  "its image is empty": (claim) => Deno.truncateSync(join(claim, "P.tif"), 0),
  "its image is gone": (claim) => Deno.removeSync(join(claim, "P.tif")),
  "its image is longer": (claim) => Deno.writeFileSync(join(claim, "P.tif"), new Uint8Array(9), { append: true }),
};

for (const [obstacle, make] of Object.entries(OBSTACLES)) {
  onLinux(`a frame that cannot be delivered (${obstacle}) goes to quarantine, which says so`, async () => {
    using way = new Way();
    make(way);
    way.put({ name: "s/P.tif" });
    way.put({ name: "Q.tif" });
    const pixels = pixelsOf(join(way.raw, "s", "P.tif"));
    await way.fire(4);
    assert.deepEqual(way.inProgress(), [], way.heard.lines.join("\n"));
    assert.ok(contentsOf(way).has(pixels));
    assert.ok(contentsOf(way).has(sidecarText()));
    const [text] = textsIn(way);
    assert.match(text!, /^s\/P\.tif could not be delivered: /);
    assert.ok(way.delivered().includes("Q.nxs"));
    assert.deepEqual([...way.heard.conditions], []);
    const events = way.heard.events.filter((event) => event.type === "quarantined");
    assert.deepEqual(events.map((event) => event.cause), ["undeliverable"]);
  });
}

for (const [harm, make] of Object.entries(HARMS)) {
  // Fails without checkSources (deliver.ts) and nexusOf (quarantine.ts).
  Deno.test(`a frame that is harmed after its merge (${harm}) goes to quarantine in the pieces that are left`, async () => {
    using way = new Way();
    way.parameters = { at: () => Promise.resolve([READING]) };
    way.put({ name: "P.tif" });
    await way.fireBeforeDelivery();
    make(claimIn(way.settings.folders.proc));
    way.put({ name: "Q.tif" });
    await way.fire(4);
    assert.deepEqual(way.inProgress(), [], way.heard.lines.join("\n"));
    assert.ok(way.delivered().includes("Q.nxs"));
    assert.ok(contentsOf(way).has(sidecarText()));
    assert.match(textsIn(way)[0]!, /^P\.tif could not be delivered: its image /);
    const kept = way.delivered().find((name) => name.endsWith(".pewatch.json"))!;
    assert.match(way.text(kept), /"cryostat"/);
  });
}

// Fails without NexusLostError (deliver.ts).
Deno.test("a NeXus file that is lost in a claim is made again", async () => {
  using way = wayOf([{ name: "P.tif" }]);
  await way.fireBeforeDelivery();
  Deno.removeSync(join(claimIn(way.settings.folders.proc), "frame.nxs.head"));
  await way.fire(2);
  way.assertDone(setOf("P"));
});

const TIME = new Date("2024-05-04T10:00:00Z");
const READING: ParameterReading = {
  name: "cryostat",
  value: 81.5,
  unit: "K",
  time: TIME,
  path: "/entry/sample/temperature",
};

// Fails without newestOf in claimReady (prepare_raw.ts).
Deno.test("a frame that is retried has the parameters that it was measured with, though nobody knows them", async () => {
  for (const isReadable of [true, false]) {
    using way = new Way();
    way.parameters = { at: () => Promise.resolve([READING]) };
    if (isReadable) Deno.writeTextFileSync(join(way.output, "s"), "x");
    way.put({ name: "s/A.tif", ...isReadable ? {} : { image: new Uint8Array(9) } });
    await way.fire(4);
    const kept = join(way.output, QUARANTINE_FOLDER, "s");
    assert.ok(filesBelow(kept).includes("A.tif"), way.delivered().join("\n"));
    if (isReadable) Deno.removeSync(join(way.output, "s"));
    else Deno.writeFileSync(join(kept, "A.tif"), imageBytes(1));
    way.restart();
    way.parameters = { at: () => Promise.resolve([{ ...READING, value: 4, time: new Date(0) }]) };
    way.retryQuarantine();
    await way.fire(3);
    const path = join(way.output, "s", "A.nxs");
    assert.equal(valueAt(libraries.hdf5, path, "entry/sample/temperature"), 81.5);
    assert.deepEqual(filesBelow(kept), []);
  }
});

// Fails without parametersBeside (destination.ts): what nothing else holds was then removed with the claim.
Deno.test("a frame that goes without a NeXus file has its parameters beside it", async () => {
  using way = new Way();
  way.parameters = { at: () => Promise.resolve([READING]) };
  way.put({ name: "P.tif" });
  await way.firePrepare();
  const path = join(claimIn(way.settings.folders.temp), "claim.json");
  Deno.writeTextFileSync(path, JSON.stringify({ ...JSON.parse(Deno.readTextFileSync(path)), attempts: 99 }));
  await way.fire(2);
  way.assertDone(["P.tif", "P.tif.metadata", "P.tif.parameters"]);
  assert.match(way.text("P.tif.parameters"), /"name":"cryostat".*81\.5/);
});

Deno.test("what a person puts into the quarantine is never removed as if pewatch had made it", async () => {
  using way = new Way();
  const folder = join(way.output, QUARANTINE_FOLDER);
  Deno.mkdirSync(folder);
  Deno.writeFileSync(join(folder, "P.tif"), imageBytes(1));
  Deno.writeTextFileSync(join(folder, "P.nxs"), "of an older version, with parameters");
  Deno.writeTextFileSync(join(folder, "other.txt"), "a note");
  const outside = join(way.settings.daemon.state_dir, "outside");
  Deno.writeTextFileSync(outside, "x");
  Deno.writeFileSync(join(folder, "Q.tif"), imageBytes(2));
  const planted = {
    version: 1,
    folder: "../..",
    image: "Q.tif",
    written_ms: 0,
    exposed_ms: null,
    files: [{ name: "Q.tif", original: "../../Q.tif" }],
    made: ["../../state/outside", "other.txt"],
    parameters: [],
  };
  Deno.writeTextFileSync(join(folder, "Q.tif.pewatch.json"), JSON.stringify(planted));
  way.retryQuarantine();
  await way.fire(3);
  assert.ok(way.delivered().includes("P.nxs"));
  const kept = way.delivered().filter((name) => name.startsWith(QUARANTINE_FOLDER));
  assert.deepEqual(kept.map((name) => name.split("/")[1]), ["P.nxs", "Q.tif", "Q.tif.pewatch.json", "other.txt"]);
  assert.equal(Deno.readTextFileSync(outside), "x");
  assert.match(way.heard.lines.join("\n"), /Q\.tif: stays in quarantine: /);
});

Deno.test("tries are spread over minutes, the first comes at once", () => {
  let time_ms = 0;
  using _clock = replaced(retryClock, "now_ms", () => () => time_ms);
  const retries = new Retries();
  assert.ok(retries.isDue("a"));
  retries.fail("a");
  assert.ok(retries.isDue("a"));
  let tries = 1;
  for (; tries < TRIES_MAX; time_ms += 100) {
    if (!retries.isDue("a")) continue;
    retries.fail("a");
    tries++;
  }
  assert.ok(time_ms > 60_000, `${time_ms}`);
  retries.forget("a");
  assert.equal(retries.count("a"), 0);
});

/** Parts of such names cannot be made. */
function refusingParts(names: RegExp, { code, text }: { readonly code: string; readonly text: string }): Disposable {
  return replaced(Deno, "openSync", (openSync) => (path, options) => {
    if (names.test(String(path))) throw Object.assign(new Error(text), { code });
    return openSync(path, options);
  });
}

// Fails without Retries in finalize.ts: five ticks then were five tries.
Deno.test("an output that refuses a frame for a while costs it nothing", async () => {
  using way = new Way();
  let time_ms = retryClock.now_ms();
  using _clock = replaced(retryClock, "now_ms", () => () => time_ms);
  {
    using _refused = refusingParts(/\.pewatch-\d.*\.part$/, { code: "EIO", text: "Input/output error (os error 5)" });
    way.put({ name: "P.tif" });
    for (let tick = 0; tick < 60; tick++, time_ms += 333) await way.fire();
    assert.deepEqual(way.delivered(), []);
    assert.match(
      [...way.heard.conditions.values()].join(),
      /P\.tif could not be delivered: .*it waits in .* is retried/,
    );
  }
  time_ms += 600_000;
  await way.fire();
  assert.deepEqual(way.delivered(), setOf("P"));
  assert.deepEqual([...way.heard.conditions], []);
});

// Fails without syncFile() in writeVerified (target_writers.ts): the frame then waited for ever.
Deno.test("a volume that cannot flush files takes what goes to quarantine", async () => {
  using way = new Way();
  using _flushes = replaced(Deno.FsFile.prototype, "syncSync", () => () => {
    throw Object.assign(new Error("Invalid argument (os error 22)"), { code: "EINVAL" });
  });
  way.put({ name: "bad.tif", image: new Uint8Array(9), sidecar: null });
  await way.fire(2);
  assert.ok(way.delivered().includes(`${QUARANTINE_FOLDER}/bad.tif.reason.txt`), way.heard.lines.join("\n"));
  assert.deepEqual(way.inProgress(), []);
});

// Fails without the catch in markSeries (deliver.ts): a full proc then kept every claim, and so stayed full.
Deno.test("a mark of a series that cannot be written keeps no delivered frame in proc", async () => {
  using way = new Way({ nexus: { series: true } });
  {
    using _full = refusingParts(/\.series-.*\.part$/, {
      code: "ENOSPC",
      text: "No space left on device (os error 28)",
    });
    way.put({ name: "P-00001.tif" });
    await way.fire(2);
  }
  assert.ok(way.delivered().includes("P-00001.nxs"));
  assert.deepEqual(way.inProgress(), []);
  assert.deepEqual([...way.heard.conditions], []);
  assert.match(
    way.heard.lines.join("\n"),
    /P-00001\.tif: the master of its series will include it only with the next frame/,
  );
  way.put({ name: "P-00002.tif", seed: 2 });
  await way.fire(3);
  assert.ok(way.delivered().includes("P_master.h5"));
});

/** Spellings under which some system finds the quarantine or a folder of pewatch's own. */
const RESERVED = [
  "pewatch-quarantine",
  "PEWATCH-Quarantine",
  "pewatch-quarantine.",
  "pewatch-quarantine  ",
  "PEWATC~1",
];

// Fails without nameForOthers in destinationFolder (destination.ts).
Deno.test("no frame of a sub-folder is delivered into the quarantine, however that is spelt", async () => {
  for (const name of [...RESERVED, ".pewatch-copies"]) {
    assert.ok(isReservedName(name), name);
    assert.ok(!isReservedName(nameForOthers(name)), name);
  }
  const ours = SERVICE_NAMES.filter(({ folders }) => folders.includes("output")).map(({ name }) => name);
  assert.deepEqual(ours.filter((name) => !isReservedName(name)), []);
  if (!LINUX) return;
  for (const name of RESERVED) {
    using way = wayOf([{ name: `${name}/A.tif` }, { name: `b/${name}/A.tif`, seed: 2 }]);
    await way.fire(2);
    const images = way.delivered().filter((path) => path.endsWith(".tif"));
    assert.deepEqual(images, [`_${name}/A.tif`, `b/_${name}/A.tif`]);
    const before = way.delivered();
    way.retryQuarantine();
    await way.fire(2);
    assert.deepEqual(way.delivered(), before);
  }
  for (const name of ["quarantine", "pewatch", "pewatch-quarantined", ".pewatch", "pewatch-data"]) {
    assert.equal(nameForOthers(name), name);
  }
});

Deno.test("a claim's own files are known by their whole names", async () => {
  using way = new Way();
  for (const name of ["claim.json.tif", "done.json.tif", "frame.nxs.head.tif", "claim.json.parameters.tif"]) {
    way.put({ name });
  }
  await way.fire(3);
  assert.equal(way.delivered().filter((name) => name.endsWith(".tif")).length, 4, way.heard.lines.join("\n"));
  assert.deepEqual(way.inProgress(), []);
});
