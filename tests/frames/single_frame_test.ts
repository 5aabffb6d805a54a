/** A single frame is copied where it is named: a thread for it would start in vain. */
import assert from "node:assert/strict";
import { Way } from "./way.ts";

/** Counts what is started meanwhile. */
class StartedWorkers implements Disposable {
  readonly #worker = globalThis.Worker;
  count = 0;

  constructor() {
    const started = () => this.count++;
    globalThis.Worker = class extends this.#worker {
      constructor(...options: ConstructorParameters<typeof Worker>) {
        started();
        super(...options);
      }
    };
  }

  [Symbol.dispose](): void {
    globalThis.Worker = this.#worker;
  }
}

Deno.test("single frames start no delivery worker, several at once do", { sanitizeResources: false }, async () => {
  using way = new Way();
  way.maxProc = 2;
  using workers = new StartedWorkers();
  for (const name of ["A-00001.tif", "A-00002.tif"]) {
    way.put({ name });
    await way.fire(3);
  }
  assert.deepEqual(way.delivered().filter((name) => name.endsWith(".tif")), ["A-00001.tif", "A-00002.tif"]);
  assert.equal(workers.count, 0);
  if (navigator.hardwareConcurrency === 1) return; // nothing is copied in workers there
  for (let frame = 1; frame <= 8; frame++) way.put({ name: `B-0000${frame}.tif`, seed: frame });
  await way.fire(3);
  assert.equal(way.delivered().filter((name) => name.endsWith(".tif")).length, 10);
  assert.ok(workers.count > 0);
});
