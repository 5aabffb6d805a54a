/** In namespaces of its own (full_disk_test.ts): a Kafka broker whose disk fills up. Its argument is the folder to mount on. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { until } from "../daemon/helpers.ts";
import { TempFolder } from "../temp_folder.ts";
import { Announcing } from "./announcing.ts";
import { assertAllThere } from "./judge.ts";
import { KafkaBroker } from "./kafka_broker.ts";

const [volume] = Deno.args as [string];
const size = ["-o", "size=60m"];
assert.ok((await new Deno.Command("mount", { args: ["-t", "tmpfs", ...size, "tmpfs", volume] }).output()).success);
await using broker = await KafkaBroker.start({ on: volume });
await broker.make("full");
using folder = new TempFolder();
const table = { servers: [broker.address], topic: "full", source: "pe1" };
await using pewatch = await Announcing.start({ folder: folder.path, plugin: "kafka", table });
await pewatch.deliver(1, 100);
await pewatch.done();
const filler = join(volume, "filler");
assert.throws(() => {
  using file = Deno.openSync(filler, { create: true, write: true });
  for (const block = new Uint8Array(4096);;) file.writeSync(block);
}, /No space left/);
await pewatch.deliver(101, 600);
await until(() => pewatch.condition !== undefined, "the full disk in the status");
// The broker ends itself then; which of both is seen first is left open.
assert.match(pewatch.condition!, /look at its disk and replicas|does the broker run/);
Deno.removeSync(filler);
await broker.kill();
await broker.run();
await pewatch.done();
assert.equal(pewatch.condition, undefined);
assertAllThere(await broker.read("full"), 600);
