/**
 * A whole daemon with real frames announces to both brokers at once; brokers that are frozen hold up no frame, but a set
 * stays in proc until both have acknowledged it.
 */
import assert from "node:assert/strict";
import { relative } from "node:path";
import { Daemon } from "../../src/daemon/daemon.ts";
import { simulate } from "../../src/qxrd/simulator/simulate.ts";
import { memoryLog, quickSettings, until } from "../daemon/helpers.ts";
import { foldersIn, sha256 } from "../folders.ts";
import { TempFolder } from "../temp_folder.ts";
import { KafkaBroker } from "./kafka_broker.ts";
import { NatsServer } from "./nats_server.ts";
import { python } from "./python_tool.ts";

const FRAMES = 30;

Deno.test("each frame of a daemon is announced with its files and checksums; frozen brokers do not slow it down", async () => {
  await using nats = await NatsServer.start();
  await nats.make();
  await using kafka = await KafkaBroker.start();
  for (const topic of ["pewatch.frames", "pewatch.files"]) await kafka.make(topic);
  using folder = new TempFolder();
  const toKafka = { servers: [kafka.address], source: "pe1" };
  const standard = quickSettings(folder.path, {
    nats: { servers: [nats.address], user: "pewatch", password: "secret", source: "pe1" },
    kafka: toKafka,
    wrdn: toKafka,
  });
  const settings = { ...standard, deliver: { confirm: ["nats", "kafka"], confirm_mib_max: 100 } };
  const kept = () => foldersIn(settings.folders.proc).length;
  const daemon = new Daemon(settings, { log: memoryLog() });
  await daemon.start();
  const behind = () => daemon.status().consumers.filter(({ name }) => name.endsWith("/broker"));
  const deliver = async (firstNumber: number) => {
    const frames = simulate({
      folder: settings.folders.raw,
      width: 64,
      height: 48,
      count: FRAMES,
      firstNumber,
      rate_per_s: 20,
    });
    for await (const _ of frames);
    await until(() => daemon.status().frames.delivered === firstNumber + FRAMES - 1, "the deliveries");
  };
  try {
    await until(() => behind().length === 3, "the consumers");
    await deliver(1);
    await until(() => kept() === 0, "the removal of sets that both brokers have acknowledged");
    nats.freeze();
    kafka.freeze();
    await deliver(1 + FRAMES);
    assert.equal(kept(), FRAMES, "a set left proc before it was acknowledged");
    assert.ok(behind().every((consumer) => consumer.behind > 0), "frozen brokers were sent something");
    nats.thaw();
    kafka.thaw();
    await until(() => behind().every((consumer) => consumer.behind === 0), "all announcements");
    await until(() => kept() === 0, "the removal of sets that both brokers have acknowledged");
  } finally {
    nats.thaw();
    kafka.thaw();
    await daemon.close();
  }
  const messages = { nats: await nats.read(), kafka: await kafka.read("pewatch.frames") };
  for (const [name, all] of Object.entries(messages)) {
    const once = new Map(all.map(({ body }) => [body.name, body]));
    assert.equal(once.size, 2 * FRAMES, name);
    const median = (from: number) => {
      const bodies = [...once.values()].slice(from, from + FRAMES);
      return bodies.map((body) => Number(body["latency_s"])).toSorted((a, b) => a - b)[FRAMES / 2]!;
    };
    const [free, frozen] = [median(0), median(FRAMES)];
    assert.ok(frozen < 10 * free, `${name}: a frame took ${frozen} s with frozen brokers, ${free} s without`);
    for (const body of once.values()) {
      const { all: files } = body["files"] as { all: string[] };
      const sums = body["sums"] as (string | null)[];
      const image = files.findIndex((file) => file.endsWith(".tif"));
      assert.equal(sums[image], sha256(Deno.readFileSync(files[image]!)));
      assert.equal((body["metadata"] as { fileBase?: unknown } | null) === null, false, "the sidecar's facts");
    }
  }
  const files = await Promise.all(
    (await kafka.read("pewatch.files")).slice(0, 3)
      .map(({ body }) => python<Record<string, unknown>>("wrdn_tool", body as unknown as string)),
  );
  // Copies that are made at once end in any order: not always the first frame's before all others.
  for (const { file_name } of files) {
    const name = String(file_name);
    assert.ok(Deno.statSync(name).isFile);
    assert.match(relative(settings.folders.output_root, name), /^CeO2-000\d\d\.nxs$/);
  }
});
