/** What both kinds of brokers go through. */
import assert from "node:assert/strict";
import { until } from "../daemon/helpers.ts";
import { TempFolder } from "../temp_folder.ts";
import type { Announcing } from "./announcing.ts";
import type { KafkaBroker } from "./kafka_broker.ts";
import type { NatsServer } from "./nats_server.ts";

/** Starts the plugin, with these keys of its table besides the usual ones. */
export type Announce = (folder: TempFolder, more?: Record<string, unknown>) => Promise<Announcing>;

/** 1,000 frames over a broker that is killed and one that is frozen, and over restarts of pewatch. */
export async function announceOverFaults(
  broker: KafkaBroker | NatsServer,
  announce: Announce,
  fault: RegExp,
): Promise<void> {
  using folder = new TempFolder();
  {
    await using pewatch = await announce(folder);
    await pewatch.deliver(1, 300);
    await until(() => (pewatch.counters["announced"] ?? 0) > 100, "some messages");
    await broker.kill();
    await pewatch.deliver(301, 500);
    await until(() => pewatch.condition !== undefined, "the fault in the status");
    assert.match(pewatch.condition!, fault);
    assert.ok(pewatch.consumer!.behind >= 200, "the status shows how far it is behind");
    await broker.run();
    await pewatch.done();
    assert.equal(pewatch.condition, undefined);
    broker.freeze();
    await pewatch.deliver(501, 700);
    await until(() => pewatch.condition !== undefined, "the frozen broker in the status");
    broker.thaw();
    await until(() => (pewatch.consumer?.behind ?? 0) < 150, "messages again");
  }
  await using pewatch = await announce(folder);
  await pewatch.deliver(701, 1000);
  await pewatch.done();
}

/** What the status says with these keys. */
export async function faultOf(announce: Announce, more: Record<string, unknown>): Promise<string> {
  using folder = new TempFolder();
  await using pewatch = await announce(folder, more);
  await until(() => pewatch.condition !== undefined, "the fault");
  return pewatch.condition!;
}

/** 20 frames: the first is delivered while the table is wrong, the others after it was put right. */
export async function announceOnceMended(
  announce: Announce,
  { wrong, fault, right }: { wrong: Record<string, unknown>; fault: RegExp; right: Record<string, unknown> },
): Promise<void> {
  using folder = new TempFolder();
  {
    await using pewatch = await announce(folder, wrong);
    await until(() => pewatch.condition !== undefined, "the fault");
    assert.match(pewatch.condition!, fault);
    await pewatch.deliver(1, 1);
  }
  await using pewatch = await announce(folder, { ...right, begin: "oldest" });
  await pewatch.deliver(2, 20);
  await pewatch.done();
}
