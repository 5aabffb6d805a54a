/** What the delivery reports of a set: plugins are given their frames from it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { FrameEvent } from "../../src/frames/events.ts";
import { firedWayOf, sidecarText, type Way, wayOf } from "./way.ts";

type DeliveredEvent = Extract<FrameEvent, { type: "delivered" }>;

function deliveredEvents(way: Way): DeliveredEvent[] {
  return way.heard.events.filter((event) => event.type === "delivered");
}

Deno.test("the event names image, sidecar and NeXus file as they stand in the output", async () => {
  using way = await firedWayOf([{ name: "a/P-00001.tif" }]);
  way.put({ name: "a/P-00001.tif", seed: 2 });
  await way.fire(3);
  const [first, second] = deliveredEvents(way);
  const path = (name: string) => join(way.output, "a", name);
  assert.deepEqual(first?.roles, {
    image: path("P-00001.tif"),
    sidecar: path("P-00001.tif.metadata"),
    nexus: path("P-00001.nxs"),
  });
  assert.equal(second?.roles?.image, path("P-00001-00001.tif"));
  for (const event of [first, second]) {
    assert.deepEqual(event?.files.toSorted(), Object.values(event?.roles ?? {}).toSorted());
    assert.deepEqual([event?.dark, event?.again], [false, false]);
  }
});

Deno.test("the event says what is not there", async () => {
  using way = wayOf([{ name: "P-00001.tif", sidecar: null }]);
  await way.fire(2);
  const [event] = deliveredEvents(way);
  const roles = { image: join(way.output, "P-00001.tif"), sidecar: null, nexus: join(way.output, "P-00001.nxs") };
  assert.deepEqual(event?.roles, roles);
});

Deno.test("the event says that the set was there already", async () => {
  using way = wayOf([{ name: "P-00001.tif" }]);
  await way.fire(2);
  way.restart();
  way.put({ name: "P-00001.tif" });
  await way.fire(2);
  assert.deepEqual(deliveredEvents(way).map(({ again }) => again), [false, true]);
});

Deno.test("the event says that it is a dark", async () => {
  using way = wayOf([{ name: "P-00001.dark.tif", sidecar: sidecarText({ dark: true }) }], { dark: { policy: "keep" } });
  await way.fire(2);
  assert.deepEqual(deliveredEvents(way).map(({ dark }) => dark), [true]);
});
