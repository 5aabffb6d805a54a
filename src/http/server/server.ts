/**
 * An HTTP/1.1 server with bounds. `Deno.serve` has none: not for connections, nor for the time or size of a head, nor
 * for clients that do not read; and it copies a body for each of them.
 */
import { Connection, type ConnectionOptions } from "./connection.ts";

/**
 * Of all clients together. Beyond it, who has waited longest without a request is closed, else who takes longest to read
 * an answer: masses of clients that stop reading keep nobody out.
 */
const CONNECTIONS_MAX = 128;
/** Every client may take so long. */
const SENDING_MS_MIN = 1000;

export class HttpServer {
  readonly #listener: Deno.TcpListener;
  readonly #options: ConnectionOptions;
  readonly #connections = new Set<Connection>();
  #closed = false;

  /** @throws Deno.errors.AddrInUse, Deno.errors.AddrNotAvailable, Deno.errors.PermissionDenied */
  constructor(address: { readonly hostname: string; readonly port: number }, options: ConnectionOptions) {
    this.#listener = Deno.listen(address);
    this.#options = { ...options, handle: (request) => (this.requests++, options.handle(request)) };
    void this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Requests answered, refusals among them. */
  requests = 0;

  get connections(): number {
    return this.#connections.size;
  }

  close(): void {
    this.#closed = true;
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
  }

  async #accept(): Promise<void> {
    while (!this.#closed) {
      let conn: Deno.TcpConn;
      try {
        conn = await this.#listener.accept();
      } catch {
        if (this.#closed) return;
        // A client that went away at once, or too many open files: not at full speed.
        await new Promise((resolve) => setTimeout(resolve, 100));
        continue;
      }
      if (this.#connections.size >= CONNECTIONS_MAX && !this.#makeRoom()) {
        conn.close();
        continue;
      }
      const connection = new Connection(conn, this.#options);
      this.#connections.add(connection);
      void connection.serve().finally(() => this.#connections.delete(connection));
    }
  }

  #makeRoom(): boolean {
    const connection = this.#connections.values().find(({ busy }) => !busy) ?? this.#slowest();
    if (connection === null) return false;
    this.#connections.delete(connection);
    connection.close();
    return true;
  }

  #slowest(): Connection | null {
    const sending = [...this.#connections].filter(({ sendingSince_ms }) => sendingSince_ms !== null)
      .sort((a, b) => a.sendingSince_ms! - b.sendingSince_ms!);
    const [first] = sending;
    return first === undefined || performance.now() - first.sendingSince_ms! < SENDING_MS_MIN ? null : first;
  }
}
