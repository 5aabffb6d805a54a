/** Copies of deliveries: shared among workers, one behind the other where all are busy, made by the caller where none listens. */
import assert from "node:assert/strict";
import { DeliveryPool } from "../../src/frames/deliver/delivery_pool.ts";
import { pause } from "../faults/detector.ts";
import { TempFolder } from "../temp_folder.ts";

const OPTIONS = { verify: "compare", fsync: false, hashed: null } as const;

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

Deno.test("without workers the caller's thread copies", async () => {
  using folder = new TempFolder();
  using pool = new DeliveryPool();
  const { job, bytes } = jobFor(folder, "alone");
  await pool.copy(job, { workers: 0 });
  assert.equal(pool.workers, 0);
  assert.deepEqual(Deno.readFileSync(job.targets[0]!.path), bytes);
});

Deno.test("a pool that ends refuses what is under way", async () => {
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
