/** Orders by themselves: the table of paths, and the limit of each address. */
import assert from "node:assert/strict";
import type { Order } from "../../src/http/messages.ts";
import type { HttpRequest } from "../../src/http/server/response.ts";
import { Orders } from "../../src/http/worker/orders.ts";

const TOKEN = "0123456789abcdef";

function orders() {
  const taken: { readonly order: Order; readonly from: string }[] = [];
  const main = {
    ask: (_what: string, question: unknown) => {
      taken.push(question as (typeof taken)[number]);
      return Promise.resolve({ text: "done" } as never);
    },
  };
  const post = async (path: string, { from = "10.0.0.1", token = TOKEN, body = "" } = {}) => {
    const headers = new Map([["authorization", `Bearer ${token}`]]);
    const bytes = new TextEncoder().encode(body);
    const request: HttpRequest = { method: "POST", path, query: new URLSearchParams(), headers, body: bytes, from };
    return (await all.answer(request)).status;
  };
  const logged: string[] = [];
  const all = new Orders({ token: TOKEN, main, log: (_, text) => void logged.push(text) });
  return { taken, post, logged };
}

Deno.test("each path is one order, with names as they are", async () => {
  const { taken, post } = orders();
  assert.equal(await post("/api/stop"), 200);
  assert.equal(await post("/api/plugins/my%20plugin/retry"), 200);
  assert.equal(await post("/api/folders/raw", { body: '{"value":"R:/raw"}' }), 200);
  assert.deepEqual(taken.map(({ order }) => order), [
    { what: "stop" },
    { what: "retry_plugin", plugin: "my plugin" },
    { what: "folder", key: "raw", value: "R:/raw" },
  ]);
  for (
    const path of [
      "/api/stop/",
      "/api/stopp",
      "/api/plugins//retry",
      "/api/plugins/%zz/retry",
      "/api/plugins/a/b/retry",
    ]
  ) {
    assert.equal(await post(path), 404, path);
  }
  for (const body of ["[]", '{"sequence":-1}', '{"sequence":"1"}', '{"from":"1"}', "null", "\xff"]) {
    assert.equal(await post("/api/ledger/archive", { body }), 400, body);
  }
  for (const sha256 of ["", [], ["12"], [1]]) {
    assert.equal(await post("/api/confirm", { body: JSON.stringify({ consumer: "a", sha256 }) }), 400);
  }
  for (const body of ["", "[]", '{"value":1}', "null", "\xff"]) {
    assert.equal(await post("/api/folders/raw", { body }), 400, body);
  }
});

Deno.test("who tries too often is slowed down, and keeps nobody else from giving orders", async () => {
  const { taken, post, logged } = orders();
  for (let count = 0; count < 30; count++) assert.equal(await post("/api/stop", { token: "wrong" }), 401);
  assert.equal(await post("/api/stop", { token: "wrong" }), 429);
  assert.equal(await post("/api/stop"), 429);
  assert.equal(await post("/api/stop", { from: "10.0.0.2" }), 200);
  assert.equal(taken.length, 1);
  // A program that has the token says for each frame that it has it, which is no attempt to guess one.
  for (let count = 0; count < 100; count++) {
    assert.equal(await post("/api/ledger/a", { from: "10.0.0.4", body: `{"sequence":${count}}` }), 200);
  }
  // From many addresses at once it comes to an end too.
  for (let at = 0; at < 300; at++) await post("/api/stop", { token: "wrong", from: `10.0.1.${at}` });
  assert.equal(await post("/api/stop", { from: "10.0.0.3" }), 429);
  // But who had the right token before is not one of them.
  assert.equal(await post("/api/stop", { from: "10.0.0.2" }), 200);
  assert.deepEqual(logged.filter((text) => text.includes("too many")), [
    "/api/stop from 10.0.0.1 is refused: too many orders within a minute",
  ]);
});
