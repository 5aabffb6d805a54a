/** Wrong tables of the brokers' plugins. */
import assert from "node:assert/strict";
import { faultsOf } from "../shipped/plugin_context.ts";

const faults = async (name: string, table: unknown) => (await faultsOf(name, table)).join("; ");

Deno.test("a wrong table of a broker's plugin is refused with what would be right", async () => {
  assert.equal(await faults("nats", { servers: ["nats://[::1]:4222", "host", "tls://a.b:1"] }), "");
  assert.match(await faults("nats", {}), /^servers: this key is needed/);
  assert.match(await faults("nats", { servers: [] }), /one address at least is needed/);
  assert.match(
    await faults("nats", { servers: ["nats://user:word@a:1"] }),
    /^servers\.0: an address without user and password/,
  );
  assert.match(
    await faults("nats", { servers: ["a"], subject: "pewatch.>" }),
    /^subject: words with dots .* without \* and >/,
  );
  assert.match(await faults("nats", { servers: ["a"], source: "pe 1" }), /^source: a name of up to 64 letters/);
  assert.match(await faults("nats", { servers: ["a"], tls: { ca: "ca.pem" } }), /^tls\.ca: an absolute path/);
  assert.match(
    await faults("nats", { servers: ["a"], tls: true }),
    /^tls: a table with the keys ca, cert, key is needed/,
  );
  assert.match(
    await faults("nats", { servers: ["a"], url: "b" }),
    /^url: there is no such key; there are servers, subject/,
  );
  assert.match(await faults("kafka", { servers: ["host"] }), /^servers\.0: an address with its port is needed/);
  assert.match(await faults("kafka", { servers: ["a:1"], topic: "a b" }), /^topic: up to 249 letters/);
  assert.match(await faults("kafka", { servers: ["a:1"], mechanism: "SCRAM" }), /one of "PLAIN", "SCRAM-SHA-256"/);
  assert.match(await faults("kafka", { servers: ["a:1"], begin: "first" }), /^begin: one of "next", "oldest"/);
  assert.match(
    await faults("wrdn", { servers: ["a:1"], paths: [{ from: "data", to: "/x" }] }),
    /^paths\.0\.from: an absolute path/,
  );
  assert.match(await faults("wrdn", { servers: ["a:1"], metadata: true }), /^metadata: there is no such key/);
});
