/** Ports of this machine. */

/** One that nobody listens on now, and that the system does not give away again soon. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
