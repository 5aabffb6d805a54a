/** The order in which frames in raw are looked at where there are very many of them. */
import assert from "node:assert/strict";
import { CROWD_MIN, LookOrder } from "../../src/frames/prepare/look_order.ts";
import type { Candidate } from "../../src/frames/prepare/sort_names.ts";

function frame(image: string, sidecar: string | null = null): Candidate {
  return { raw: "/raw", folder: "", path: "/raw", image, sidecar, others: [] } as unknown as Candidate;
}

function names(candidates: Iterable<Candidate>): string[] {
  return Array.from(candidates, ({ image }) => image);
}

function crowd(count: number): Candidate[] {
  return Array.from({ length: count }, (_, index) => frame(`P-${String(index).padStart(6, "0")}.tif`));
}

Deno.test("a few frames are all looked at each time, in their order", () => {
  const order = new LookOrder(() => 0);
  const few = crowd(20);
  for (let firing = 0; firing < 2; firing++) {
    const { first, others } = order.looks(few);
    assert.deepEqual([names(first), names(others)], [names(few), []]);
    assert.ok(order.roundIsOver);
  }
});

// Fails where what is new waits for its place in the order of names.
Deno.test("in a crowd what is new comes first, a frame that gets its sidecar too", () => {
  let now_ms = 0;
  const order = new LookOrder(() => now_ms);
  const many = crowd(CROWD_MIN);
  assert.deepEqual(names(order.looks(many).first), []);
  now_ms = 1000;
  const more = [...many, frame("Z.tif")];
  more[7] = frame(many[7]!.image, `${many[7]!.image}.metadata`);
  assert.deepEqual(names(order.looks(more).first), [many[7]!.image, "Z.tif"]);
  now_ms += 3_600_000;
  assert.deepEqual(names(order.looks(more).first), []);
});

// Fails where a firing looks at all of a crowd, or begins with the first each time.
Deno.test("of a crowd each frame has its turn, over as many firings as it takes", () => {
  let now_ms = 0;
  const order = new LookOrder(() => now_ms);
  const many = crowd(CROWD_MIN);
  const seen: string[] = [];
  let firings = 0;
  do {
    for (const { image } of order.looks(many).others) {
      seen.push(image);
      now_ms += 10; // a look takes time
    }
    firings++;
  } while (!order.roundIsOver);
  assert.deepEqual(seen, names(many));
  assert.ok(firings > 10, `${firings} firings`);
});

Deno.test("a turn goes on behind a frame that has gone", () => {
  let now_ms = 0;
  const order = new LookOrder(() => now_ms);
  const many = crowd(CROWD_MIN + 10);
  const first: string[] = [];
  for (const { image } of order.looks(many).others) {
    first.push(image);
    now_ms += 10;
  }
  const next = many[first.length]!.image;
  const [after] = order.looks(many.filter(({ image }) => image !== next)).others;
  assert.equal(after!.image, many[first.length + 1]!.image);
});
