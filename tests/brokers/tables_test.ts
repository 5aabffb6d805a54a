/** Wrong tables of the brokers' plugins. */
import assert from "node:assert/strict";
import { faultsOf } from "../shipped/plugin_context.ts";

const NATS = { servers: ["a"] };
const KAFKA = { servers: ["a:1"] };

const TABLES: readonly (readonly [plugin: string, table: unknown, faults: RegExp])[] = [
  ["nats", { servers: ["nats://[::1]:4222", "host", "tls://a.b:1"] }, /^$/],
  ["nats", {}, /^servers: this key is needed/],
  ["nats", { servers: [] }, /one address at least is needed/],
  ["nats", { servers: ["nats://user:word@a:1"] }, /^servers\.0: an address without user and password/],
  ["nats", { ...NATS, subject: "pewatch.>" }, /^subject: words with dots .* without \* and >/],
  ["nats", { ...NATS, source: "pe 1" }, /^source: a name of up to 64 letters/],
  ["nats", { ...NATS, tls: { ca: "ca.pem" } }, /^tls\.ca: an absolute path/],
  ["nats", { ...NATS, tls: true }, /^tls: a table with the keys ca, cert, key is needed/],
  ["nats", { ...NATS, url: "b" }, /^url: there is no such key; there are servers, subject/],
  ["kafka", { servers: ["host"] }, /^servers\.0: an address with its port is needed/],
  ["kafka", { ...KAFKA, topic: "a b" }, /^topic: up to 249 letters/],
  ["kafka", { ...KAFKA, mechanism: "SCRAM" }, /one of "PLAIN", "SCRAM-SHA-256"/],
  ["kafka", { ...KAFKA, begin: "first" }, /^begin: one of "next", "oldest"/],
  ["wrdn", { ...KAFKA, paths: [{ from: "data", to: "/x" }] }, /^paths\.0\.from: an absolute path/],
  ["wrdn", { ...KAFKA, metadata: true }, /^metadata: there is no such key/],
];

Deno.test("a wrong table of a broker's plugin is refused with what would be right", async () => {
  for (const [plugin, table, faults] of TABLES) {
    assert.match((await faultsOf(plugin, table)).join("; "), faults, Deno.inspect(table));
  }
});
