/** What `pewatch doctor` says of the page. */
import assert from "node:assert/strict";
import { checkHttp } from "../../../src/cli/doctor/http.ts";
import type { HttpSettings, Settings } from "../../../src/config/settings.ts";
import { defaultSettings } from "../../../src/config/settings.ts";

const TOKEN = "0123456789abcdef";

function found(http: Partial<HttpSettings>, running = false): Record<string, string> {
  const settings: Settings = { ...defaultSettings("/x"), http: { ...defaultSettings("/x").http, port: 0, ...http } };
  return Object.fromEntries(
    checkHttp(settings, { running }).map(({ name, status, finding }) => [name, `${status}: ${finding}`]),
  );
}

Deno.test("the address, the token and a port that is free are shown", () => {
  const { address, token, port, encryption } = found({ token: TOKEN });
  assert.match(address!, /^ok: http:\/\/127\.0\.0\.1:0\/; port 0 is another at each start/);
  assert.equal(token, `ok: ${TOKEN}`);
  assert.match(port!, /^ok: .* is free$/);
  assert.equal(encryption, undefined);
  assert.match(found({}).token!, /^ok: none, so the page can only be watched/);
  assert.deepEqual(Object.keys(found({ enabled: false })), ["page"]);
});

Deno.test("a token that goes over the network as it is, is a warning", () => {
  assert.match(found({ token: TOKEN, address: "0.0.0.0" }).encryption!, /^warning: /);
  assert.equal(found({ address: "0.0.0.0" }).encryption, undefined);
});

Deno.test("a port of another program is a warning, since frames are delivered; pewatch's own is none", () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  assert.match(found({ port }).port!, /^warning: .*another program listens there/);
  assert.match(found({ port }, true).port!, /^ok: .*in use by pewatch/);
});
