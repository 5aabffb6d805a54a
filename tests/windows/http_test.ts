/** What the Windows executable serves, asked from Linux: page, events, images, metrics, an order. */
import assert from "node:assert/strict";
import type { FramePayload, StatePayload } from "../../src/http/payloads.ts";
import { simulateInto } from "../e2e/simulated.ts";
import { EventReader } from "../http/event_reader.ts";
import { placeOfItsOwn, startOn } from "./place.ts";

const TOKEN = "of-the-windows-executable";
const FRAMES = 3;

Deno.test("the Windows executable serves page, events, images and metrics, and takes orders with the token", async () => {
  using place = placeOfItsOwn({ http: { enabled: true, port: 0, token: TOKEN } });
  await using run = await startOn("windows", place);
  const { message } = await run.says(/^page: http/);
  const url = /http:\S+\//.exec(message)![0];

  const page = await (await fetch(url)).text();
  assert.match(page, /<html/);
  for (const [, name] of page.matchAll(/(?:src|href)="([^":]+\.(?:js|ts|css))"/g)) {
    const file = await fetch(url + name);
    assert.equal(file.status, 200, name);
    assert.ok((await file.text()).length > 100, name);
  }

  using events = await EventReader.open(`${url}events`);
  await events.next("hello");
  await simulateInto(place, FRAMES);
  const seen = new Set<number>();
  while (seen.size < FRAMES) for (const { id } of await events.next("frames") as FramePayload[]) seen.add(id);
  const state = await events.until(
    "state",
    (data) => (data as StatePayload).counts.delivered === FRAMES,
  ) as StatePayload;
  assert.equal(state.state, "RUNNING");

  for (const id of seen) {
    const preview = new Uint8Array(await (await fetch(`${url}api/frames/${id}/preview`)).arrayBuffer());
    assert.equal(new TextDecoder().decode(preview.subarray(0, 4)), "PWP1");
    assert.equal(preview.length, 32 + 2 * 256 * 256);
  }
  const image = new Uint8Array(await (await fetch(`${url}image/latest`)).arrayBuffer());
  assert.equal(image.length, 32 + 4 * 256 * 256);

  const metrics = await (await fetch(`${url}metrics`)).text();
  assert.match(metrics, new RegExp(`^pewatch_frames_delivered_total ${FRAMES}$`, "m"));
  assert.match(metrics, /^pewatch_build_info\{.*target="x86_64-pc-windows-msvc"\} 1$/m);

  const order = (token: string) =>
    fetch(`${url}api/stop`, { method: "POST", headers: { authorization: `Bearer ${token}` } });
  const refused = await order("wrong");
  assert.deepEqual([refused.status, Object.keys(await refused.json())], [401, ["error"]]);
  const stopped = await order(TOKEN);
  assert.deepEqual([stopped.status, Object.keys(await stopped.json())], [200, ["text"]]);
  assert.equal((await fetch(`${url}readyz`)).status, 503);
  assert.equal(await (await fetch(`${url}livez`)).text(), "alive\n");
});
