/** Names and addresses of Tango: what is wrong with one, in words for a person, or null. */

/** Longest part of a name that the tables of a Tango database hold (device 255, server 255, with their slashes). */
const PART_LENGTH_MAX = 80;
const PORT_MAX = 65_535;

/** What the database and the naming rules of Tango (its book, "Device naming") leave: no slash, no space, no quotes… */
const PART = /^[A-Za-z0-9_.-]+$/;
/** A host's name, an IPv4 address, or an IPv6 one in brackets. */
const HOST = /^([A-Za-z0-9_-][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.]+\])$/;

/** Of a device server's name or instance. */
export function faultOfServerPart(name: string): string | null {
  if (name === "") return "a name is needed";
  if (!PART.test(name)) return "a name has letters, digits, '.', '_' and '-' alone";
  return name.length > PART_LENGTH_MAX ? `a name has at most ${PART_LENGTH_MAX} characters` : null;
}

/** Of a device's name. */
export function faultOfDevice(name: string): string | null {
  const parts = name.split("/");
  if (name.includes("://")) return "the name alone is needed, as in 'pewatch/daemon/1'; its host is the key database";
  if (parts.length !== 3) return "three names with slashes between are needed, as in 'pewatch/daemon/1'";
  for (const part of parts) {
    const fault = faultOfServerPart(part);
    if (fault !== null) return `${fault}: domain/family/member`;
  }
  // cppTango keeps it for the admin devices of servers.
  return parts[0]!.toLowerCase() === "dserver" ? "the domain dserver is Tango's own" : null;
}

/** Of "host:port". Port 0 is any free one, which only who listens can mean. */
export function faultOfAddress(address: string, options: { readonly anyPort: boolean }): string | null {
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, Math.max(0, colon));
  const digits = address.slice(colon + 1);
  if (colon < 0) return "host and port are needed, as in 'host:10000'";
  if (address.includes(",")) return "one host and port are needed, not a list";
  if (!HOST.test(host)) return `${JSON.stringify(host)} is not the name or address of a host`;
  const lowest = options.anyPort ? 0 : 1;
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : NaN;
  return port >= lowest && port <= PORT_MAX ? null : `a port from ${lowest} to ${PORT_MAX} is needed after ':'`;
}
