/**
 * The program that sha256.ts starts: copies files one after the other as deliveries do, with and without their SHA-256,
 * on as many cores as it may use; prints milliseconds a file as JSON.
 */
import { basename, join } from "node:path";
import { DeliveryPool } from "../../src/frames/deliver/delivery_pool.ts";
import type { Sha256Times } from "./sha256.ts";
import { median } from "./table.ts";
import { ownProcessor_s } from "./turn.ts";

const [target, ...files] = Deno.args as [string, ...string[]];
const cores = navigator.hardwareConcurrency;
const workers = cores === 1 ? 0 : cores;
using pool = new DeliveryPool();

async function copyAll(hashed: boolean): Promise<{ wall_ms: number; processor_ms: number }> {
  const walls_ms: number[] = [], before = ownProcessor_s() ?? NaN;
  for (const file of files) {
    const spans = [{ source: file, offset: 0, length: Deno.lstatSync(file).size }];
    const path = join(target, basename(file));
    const start = performance.now();
    await pool.copy({
      targets: [{ path, spans, checksumSlot: null, hashed }],
      options: { verify: "compare", fsync: false },
    }, { workers });
    walls_ms.push(performance.now() - start);
    Deno.removeSync(path);
  }
  const processor_ms = ((ownProcessor_s() ?? NaN) - before) * 1000 / files.length;
  return { wall_ms: median(walls_ms), processor_ms };
}

// Workers take their time to start, and copies are made without them meanwhile.
do {
  await copyAll(true);
  await new Promise((resolve) => setTimeout(resolve, 50));
} while (pool.idle < workers);
const plain = await copyAll(false), hashed = await copyAll(true);
console.log(JSON.stringify({ cores, plain, hashed } satisfies Sha256Times));
