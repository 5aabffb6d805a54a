/** `pewatch doctor` tries each address of the configured brokers, with files relative to the configuration's folder. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { runCli } from "../cli/run_cli.ts";
import { TempFolder } from "../temp_folder.ts";
import { makeCertificates } from "./certificates.ts";
import { KafkaBroker } from "./kafka_broker.ts";
import { NatsServer } from "./nats_server.ts";

interface Check {
  readonly area: string;
  readonly status: string;
  readonly what: string;
  readonly finding: string;
}

async function brokersSeenBy(folder: TempFolder, tables: readonly string[]): Promise<string[]> {
  const config = folder.join("pewatch.toml");
  Deno.writeTextFileSync(config, tables.join("\n"));
  const { out, err } = await runCli(["doctor", "--json", "--config", config]);
  assert.equal(err, "");
  const { checks } = JSON.parse(out) as { readonly checks: readonly Check[] };
  return checks.filter(({ area }) => area === "brokers").map((check) => Object.values(check).join(" | "));
}

Deno.test("doctor says of each broker's address whether it answers, takes the login and has stream or topic", async () => {
  using folder = new TempFolder();
  const certificates = folder.join("certificates");
  Deno.mkdirSync(certificates);
  const tls = await makeCertificates(certificates);
  await using kafka = await KafkaBroker.start();
  await kafka.make("pewatch.frames");
  const login = 'user = "pewatch"\npassword = "secret"';
  const right = [
    "[plugins.kafka]",
    `servers = ["127.0.0.1:1", "${kafka.address}"]`,
    "[plugins.wrdn]",
    `servers = ["${kafka.addressWithLogin}"]\n${login}`,
  ];
  {
    await using nats = await NatsServer.start();
    await nats.make();
    const found = await brokersSeenBy(folder, ["[plugins.nats]", `servers = ["${nats.address}"]`, login, ...right]);
    assert.equal(found.length, 4, found.join("\n"));
    assert.match(found[0]!, /ok \|.*nats:\/\/127\.0\.0\.1:\d+: login and stream are right/);
    assert.match(found[1]!, /ok \|.*127\.0\.0\.1:\d+: login and topic are right/);
    assert.match(found[2]!, /warning \|.*127\.0\.0\.1:1: .*is servers = .* right, and does the broker run\?/);
    assert.match(found[3]!, /problem \|.*there is no topic pewatch\.files; make it: kafka-topics\.sh --create/);
    const wrong = ["[plugins.nats]", `servers = ["${nats.address}"]`, 'user = "pewatch"', 'password = "wrong"'];
    const [refused, ...more] = await brokersSeenBy(folder, wrong);
    assert.match(refused!, /problem \|.*are refused; set them in \[plugins\.nats\]/);
    assert.deepEqual(more, []);
    nats.freeze();
    const [frozen] = await brokersSeenBy(folder, ["[plugins.nats]", `servers = ["${nats.address}"]`, login]);
    nats.thaw();
    assert.match(frozen!, /problem \|/);
  }
  await using nats = await NatsServer.start({ tls, asksForCertificate: true });
  const address = nats.address.replace("127.0.0.1", "localhost");
  const files = "tls = { ca = 'certificates/ca.pem', cert = './certificates/cert.pem', key = 'certificates/key.pem' }";
  const [missing] = await brokersSeenBy(folder, ["[plugins.nats]", `servers = ["${address}"]`, login, files]);
  assert.match(missing!, /problem \|.*no stream takes the subject/, "the certificate was taken");
  const away = files.replace("certificates/ca.pem", "nowhere/ca.pem");
  const [unread] = await brokersSeenBy(folder, ["[plugins.nats]", `servers = ["${address}"]`, login, away]);
  assert.ok(unread!.includes(`${join(folder.path, "nowhere", "ca.pem")} (ca) cannot be read`), unread);
});
