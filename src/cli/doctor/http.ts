/** The page in the browser: its address, its port, and who may do what. */
import { hostname } from "node:os";
import type { Settings } from "../../config/settings.ts";
import { pageUrl } from "../../http/page_url.ts";
import { type Finding, ok, warning } from "./check.ts";
import { checkListen } from "./listen.ts";

/** @param running whether a daemon of this configuration runs */
export function checkHttp({ http }: Settings, { running }: { readonly running: boolean }): Finding[] {
  if (!http.enabled) return [ok("page", "off ([http] enabled = false)")];
  const { address, port, token } = http;
  const url = pageUrl(http, port, hostname());
  return [
    ok("address", port === 0 ? `${url}; port 0 is another at each start, and is in the log` : url),
    token === ""
      ? ok(
        "token",
        'none, so the page can only be watched; a key [http] token = "…" of 16 characters or more gives one',
      )
      : ok("token", token),
    ...isLoopback(address) || token === "" ? [] : [
      warning(
        "encryption",
        `other computers reach ${address}, and the token goes over the network as it is`,
        "Listen on 127.0.0.1 behind a proxy that does TLS, as pewatch docs http says, where others share the network",
      ),
    ],
    checkListen({
      name: "port",
      shown: `${address}, port ${port}`,
      hostname: address,
      port,
      running,
      remedy: "Give [http] another port, or end the other program; frames are delivered without the page",
      isExtra: true,
    }),
  ];
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}
