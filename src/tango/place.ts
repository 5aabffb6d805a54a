/** Where the device is served, out of the configuration. */
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
