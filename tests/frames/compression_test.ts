/** Compressed images along the way of a frame: ledger, series, verification, and frames that come faster than that. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Settings } from "../../src/config/settings.ts";
import { runCopyJob } from "../../src/frames/deliver/copy_job.ts";
import { DeliveryPool } from "../../src/frames/deliver/delivery_pool.ts";
import { CODECS } from "../../src/nexus/chunks/codecs.ts";
import { sha256OfFile } from "../../src/files/copy/digest.ts";
import { imageBytes as imageOf } from "../nexus/frame.ts";
import { sha256 } from "../folders.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { replaced } from "../replaced.ts";
import { TempFolder } from "../temp_folder.ts";
import { imageBytes, libraries, pixelsOf, Way, wayOf } from "./way.ts";
import { deliver, factsWith, settingsWith } from "../nexus/frame.ts";

const GZIP: Settings["nexus"] = { image: "embed", compression: "gzip", profile: "base", series: false, map: [] };

function shownPixels(way: Way, stem: string): string {
  return sha256(imageOf(libraries.hdf5, join(way.output, `${stem}.nxs`)));
}

Deno.test("a compressed frame is delivered as any other, with its size and checksum in the ledger", async () => {
  using way = new Way({ nexus: GZIP, frames: { settle_s: 0, sidecar_wait_s: 0, checksum: "all" } });
  for (const number of [1, 2, 3]) way.put({ name: `P-0000${number}.tif`, seed: number });
  await way.fire(2);
  assert.deepEqual(way.inProgress(), []);
  assert.deepEqual(way.judgeLedger().problems, []);
  const lines = way.lines().flatMap((line) => line.type === "delivered" ? [line] : []);
  assert.equal(lines.length, 3);
  for (const line of lines) {
    const stem = line.frame.replace(/\.tif$/, "");
    assert.equal(shownPixels(way, stem), pixelsOf(join(way.output, `${stem}.tif`)));
    const file = line.files.find(({ role }) => role === "nexus")!;
    const path = join(way.output, file.name);
    assert.equal(file.size, Deno.statSync(path).size);
    assert.equal(file.sha256, sha256OfFile(path));
  }
  // The second and third are made from a template.
  assert.equal(way.heard.lines.filter((line) => line.startsWith("warn")).length, 0);
});

Deno.test("a frame whose compressed pixels are others stays where it is, and goes once they are right", async () => {
  using way = wayOf([{ name: "P-00001.tif" }], { nexus: GZIP });
  {
    using _codec = replaced(CODECS.gzip, "encode", (encode) => (chunk, elementBytes) => {
      return encode(chunk.map((byte) => byte ^ 1), elementBytes);
    });
    await way.fire(2);
    assert.deepEqual(
      way.delivered({ hidden: true }).filter((name) => name.startsWith("P") || name.includes(".part")),
      [],
    );
    assert.match([...way.heard.conditions.values()].join("\n"), /decompresses to different pixels/);
  }
  await way.fire(2);
  assert.equal(shownPixels(way, "P-00001"), pixelsOf(join(way.output, "P-00001.tif")));
  assert.deepEqual(way.inProgress(), []);
});

// Fails without #reportWaiting() in Finalize: while one firing delivered them all, the state said that none waited.
Deno.test("frames that come faster than they are compressed are shown as waiting, and all are delivered", async () => {
  using way = new Way({ nexus: GZIP });
  using _codec = replaced(CODECS.gzip, "encode", (encode) => (chunk, elementBytes) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1100);
    return encode(chunk, elementBytes);
  });
  for (const number of [1, 2, 3]) way.put({ name: `P-0000${number}.tif`, seed: number });
  await way.fire();
  assert.ok(way.waitingInProc.some((count) => count > 0), way.waitingInProc.join());
  assert.equal(way.waitingInProc.at(-1), 0);
  assert.equal(way.delivered().filter((name) => name.endsWith(".nxs")).length, 3);
});

Deno.test("compressed frames stand in the master of their series", async () => {
  using way = new Way({ nexus: { ...GZIP, series: true } });
  for (const number of [1, 2, 4]) way.put({ name: `P-0000${number}.tif`, seed: number });
  await way.fire(4);
  const stack = new Float32Array(imageOf(libraries.hdf5, join(way.output, "P_master.h5")).buffer);
  assert.equal(stack.length, 4 * 32 * 16);
  for (const [slot, number] of [[0, 1], [1, 2], [3, 4]] as const) {
    const image = stack.slice(slot * 512, (slot + 1) * 512);
    assert.equal(sha256(new Uint8Array(image.buffer)), pixelsOf(join(way.output, `P-0000${number}.tif`)));
  }
  assert.ok(stack.subarray(2 * 512, 3 * 512).every(Number.isNaN), "the absent frame");
});

/** A job as a delivery gives it, of a frame of noise. */
function jobIn(folder: TempFolder, name: string) {
  const place = folder.join(name);
  Deno.mkdirSync(place);
  const pixels = crypto.getRandomValues(new Uint8Array(256 * 64 * 4));
  const tiff = makeTiff({ width: 256, height: 64, bits: 32, format: 1, pixels });
  const facts = factsWith({ settings: settingsWith({ nexus: { compression: "gzip" } }) });
  const { report } = deliver(libraries.hdf5, place, { tiff, facts });
  const [head, image, path] = ["frame.nxs.head", "P-00001.tif", "copy.nxs"].map((one) => join(place, one));
  const { size } = Deno.statSync(head!);
  const target = { path: path!, spans: [{ source: head!, offset: 0, length: size }], checksumSlot: null, grows: true };
  const packed = [{ path: path!, image: image!, head: head!, chunks: report.chunks! }];
  return { job: { targets: [target], packed, options: { verify: "compare", fsync: false } as const }, pixels };
}

Deno.test("the pool compresses in its workers from the first frame on, however many come at once", async () => {
  using folder = new TempFolder();
  using pool = new DeliveryPool();
  const jobs = Array.from({ length: 7 }, (_, index) => jobIn(folder, String(index)));
  let here = 0;
  using _codec = replaced(CODECS.gzip, "encode", (encode) => (chunk, elementBytes) => {
    here++;
    return encode(chunk, elementBytes);
  });
  await Promise.all(jobs.map(({ job }) => pool.copy(job, { workers: 2 })));
  assert.equal(here, 0, "chunks were compressed in the caller's thread");
  assert.equal(pool.workers, 2);
  for (const { job, pixels } of jobs) assert.deepEqual(imageOf(libraries.hdf5, job.targets[0]!.path), pixels);
});

Deno.test("a copy that is made again begins anew", () => {
  using folder = new TempFolder();
  const { job, pixels } = jobIn(folder, "again");
  Deno.writeFileSync(job.targets[0]!.path, new Uint8Array(1_000_000).fill(7));
  for (let run = 0; run < 2; run++) {
    runCopyJob(job);
    assert.deepEqual(imageOf(libraries.hdf5, job.targets[0]!.path), pixels);
  }
});

const PYTHON = Deno.env.get("PEWATCH_PYTHON");
const SCRIPT = fileURLToPath(new URL("../nexus/chunks.py", import.meta.url));

Deno.test({
  name: "frames of bitshuffle-lz4 stand in the master of their series, which is made without their pixels",
  ignore: PYTHON === undefined,
  async fn() {
    using way = new Way({ nexus: { ...GZIP, compression: "bitshuffle-lz4", series: true } });
    for (const number of [1, 2]) way.put({ name: `P-0000${number}.tif`, seed: number });
    await way.fire(4);
    assert.deepEqual(way.inProgress(), []);
    assert.deepEqual(way.judgeLedger().problems, []);
    const master = join(way.output, "P_master.h5");
    const { stdout, stderr } = new Deno.Command(PYTHON!, { args: [SCRIPT, "--pixels", master] }).outputSync();
    const both = createHash("sha256");
    for (const number of [1, 2]) both.update(imageBytes(number).subarray(8, 8 + 32 * 16 * 4));
    const read = JSON.parse(new TextDecoder().decode(stdout) || `"${new TextDecoder().decode(stderr)}"`);
    assert.deepEqual(read, { [master]: ["<f4", both.digest("hex")] });
  },
});
