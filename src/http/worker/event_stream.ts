/** All browsers that listen: an event is made into bytes once, for all of them. */
import type { EventClient } from "../server/event_client.ts";
import { eventStream, type HttpResponse, refused } from "../server/response.ts";

const VIEWERS_MAX = 64;

export class EventStream {
  readonly #clients = new Set<EventClient>();
  /** Clients that read too slowly. */
  dropped = 0;
  readonly #onCount: (count: number) => void;

  constructor(onCount: (count: number) => void) {
    this.#onCount = onCount;
  }

  get count(): number {
    return this.#clients.size;
  }

  /** @param hello what the stream begins with; asked for first, so that a busy daemon is a status and no empty stream */
  async open(hello: () => Promise<unknown>): Promise<HttpResponse> {
    if (this.#clients.size >= VIEWERS_MAX) {
      return refused(503, `${VIEWERS_MAX} browsers listen already`, { "retry-after": "30" });
    }
    const first = eventBytes("hello", await hello());
    return eventStream((client) => {
      this.#clients.add(client);
      client.onClose = () => {
        this.#clients.delete(client);
        if (client.wasDropped) this.dropped++;
        this.#onCount(this.#clients.size);
      };
      client.send(first);
      this.#onCount(this.#clients.size);
    });
  }

  send(name: string, data: unknown): void {
    if (this.#clients.size === 0) return;
    const bytes = eventBytes(name, data);
    for (const client of this.#clients) client.send(bytes);
  }
}

/** JSON has no line breaks of its own. */
function eventBytes(name: string, data: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}
