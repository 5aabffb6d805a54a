/** The head of an HTTP/1.1 request (RFC 9112), read strictly: what two programs could read in two ways is refused. */

/** Bytes of request line and headers; browsers send some 1 kB. */
export const HEAD_BYTES_MAX = 16 * 1024;
const HEADERS_MAX = 64;
const BODY_BYTES_MAX = 16 * 1024;

export const METHODS = ["GET", "HEAD", "POST"] as const;
type Method = typeof METHODS[number];

/** What is wrong with a request, with the status to answer. */
export class RequestError extends Error {
  override readonly name = "RequestError";

  constructor(readonly status: number, message: string) {
    super(message);
  }
}

export interface RequestHead {
  readonly method: Method;
  /** As it was sent, percent signs undecoded: "/api/state". */
  readonly path: string;
  readonly query: string;
  /** By their names in small letters, each once. */
  readonly headers: ReadonlyMap<string, string>;
  readonly bodyLength: number;
  /** Whether the client would send another request on this connection. */
  readonly keepAlive: boolean;
}

const REQUEST_LINE = /^([A-Z]{1,16}) (\/[!-~]*) HTTP\/1\.([01])$/;
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/;
/** Lists by their definition: two lines of them are one. */
const LISTS: ReadonlySet<string> = new Set(["accept", "accept-encoding", "accept-language", "cache-control", "via"]);

/**
 * @param text the head in Latin-1, without the empty line that ends it
 * @throws RequestError
 */
export function parseHead(text: string): RequestHead {
  const [first = "", ...lines] = text.split("\r\n");
  const [, method, target, minor] = REQUEST_LINE.exec(first) ?? [];
  if (method === undefined || target === undefined) throw new RequestError(400, "The request line is wrong");
  if (!isMethod(method)) throw new RequestError(405, `${method} is not known here; there are ${METHODS.join(", ")}`);
  if (lines.length > HEADERS_MAX) throw new RequestError(431, `More than ${HEADERS_MAX} headers`);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value = ""] = HEADER.exec(line) ?? [];
    if (name === undefined) throw new RequestError(400, "A header line is wrong");
    const key = name.toLowerCase();
    const before = headers.get(key);
    if (before !== undefined && !LISTS.has(key)) throw new RequestError(400, `The header ${key} came twice`);
    headers.set(key, before === undefined ? value.trim() : `${before}, ${value.trim()}`);
  }
  if (headers.has("transfer-encoding")) {
    throw new RequestError(501, "Transfer-Encoding is not known; send Content-Length");
  }
  if (headers.has("expect")) throw new RequestError(417, "Expect is not known");
  if (!headers.has("host")) throw new RequestError(400, "The header Host is missing");
  const [path = "", ...query] = target.split("?");
  return {
    method,
    path,
    query: query.join("?"),
    headers,
    bodyLength: bodyLengthOf(method, headers.get("content-length")),
    keepAlive: minor === "1" && !/\bclose\b/i.test(headers.get("connection") ?? ""),
  };
}

function isMethod(text: string): text is Method {
  return METHODS.some((method) => method === text);
}

function bodyLengthOf(method: string, text: string | undefined): number {
  if (text === undefined) return 0;
  if (!/^\d{1,15}$/.test(text)) throw new RequestError(400, "Content-Length is wrong");
  const length = Number(text);
  if (length > BODY_BYTES_MAX) throw new RequestError(413, `A body may have ${BODY_BYTES_MAX} bytes`);
  if (length > 0 && method !== "POST") throw new RequestError(400, `${method} has no body`);
  return length;
}
