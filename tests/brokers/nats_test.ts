/** The plugin nats against a real nats-server; nats-py counts. */
import assert from "node:assert/strict";
import { until } from "../daemon/helpers.ts";
import { TempFolder } from "../temp_folder.ts";
import { Announcing } from "./announcing.ts";
import { assertAllThere, killAtRandom } from "./judge.ts";
import { makeCertificates } from "./certificates.ts";
import { NatsServer, STREAM } from "./nats_server.ts";
import { type Announce, announceOnceMended, announceOverFaults, faultOf } from "./scenarios.ts";

function tableFor(server: NatsServer, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { servers: [server.address], user: "pewatch", password: "secret", source: "pe1", ...more };
}

function announceTo(server: NatsServer): Announce {
  return (folder, more) => Announcing.start({ folder: folder.path, plugin: "nats", table: tableFor(server, more) });
}

Deno.test("nats: 1,000 frames over kills, a frozen server and restarts of pewatch are all there, in order, once", async () => {
  await using server = await NatsServer.start();
  await server.make();
  await announceOverFaults(server, announceTo(server), /nats:\/\/127.*frames wait in the ledger, retrying/);
  const messages = await server.read();
  assert.deepEqual(assertAllThere(messages, 1000), { repeated: 0 });
  const again = messages.filter(isRepeated).length;
  assert.ok(again < 100, `${again} messages say that they were sent again`);
});

const isRepeated = ({ headers }: { headers: Record<string, string> }) => Number(headers["pewatch-try"]) > 1;

Deno.test("nats: pewatch that is killed at random announces each frame, and the stream has none twice", async () => {
  await using server = await NatsServer.start();
  await server.make();
  using folder = new TempFolder();
  await killAtRandom([folder.path, "nats", JSON.stringify(tableFor(server)), "1000"], 6);
  assert.deepEqual(assertAllThere(await server.read(), 1000), { repeated: 0 });
});

Deno.test("nats: a message says what was delivered; subject, id and headers say of what", async () => {
  await using server = await NatsServer.start();
  await server.make();
  using folder = new TempFolder();
  await using pewatch = await announceTo(server)(folder);
  await pewatch.deliver(7, 7);
  await pewatch.done();
  const [message] = await server.read();
  const { id, delivered_at, ...body } = message!.body;
  const image = "/data/out/series/P-00007.tif";
  assert.deepEqual(body, {
    event: "delivered",
    version: 1,
    sequence: 2,
    number: 1,
    name: "P-00007.tif",
    series: "P",
    dark: false,
    again: false,
    files: { image, sidecar: null, nexus: null, all: [image] },
    sums: ["ab".repeat(32)],
    bytes: 107,
    latency_s: 0.25,
    source: "pe1",
    metadata: null,
  });
  assert.ok(Date.parse(String(delivered_at)) > 0);
  assert.equal(message!.subject, "pewatch.frames.P");
  assert.deepEqual(message!.headers, {
    "Nats-Msg-Id": `pe1-${id}`,
    "content-type": "application/json",
    "pewatch-version": "1",
    "pewatch-id": `pe1-${id}`,
    "pewatch-source": "pe1",
    "pewatch-sequence": "2",
  });
});

// Each is mended while pewatch runs: then it goes on by itself, and nothing is missing.
Deno.test("nats: a full stream, a missing one and messages that are too large are named with what to do, and wait", async () => {
  await using server = await NatsServer.start();
  using folder = new TempFolder();
  await using pewatch = await announceTo(server)(folder);
  await until(() => /no stream takes/.test(pewatch.condition ?? ""), "that the stream is missing");
  assert.match(pewatch.condition!, /nats stream add PEWATCH --subjects 'pewatch\.frames\.\*'/);
  await server.make({ ...STREAM, max_msgs: 5, discard: "new" });
  await until(() => pewatch.condition === undefined && pewatch.consumer !== undefined, "the stream");
  await pewatch.deliver(1, 10);
  await until(() => pewatch.condition !== undefined, "that the stream is full");
  assert.match(pewatch.condition!, /the stream is full \(maximum messages exceeded\); raise its limits/);
  await server.change({ ...STREAM, max_msgs: 100, max_msg_size: 300, discard: "new" });
  await until(() => /larger than/.test(pewatch.condition ?? ""), "that the message is too large");
  assert.match(
    pewatch.condition!,
    /the message of P-0000\d\.tif has \d+ bytes and is larger than the stream's max_msg_size; raise it/,
  );
  await server.change({ ...STREAM, max_msgs: 100, discard: "new" });
  await pewatch.done();
  const messages = await server.read();
  assert.deepEqual(assertAllThere(messages, 10), { repeated: 0 });
  assert.deepEqual(
    messages.map(isRepeated).slice(0, 6),
    [false, false, false, false, false, true],
    "the sixth was refused",
  );
});

Deno.test("nats: a wrong password, address, stream or file and a server without JetStream are named with what to do", async () => {
  await using server = await NatsServer.start();
  await server.make();
  const announce = announceTo(server);
  assert.match(await faultOf(announce, { password: "wrong" }), /are refused; set them in \[plugins\.nats\]/);
  assert.match(
    await faultOf(announce, { servers: ["nats://127.0.0.1:1"] }),
    /is servers = .* right, and does the server run\?/,
  );
  assert.match(await faultOf(announce, { stream: "OTHER" }), /the stream PEWATCH, not OTHER, takes the subject/);
  assert.match(
    await faultOf(announce, { credentials: "/nowhere/user.creds" }),
    /\/nowhere\/user\.creds \(credentials\) cannot be read/,
  );
  await using plain = await NatsServer.start({ jetstream: false });
  assert.match(
    await faultOf(announce, { servers: [plain.address] }),
    /JetStream does not answer; the server needs `jetstream/,
  );
});

Deno.test("nats: TLS with an authority of one's own; without it the status says what to set", async () => {
  using folder = new TempFolder();
  const tls = await makeCertificates(folder.path);
  await using server = await NatsServer.start({ tls });
  Deno.env.set("PEWATCH_TEST_CA", tls.ca);
  try {
    await server.make();
    await announceOnceMended(announceTo(server), {
      wrong: { tls: {} },
      fault: /set tls = \{ ca = 'FILE' \}/,
      // A certificate's name is compared with the address.
      right: { servers: [server.address.replace("127.0.0.1", "localhost")], tls: { ca: tls.ca } },
    });
    assert.deepEqual(assertAllThere(await server.read(), 20), { repeated: 0 });
  } finally {
    Deno.env.delete("PEWATCH_TEST_CA");
  }
});

Deno.test("nats: a message that is too large with its metadata is sent without, and says so", async () => {
  await using server = await NatsServer.start();
  await server.make({ ...STREAM, max_msg_size: 1500 });
  using folder = new TempFolder();
  using output = new TempFolder();
  const comment = "x".repeat(2000);
  Deno.writeTextFileSync(output.join("P.tif.metadata"), `[metadata]\nexposureTime=0.5\nuserComment1=${comment}\n`);
  const files = [
    { name: "P.tif", role: "image" as const, size: 1, sha256: null },
    { name: "P.tif.metadata", role: "sidecar" as const, size: 1, sha256: null },
  ];
  await using pewatch = await announceTo(server)(folder);
  await pewatch.deliver(1, 1, { root: output.path, folder: "", files });
  await pewatch.deliver(2, 2);
  await pewatch.done();
  const [large, small] = (await server.read()).map(({ body }) => body);
  assert.deepEqual([large!["metadata"], large!["metadata_left_out"]], [null, true]);
  assert.ok(!("metadata_left_out" in small!));
  assert.equal(pewatch.counters["without metadata"], 1);
  assert.match(
    pewatch.log.lines.join("\n"),
    /P-00001\.tif: the message .* larger than the stream's max_msg_size.*it was sent without metadata/,
  );
});

Deno.test("nats: a server that asks for a client's certificate; of several addresses the first is dead", async () => {
  using folder = new TempFolder();
  const tls = await makeCertificates(folder.path);
  await using server = await NatsServer.start({ tls, asksForCertificate: true });
  const own = { PEWATCH_TEST_CA: tls.ca, PEWATCH_TEST_CERT: tls.cert, PEWATCH_TEST_KEY: tls.key };
  for (const [name, path] of Object.entries(own)) Deno.env.set(name, path);
  try {
    await server.make();
    const servers = ["nats://localhost:1", server.address.replace("127.0.0.1", "localhost")];
    await announceOnceMended(announceTo(server), {
      wrong: { servers: servers.slice(1), tls: { ca: tls.ca } },
      fault: /asks for a client's certificate, set tls = \{ cert = 'FILE', key = 'FILE' \}/,
      right: { servers, tls },
    });
    assert.deepEqual(assertAllThere(await server.read(), 20), { repeated: 0 });
  } finally {
    for (const name of Object.keys(own)) Deno.env.delete(name);
  }
});
