/** Requests as they go over the wire, with nothing between that would mend them. */

/** Sends text as it is and returns all that comes back until the server closes or falls silent. */
export async function sendRaw(port: number, text: string, { waits_ms = 300 } = {}): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  try {
    for (let done = 0; done < bytes.length;) done += await conn.write(bytes.subarray(done));
  } catch {
    // The server may have answered and closed before it had all.
  }
  return await readAll(conn, waits_ms);
}

/** A connection on which a text has been sent; what comes back is left to the test. */
export async function openRaw(port: number, text: string): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode(text));
  return conn;
}

/** Until the end, or until nothing has come for so long after something has. */
async function readAll(conn: Deno.TcpConn, waits_ms: number): Promise<string> {
  const buffer = new Uint8Array(65_536);
  let text = "";
  for (;;) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = text === "" ? new Promise<null>(() => {}) : new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), waits_ms);
    });
    const count = await Promise.race([conn.read(buffer).catch(() => null), silence]);
    clearTimeout(timer);
    if (count === null) return text;
    text += String.fromCharCode(...buffer.subarray(0, count));
  }
}

/** The status of each response in what came back. */
export function statusesIn(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}
