/** Where the device is served, out of the configuration. A file of its own: doctor uses it without a device. */
import { hostname } from "node:os";
import type { TangoPlace } from "../../ffi/tango/library.ts";
import type { TangoSettings } from "../config/settings.ts";

/** Any free port, for clients on this computer alone: what is safe without asking. */
const ENDPOINT_WITHOUT_DATABASE = "127.0.0.1:0";

export function placeOf({ server, instance, device, database, endpoint }: TangoSettings): TangoPlace {
  if (database === "") {
    return { server, instance, device, endpoint: endpoint === "" ? ENDPOINT_WITHOUT_DATABASE : endpoint };
  }
  return { server, instance, device, database, ...endpoint === "" ? {} : { endpoint } };
}

/**
 * What a client calls the device: the whole name, which also a client with a TANGO_HOST of its own understands.
 * Incomplete where the system chooses the port: PORT stands in its place.
 */
export function nameForClients(settings: TangoSettings): { readonly name: string; readonly complete: boolean } {
  const { device, database } = settings;
  if (database !== "") return { name: `tango://${database}/${device}`, complete: true };
  const endpoint = placeOf(settings).endpoint!;
  const colon = endpoint.lastIndexOf(":");
  const [host, port] = [endpoint.slice(0, colon), endpoint.slice(colon + 1)];
  // Listening on every address is no address that a client can call.
  const shown = host === "0.0.0.0" || host === "[::]" ? hostname() : host;
  return { name: `tango://${shown}:${port === "0" ? "PORT" : port}/${device}#dbase=no`, complete: port !== "0" };
}
