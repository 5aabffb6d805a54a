/** What a route answers, and the head that it goes out with. */
import type { EventClient } from "./event_client.ts";

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST";
  readonly path: string;
  readonly query: URLSearchParams;
  /** By their names in small letters. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array<ArrayBuffer>;
  /** The client's address: "127.0.0.1". */
  readonly from: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes are sent as they are, uncopied: they may be shared by all clients. */
  readonly body?: string | Uint8Array<ArrayBuffer> | readonly Uint8Array<ArrayBuffer>[];
  /** In place of a body: the connection becomes a stream of events that this gets. */
  readonly events?: (client: EventClient) => void;
  /** Called when the body has gone out, or the client has. */
  readonly done?: () => void;
}

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  304: "Not Modified",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  417: "Expectation Failed",
  421: "Misdirected Request",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  501: "Not Implemented",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** Nothing from elsewhere is loaded, nothing of this is shown elsewhere. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

export function json(value: unknown, { status = 200, headers = {} }: Partial<HttpResponse> = {}): HttpResponse {
  const type = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
  return { status, headers: { ...type, ...headers }, body: JSON.stringify(value) };
}

/** A refusal; the sentence says what to do. */
export function refused(status: number, error: string, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return json({ error }, { status, headers });
}

/** Server-Sent Events: the client hears what `events` sends it, and comes again a second after a break. */
export function eventStream(events: (client: EventClient) => void): HttpResponse {
  return {
    status: 200,
    headers: { "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" },
    events: (client) => {
      client.send(new TextEncoder().encode("retry: 1000\n\n"));
      events(client);
    },
  };
}

/** @param length of the body; null for a stream that ends with the connection */
export function headOf(
  { status, headers = {} }: HttpResponse,
  { length, keepAlive }: { readonly length: number | null; readonly keepAlive: boolean },
): string {
  const all: Record<string, string> = {
    ...SECURITY_HEADERS,
    "cache-control": "no-store",
    ...headers,
    ...length === null ? {} : { "content-length": String(length) },
    "connection": keepAlive ? "keep-alive" : "close",
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${REASONS[status] ?? "Unknown"}\r\n${lines.join("")}\r\n`;
}
