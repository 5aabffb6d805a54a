/**
 * Where a browser finds the page. A file of its own: shared by the server, doctor and the window, which load no
 * server for it.
 */
import type { HttpSettings } from "../config/settings.ts";

/** @param hostName this computer's, for a server that listens on all addresses */
export function pageUrl({ address }: HttpSettings, port: number, hostName: string): string {
  const isAll = address === "0.0.0.0" || address === "::";
  return `http://${isAll ? hostName : address.includes(":") ? `[${address}]` : address}:${port}/`;
}
