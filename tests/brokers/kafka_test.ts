/**
 * The plugins kafka and wrdn against a real broker; confluent-kafka counts, ESS's own package reads the bytes of wrdn. One
 * broker serves all, since it starts slowly.
 */
import assert from "node:assert/strict";
import { openKafka } from "../../plugins/lib/broker/kafka_link.ts";
import { mappedPath } from "../../plugins/lib/broker/mapped_path.ts";
import { until } from "../daemon/helpers.ts";
import { TempFolder } from "../temp_folder.ts";
import { Announcing } from "./announcing.ts";
import { assertAllThere, killAtRandom } from "./judge.ts";
import { KafkaBroker } from "./kafka_broker.ts";
import { python } from "./python_tool.ts";
import { type Announce, announceOnceMended, announceOverFaults, faultOf } from "./scenarios.ts";

let broker: KafkaBroker;
Deno.test.beforeAll(async () => void (broker = await KafkaBroker.start()));
Deno.test.afterAll(async () => await broker[Symbol.asyncDispose]());

function tableFor(topic: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { servers: [broker.address], topic, source: "pe1", ...more };
}

function announceTo(topic: string): Announce {
  return (folder, more) => Announcing.start({ folder: folder.path, plugin: "kafka", table: tableFor(topic, more) });
}

Deno.test("kafka: 1,000 frames over a killed and a frozen broker and restarts of pewatch are all there, in order", async () => {
  const topic = "whole";
  await broker.make(topic);
  await announceOverFaults(broker, announceTo(topic), /127\.0\.0\.1.*frames wait in the ledger, retrying/);
  // What was resent after a timeout may be there twice.
  const { repeated } = assertAllThere(await broker.read(topic), 1000);
  assert.ok(repeated <= 200, `${repeated} repeated`);
});

Deno.test("kafka: pewatch that is killed at random announces each frame; repetitions have the same id", async () => {
  const topic = "killed";
  await broker.make(topic);
  using folder = new TempFolder();
  await killAtRandom([folder.path, "kafka", JSON.stringify(tableFor(topic)), "1000"], 5);
  assertAllThere(await broker.read(topic), 1000);
});

Deno.test("kafka: a message says what was delivered; its key is the series, so one partition has a series in order", async () => {
  const topic = "content";
  await broker.make(topic, { partitions: 3 });
  using folder = new TempFolder();
  await using pewatch = await announceTo(topic)(folder);
  for (let number = 1; number <= 60; number++) {
    await pewatch.deliver(number, number, { frame: `S${number % 5}-${String(number).padStart(5, "0")}.tif` });
  }
  await pewatch.done();
  const messages = await broker.read(topic);
  assert.equal(messages.length, 60);
  assert.ok(new Set(messages.map(({ partition }) => partition)).size > 1, "all in one partition");
  for (const key of ["S0", "S1", "S2", "S3", "S4"]) {
    const series = messages.filter((message) => message.key === key);
    assert.equal(series.length, 12);
    assert.equal(new Set(series.map(({ partition }) => partition)).size, 1);
    const sequences = series.map(({ body }) => body.sequence);
    assert.deepEqual(sequences, sequences.toSorted((a, b) => a - b));
  }
  const { body, headers } = messages[0]!;
  assert.deepEqual(headers, {
    "content-type": "application/json",
    "pewatch-version": "1",
    "pewatch-id": `pe1-${body.id}`,
    "pewatch-source": "pe1",
    "pewatch-sequence": String(body.sequence),
  });
});

Deno.test("kafka: a missing topic and messages that are too large are named with what to do, and wait", async () => {
  const topic = "mended";
  using folder = new TempFolder();
  await using pewatch = await announceTo(topic)(folder);
  await until(() => /there is no topic mended; make it/.test(pewatch.condition ?? ""), "that the topic is missing");
  // Larger than one message with all its headers, smaller than a batch: it goes in parts.
  await broker.make(topic, { config: { "max.message.bytes": "2000" } });
  await until(() => pewatch.condition === undefined && pewatch.consumer !== undefined, "the topic");
  await pewatch.deliver(1, 20);
  await pewatch.done();
  await broker.change(topic, { "max.message.bytes": "300" });
  await pewatch.deliver(21, 30);
  await until(() => pewatch.condition !== undefined, "that the message is too large");
  assert.match(
    pewatch.condition!,
    /the message of P-00021\.tif has \d+ bytes, more than max\.message\.bytes of the topic mended; raise it/,
  );
  await broker.change(topic, { "max.message.bytes": "1000000" });
  await pewatch.done();
  assert.deepEqual(assertAllThere(await broker.read(topic), 30), { repeated: 0 });
});

Deno.test("kafka: a wrong password, address or clock is named with what to do; the right password is taken", async () => {
  const topic = "refused";
  await broker.make(topic, { config: { "message.timestamp.after.max.ms": "3600000" } });
  const login = { servers: [broker.addressWithLogin], user: "pewatch", password: "secret" };
  const announce = announceTo(topic);
  assert.match(
    await faultOf(announce, { ...login, password: "wrong" }),
    /user, password and mechanism are refused; set them/,
  );
  assert.match(
    await faultOf(announce, { servers: ["127.0.0.1:1"] }),
    /is servers = .* right, and does the broker run\?/,
  );
  using folder = new TempFolder();
  await using pewatch = await announce(folder, login);
  await pewatch.deliver(1, 5);
  await pewatch.done();
  assert.deepEqual(assertAllThere(await broker.read(topic), 5), { repeated: 0 });
  const link = await openKafka({
    ...login,
    topic,
    source: "pe1",
    mechanism: "PLAIN",
    now_ms: () => Date.now() + 2 * 3_600_000,
  });
  const message = { id: "a", frame: "a.tif", key: "a", headers: {}, body: new Uint8Array(1) };
  await assert.rejects(link.send([message]), /finds the time of the messages wrong; the clock of this computer says/);
  await link.close();
});

Deno.test("kafka: TLS and SCRAM with an authority of one's own; without it the status says what to set", async () => {
  const topic = "secure";
  await broker.make(topic);
  const login = { servers: [broker.addressWithTls], user: "pewatch", password: "secret", mechanism: "SCRAM-SHA-256" };
  await announceOnceMended(announceTo(topic), {
    wrong: { ...login, tls: {} },
    fault: /set tls = \{ ca = 'FILE' \}/,
    right: { ...login, tls: { ca: broker.certificates.ca } },
  });
  assert.deepEqual(assertAllThere(await broker.read(topic), 20), { repeated: 0 });
});

Deno.test("kafka: a broker that asks for a client's certificate; of several addresses the first is dead", async () => {
  const topic = "mutual";
  await broker.make(topic);
  const servers = ["localhost:1", broker.addressForCertificates], tls = broker.certificates;
  await announceOnceMended(announceTo(topic), {
    wrong: { servers: servers.slice(1), tls: { ca: tls.ca } },
    fault: /asks for a client's certificate, set tls = \{ cert = 'FILE', key = 'FILE' \}/,
    right: { servers, tls },
  });
  assert.deepEqual(assertAllThere(await broker.read(topic), 20), { repeated: 0 });
});

Deno.test("wrdn: each NeXus file is one message that ESS's package reads, with the path of the ingestor's computer", async () => {
  const topic = "pewatch.files";
  await broker.make(topic);
  using folder = new TempFolder();
  const start = (paths: unknown) => {
    const table = { servers: [broker.address], source: "pe1", paths };
    return Announcing.start({ folder: folder.path, plugin: "wrdn", table });
  };
  const withNexus = (name: string) => ({
    files: [
      { name: `${name}.tif`, role: "image" as const, size: 1, sha256: null },
      { name: `${name}.nxs`, role: "nexus" as const, size: 1, sha256: null },
    ],
  });
  {
    await using pewatch = await start([{ from: "/elsewhere", to: "/x" }]);
    await pewatch.deliver(1, 1, withNexus("P-00001"));
    await until(() => pewatch.condition !== undefined, "that the path is in no mapping");
    assert.match(
      pewatch.condition!,
      /series\/P-00001\.nxs is outside the folders of "paths" \(\/elsewhere\); add/,
    );
  }
  await using pewatch = await start([{ from: "/data", to: "/x" }, { from: "/data/out", to: "/nfs/pe ä" }]);
  await pewatch.deliver(2, 2);
  await pewatch.deliver(3, 3, withNexus("P-00003"));
  await pewatch.done();
  const messages = await broker.read(topic);
  assert.equal(messages.length, 2, "a frame without a NeXus file has no message");
  const fields = await Promise.all(
    messages.map(({ body }) => python<Record<string, unknown>>("wrdn_tool", body as unknown as string)),
  );
  assert.deepEqual(fields.map((field) => field["file_name"]), [1, 3].map((at) => `/nfs/pe ä/series/P-0000${at}.nxs`));
  assert.equal(new Set(fields.map((field) => field["job_id"])).size, 2);
  const [first] = fields;
  assert.deepEqual([first!["service_id"], first!["error_encountered"], first!["same_bytes"]], ["pewatch", false, true]);
  const metadata = JSON.parse(String(first!["metadata"]));
  assert.deepEqual(metadata, { source: "pe1", sequence: 2, name: "P-00001.tif", series: "P" });
});

Deno.test("wrdn: paths of Windows are mapped without regard to case, by the longest folder, to either kind of system", () => {
  const mappings = [{ from: "D:\\", to: "/d" }, { from: "d:\\Data\\", to: "/nfs/data/" }, {
    from: "E:\\x",
    to: "\\\\srv\\x",
  }];
  assert.equal(mappedPath("D:\\data\\a b\\P.nxs", mappings), "/nfs/data/a b/P.nxs");
  assert.equal(mappedPath("D:\\database\\P.nxs", mappings), "/d/database/P.nxs");
  assert.equal(mappedPath("E:\\X\\y\\P.nxs", mappings), "\\\\srv\\x\\y\\P.nxs");
  assert.equal(mappedPath("/data/a\\b.nxs", [{ from: "/data", to: "/n" }]), "/n/a\\b.nxs");
  assert.throws(() => mappedPath("F:\\P.nxs", mappings), /is outside the folders/);
  assert.equal(mappedPath("F:\\P.nxs", []), "F:\\P.nxs");
});
