/** Copies of deliveries: shared among workers, one behind the other where all are busy, made by the caller where none listens. */
import assert from "node:assert/strict";
import { runCopyJob } from "../../src/frames/deliver/copy_job.ts";
import { DeliveryPool } from "../../src/frames/deliver/delivery_pool.ts";
import { failDigest, newSharedDigest, putDigest } from "../../src/frames/deliver/shared_digest.ts";
import { pause } from "../faults/detector.ts";
import { sha256 } from "../folders.ts";
import { TempFolder } from "../temp_folder.ts";

const OPTIONS = { verify: "compare", fsync: false } as const;

/** Copies until the workers listen: they take their time to start, and copies are made without them meanwhile. */
async function untilIdle(pool: DeliveryPool, workers: number, copy: () => Promise<void>): Promise<void> {
  const end_ms = performance.now() + 30_000;
  while (pool.idle < workers) {
    await copy();
    await pause(1); // a worker's message comes between two turns of the event loop
    assert(performance.now() < end_ms, `${pool.idle} of ${workers} workers listen`);
  }
}

function jobFor(folder: TempFolder, name: string) {
  const source = folder.join(`${name}.source`);
  const bytes = new TextEncoder().encode(name.repeat(50_000));
  Deno.writeFileSync(source, bytes);
  const spans = [{ source, offset: 0, length: bytes.length }];
  return { job: { targets: [{ path: folder.join(name), spans, checksumSlot: null }], options: OPTIONS }, bytes };
}

Deno.test("more copies at once than workers are all made, by no more workers", async () => {
  using folder = new TempFolder();
  using pool = new DeliveryPool();
  for (let round = 0; round < 3; round++) {
    const jobs = Array.from({ length: 12 }, (_, index) => jobFor(folder, `${round}-${index}`));
    await Promise.all(jobs.map(({ job }) => pool.copy(job, { workers: 2 })));
    for (const { job, bytes } of jobs) assert.deepEqual(Deno.readFileSync(job.targets[0]!.path), bytes);
    assert(pool.workers <= 2, `${pool.workers} workers`);
  }
});

Deno.test("a copy that fails says why, and its worker makes the next one", async () => {
  using folder = new TempFolder();
  using pool = new DeliveryPool();
  const { job, bytes } = jobFor(folder, "right");
  const wrong = { ...job, targets: [{ ...job.targets[0]!, path: folder.join("no/folder") }] };
  // In this thread while the workers start, then in them.
  await untilIdle(pool, 2, async () => {
    const copies = await Promise.allSettled([wrong, wrong, wrong].map((one) => pool.copy(one, { workers: 2 })));
    for (const copy of copies) assert.equal(copy.status === "rejected" && copy.reason.code, "ENOENT");
  });
  await pool.copy(job, { workers: 2 });
  assert.deepEqual(Deno.readFileSync(job.targets[0]!.path), bytes);
});

Deno.test("a large image is hashed by a worker that has nothing to do", async () => {
  using folder = new TempFolder();
  using pool = new DeliveryPool();
  const { job, bytes } = jobFor(folder, "an image of more than a megabyte");
  assert(bytes.length > 1 << 20);
  const hashed = { ...job, targets: job.targets.map((target) => ({ ...target, hashed: true })) };
  const sum = sha256(bytes);
  await untilIdle(pool, 2, async () => void await pool.copy(hashed, { workers: 2 }));
  for (const [one, idle] of [[job, 1], [hashed, 0]] as const) {
    const copy = pool.copy(one, { workers: 2 });
    assert.equal(pool.idle, idle, "workers without work, right after a copy has begun");
    const [path] = one.targets.map((target) => target.path);
    assert.equal((await copy).get(path!), one === hashed ? sum : undefined);
    assert.deepEqual(Deno.readFileSync(path!), bytes);
  }
  // With one worker, and with both busy, who copies hashes too.
  assert.equal((await pool.copy(hashed, { workers: 1 })).get(job.targets[0]!.path), sum);
  const copies = Array.from({ length: 6 }, (_, index) => {
    const path = folder.join(`copy ${index}`);
    return { path, copy: pool.copy({ ...hashed, targets: [{ ...hashed.targets[0]!, path }] }, { workers: 2 }) };
  });
  for (const { path, copy } of copies) assert.equal((await copy).get(path), sum);
});

Deno.test("a copy takes a digest that another thread has made, and makes it where that one could not", () => {
  using folder = new TempFolder();
  const bytes = crypto.getRandomValues(new Uint8Array(50_000)),
    source = folder.join("source"),
    path = folder.join("copy");
  Deno.writeFileSync(source, bytes);
  const target = { path, spans: [{ source, offset: 0, length: bytes.length }], checksumSlot: { at: 7, source } };
  const made = "ab".repeat(32), real = sha256(bytes);
  for (const [sum, end] of [[made, putDigest], [real, failDigest]] as const) {
    const shared = newSharedDigest();
    end(shared, { size: bytes.length, sha256: sum });
    const plain = { ...target, path: folder.join("plain"), checksumSlot: null, hashed: true };
    const hashes = runCopyJob({ targets: [target, plain], options: OPTIONS, elsewhere: new Map([[source, shared]]) });
    assert.equal(hashes.get(plain.path), sum);
    assert.equal(new TextDecoder().decode(Deno.readFileSync(path).subarray(7, 71)), sum);
  }
});

Deno.test("without workers the caller's thread copies", async () => {
  using folder = new TempFolder();
  using pool = new DeliveryPool();
  const { job, bytes } = jobFor(folder, "alone");
  await pool.copy(job, { workers: 0 });
  assert.equal(pool.workers, 0);
  assert.deepEqual(Deno.readFileSync(job.targets[0]!.path), bytes);
});

Deno.test("a pool that ends refuses what is in progress", async () => {
  using folder = new TempFolder();
  const pool = new DeliveryPool();
  const { job } = jobFor(folder, "first");
  await untilIdle(pool, 1, async () => void await pool.copy(job, { workers: 1 }));
  const copies = [job, jobFor(folder, "second").job].map((one) => pool.copy(one, { workers: 1 }));
  assert.equal(pool.workers, 1);
  pool[Symbol.dispose]();
  for (const copy of await Promise.allSettled(copies)) {
    assert.match(copy.status === "rejected" ? copy.reason.message : "", /a delivery worker ended/);
  }
  assert.equal(pool.workers, 0);
});
