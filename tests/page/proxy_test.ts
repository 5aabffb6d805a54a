/** The page below a path of a reverse proxy, and of a daemon that nobody may change. */
import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { openBrowser, Tab } from "./browser.ts";
import { PageDaemon } from "./daemon.ts";

const PATH = "/beamline/pewatch/";

/** Passes on what lies below PATH with the browser's own Host, as docs/page.md has it for nginx. */
async function proxyTo(url: string): Promise<{ url: string } & Disposable> {
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url!.startsWith(PATH) ? incoming.url!.slice(PATH.length) : "nothing-of-this-name";
    const asked = request(url + path, { headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    asked.on("error", () => outgoing.destroy());
    outgoing.on("close", () => asked.destroy());
    asked.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${PATH}`,
    [Symbol.dispose]: () => (server.closeAllConnections(), void server.close()),
  };
}

Deno.test("the page works below a path, and offers nothing without a token in the configuration", async () => {
  await using daemon = new PageDaemon({ http: { token: "" } });
  await daemon.start();
  const [name] = await daemon.simulate(1);
  using proxy = await proxyTo(daemon.url);
  await using browser = await openBrowser();
  await using tab = await Tab.open(browser, proxy.url);
  await tab.sees(".image h2", name!);
  await tab.until(async () => await tab.fact("Mean") !== "–", "the image");
  daemon.place.put("text.tif", new TextEncoder().encode("no image\n"), null);
  await tab.sees("#tab-quarantine .count", "1");
  await tab.page.click("#tab-quarantine");
  await tab.sees("#panel-quarantine .act", "pewatch retry");
  for (const text of ["Unlock", "Stop", "Folders", "Retry"]) {
    assert.equal(await tab.page.locator(`button:has-text('${text}')`).count(), 0, text);
  }
});
