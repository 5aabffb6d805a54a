/** Which requests are answered at all: no page of elsewhere may ask in a browser's name. */
import type { HttpSettings } from "../../config/settings.ts";
import { type HttpRequest, type HttpResponse, refused } from "../server/response.ts";

/** Null where the request may pass. */
export type Guard = (request: HttpRequest) => HttpResponse | null;

/** @param hostName this computer's own */
export function guardOf({ hosts, address }: HttpSettings, hostName: string): Guard {
  const ours = new Set(["localhost", address, hostName, ...hosts].map((host) => host.toLowerCase()));
  return ({ headers, method }) => {
    const host = headers.get("host") ?? "";
    if (!isOneOf(ours, host)) {
      return refused(421, `${shown(host)} is not a name of this pewatch; add it to [http] hosts of the configuration`);
    }
    const origin = headers.get("origin");
    const site = headers.get("sec-fetch-site");
    const isNavigation = headers.get("sec-fetch-mode") === "navigate" && method !== "POST";
    const isOther = (site === "cross-site" || site === "same-site") && !isNavigation;
    if (isOther || (origin !== undefined && !isOriginOf(origin, host))) {
      return refused(403, "Requests of other pages are refused");
    }
    return null;
  };
}

/** A name may be made to lead here by whoever owns it (DNS rebinding); an address cannot. */
function isOneOf(names: ReadonlySet<string>, host: string): boolean {
  const [, name] = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.exec(host) ?? [];
  if (name === undefined) return false;
  if (name.startsWith("[") || /^\d{1,3}(\.\d{1,3}){3}$/.test(name)) return true;
  return names.has(name.toLowerCase());
}

/** A proxy that does TLS passes the host on, and the origin has the browser's scheme. */
function isOriginOf(origin: string, host: string): boolean {
  const lower = origin.toLowerCase();
  return lower === `http://${host.toLowerCase()}` || lower === `https://${host.toLowerCase()}`;
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
