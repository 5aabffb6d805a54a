/** Deliveries side by side: what comes meanwhile, what wants the same names, what ends them. */
import assert from "node:assert/strict";
import { deliverInLanes } from "../../src/frames/deliver/delivery_lanes.ts";
import { until } from "../daemon/helpers.ts";
import { Way } from "./way.ts";

/** Claims are names whose first letter is their key. */
function lanesOf(claims: readonly string[], lanes: number) {
  const begun: string[] = [];
  const underWay = new Map<string, PromiseWithResolvers<boolean>>();
  const coming: string[] = [];
  let asked = 0;
  const over = deliverInLanes(claims, {
    lanes,
    keyOf: (claim) => claim[0]!,
    deliver: (claim) => {
      begun.push(claim);
      const outcome = Promise.withResolvers<boolean>();
      underWay.set(claim, outcome);
      return outcome.promise;
    },
    more: () => {
      asked++;
      return Promise.resolve(coming.splice(0));
    },
  });
  let isOver = false;
  over.then(() => isOver = true, () => isOver = true);
  return {
    begun,
    coming,
    over,
    isOver: () => isOver,
    asked: () => asked,
    end: (claim: string, goOn = true) => underWay.get(claim)!.resolve(goOn),
    fail: (claim: string) => underWay.get(claim)!.reject(new Error(claim)),
    begins: (count: number) => until(() => begun.length === count, `delivery ${count}`),
  };
}

Deno.test("what comes while deliveries are in progress takes every lane that is free", async () => {
  const lanes = lanesOf(["A", "B"], 3);
  assert.deepEqual(lanes.begun, ["A", "B"]);
  lanes.coming.push("C", "D", "E");
  lanes.end("A");
  await lanes.begins(4);
  assert.deepEqual(lanes.begun, ["A", "B", "C", "D"]);
  lanes.end("B");
  await lanes.begins(5);
  for (const claim of ["C", "D", "E"]) lanes.end(claim);
  await lanes.over;
  assert.deepEqual(lanes.begun, ["A", "B", "C", "D", "E"]);
});

Deno.test("more is asked for only where none waits for a lane", async () => {
  const lanes = lanesOf(["A", "B", "C"], 1);
  for (const [index, claim] of ["A", "B", "C"].entries()) {
    await lanes.begins(index + 1);
    assert.equal(lanes.asked(), 0);
    lanes.end(claim);
  }
  await lanes.over;
  assert.equal(lanes.asked(), 1);
});

Deno.test("claims that want the same names go one after the other, also where one comes later", async () => {
  const lanes = lanesOf(["A1", "A2", "B"], 4);
  assert.deepEqual(lanes.begun, ["A1", "B"]);
  lanes.coming.push("A3", "C");
  lanes.end("B");
  await lanes.begins(3);
  assert.deepEqual(lanes.begun, ["A1", "B", "C"]);
  lanes.end("C");
  for (const [index, claim] of ["A1", "A2", "A3"].entries()) {
    await lanes.begins(3 + index);
    assert.equal(lanes.isOver(), false);
    lanes.end(claim);
  }
  await lanes.over;
  assert.deepEqual(lanes.begun, ["A1", "B", "C", "A2", "A3"]);
});

Deno.test("a delivery that says so ends all of them, behind what is in progress", async () => {
  const lanes = lanesOf(["A1", "A2", "B", "C"], 2);
  lanes.coming.push("D");
  lanes.end("A1", false);
  // Behind all that has been promised by then.
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(lanes.isOver(), false);
  lanes.end("B");
  await lanes.over;
  assert.deepEqual(lanes.begun, ["A1", "B"]);
  assert.equal(lanes.asked(), 0);
});

Deno.test("an error comes to the caller, and no lane waits for ever", async () => {
  const lanes = lanesOf(["A", "B"], 3);
  lanes.fail("A");
  await assert.rejects(lanes.over, /^Error: A$/);
  lanes.end("B");
});

Deno.test("a claim that comes while others are delivered goes in the same firing", async () => {
  using way = new Way();
  const { proc } = way.settings.folders;
  const aside = `${proc}-aside`;
  way.put({ name: "A.tif", seed: 1 });
  await way.fireBeforeDelivery();
  Deno.renameSync(proc, aside);
  Deno.mkdirSync(proc);
  way.put({ name: "B.tif", seed: 2 });
  await way.fireBeforeDelivery();
  way.onCondition = ({ key, message }) => {
    if (!key.startsWith("claim ") || message !== null) return;
    for (const { name } of Deno.readDirSync(aside)) Deno.renameSync(`${aside}/${name}`, `${proc}/${name}`);
  };
  await way.fireFinalize();
  const frames = way.heard.events.flatMap((event) => event.type === "delivered" ? [event.frame] : []);
  assert.deepEqual(frames, ["B.tif", "A.tif"]);
});
