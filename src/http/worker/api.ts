/** The table of what is served, and what each route answers. */
import type { FrameFiles } from "../messages.ts";
import { type FrameReader, FrameReadError } from "../images/frame_reader.ts";
import { familiesOf, type ServerReading } from "../metrics/families.ts";
import { CONTENT_TYPES, formatFor, metricsText } from "../metrics/text.ts";
import { type HttpRequest, type HttpResponse, json, refused } from "../server/response.ts";
import type { EventStream } from "./event_stream.ts";
import type { Guard } from "./guard.ts";
import type { LedgerLines } from "./ledger_lines.ts";
import { type MainThread, NoAnswerError } from "./main_thread.ts";
import type { Orders } from "./orders.ts";
import type { HelloPayload, QuarantinePayload } from "../payloads.ts";
import { pageFiles } from "../page_files.ts";

export interface ApiParts {
  readonly main: Pick<MainThread, "ask">;
  readonly guard: Guard;
  readonly orders: Orders;
  readonly events: EventStream;
  readonly ledger: LedgerLines;
  readonly reader: FrameReader;
  readonly reading: () => ServerReading;
  readonly quarantine: () => Promise<readonly QuarantinePayload[]>;
}

type Route = (request: HttpRequest, match: RegExpExecArray) => Promise<HttpResponse>;

/** Whole images in progress at once: each holds a frame in memory until its client has it. */
const WHOLE_IMAGES_MAX = 2;
const FOREVER = { "cache-control": "private, max-age=600, immutable" };
const ORDER_PATH = /^\/api\/(start|stop|retry|token|confirm|plugins\/[^/]+\/retry|folders\/[^/]+|ledger\/[^/]+)$/;
const BINARY = { "content-type": "application/octet-stream" };

/** Each has the name of the design and, where the first one was short, a short one. */
export class Api {
  readonly #parts: ApiParts;
  readonly #routes: readonly (readonly [pattern: RegExp, route: Route])[];
  #wholeImages = 0;

  constructor(parts: ApiParts) {
    this.#parts = parts;
    this.#routes = [
      [/^\/(?:api\/)?events$/, () => parts.events.open(() => this.#hello())],
      [/^\/api\/state$/, async () => json(await this.#hello())],
      [/^\/status\.json$/, async () => json((await this.#hello()).state)],
      [/^\/(?:api\/)?frames$/, async () => json((await this.#hello()).frames)],
      [/^\/api\/frames\/(\d{1,15}|latest)\/preview$/, (_, [, id]) => this.#preview(id!)],
      [
        /^\/(?:api\/frames\/(\d{1,15}|latest)\/image|image\/(\d{1,15}|latest))$/,
        (_, [, id, short]) => this.#image((id ?? short)!),
      ],
      [
        /^\/(?:api\/frames\/(\d{1,15}|latest)\/pattern|pattern\/(\d{1,15}|latest))$/,
        (_, [, id, short]) => this.#pattern((id ?? short)!),
      ],
      [/^\/api\/ledger$/, (request) => parts.ledger.piece(request)],
      [/^\/api\/ledger\/events$/, (request) => parts.ledger.follow(request)],
      [/^\/metrics$/, (request) => this.#metrics(request)],
      [/^\/livez$/, () => this.#live()],
      [/^\/readyz$/, () => this.#ready()],
    ];
  }

  /** Never rejects. */
  async answer(request: HttpRequest): Promise<HttpResponse> {
    try {
      const { guard, orders } = this.#parts;
      const refusal = guard(request);
      if (refusal !== null) return refusal;
      if (request.method === "POST") return await orders.answer(request);
      for (const [pattern, route] of this.#routes) {
        const match = pattern.exec(request.path);
        if (match !== null) return await route(request, match);
      }
      if (ORDER_PATH.test(request.path)) return refused(405, "This is an order: it needs POST", { allow: "POST" });
      return await answerFile(request);
    } catch (error) {
      if (error instanceof FrameReadError) return refused(error.status, error.message, retryAfter(error.status));
      if (error instanceof NoAnswerError) return refused(503, error.message, retryAfter(503));
      throw error;
    }
  }

  async #hello(): Promise<HelloPayload> {
    const { main, quarantine } = this.#parts;
    const [hello, list] = await Promise.all([main.ask("hello", {}), quarantine()]);
    return { ...hello, quarantine: list };
  }

  async #frame(id: string): Promise<FrameFiles> {
    const files = await this.#parts.main.ask("frame", { id: id === "latest" ? id : Number(id) });
    if (files !== null) return files;
    throw new FrameReadError(404, id === "latest" ? "There is no frame yet" : `Frame ${id} is not known any more`);
  }

  async #preview(id: string): Promise<HttpResponse> {
    const files = await this.#frame(id);
    const { preview: body, geometry, figures } = await this.#parts.reader.preview(files);
    return {
      status: 200,
      headers: {
        ...BINARY,
        ...cachingOf(id),
        "x-frame": String(files.id),
        "x-geometry": JSON.stringify(geometry),
        "x-figures": JSON.stringify(figures),
      },
      body,
    };
  }

  async #image(id: string): Promise<HttpResponse> {
    const files = await this.#frame(id);
    if (this.#wholeImages >= WHOLE_IMAGES_MAX) {
      return refused(503, "Other whole images are being sent; try again", retryAfter(503));
    }
    this.#wholeImages++;
    const done = () => void this.#wholeImages--;
    try {
      const { imageHeader, pixels } = await this.#parts.reader.whole(files);
      const headers = { ...BINARY, ...cachingOf(id), "x-frame": String(files.id) };
      return { status: 200, headers, body: [imageHeader, pixels], done };
    } catch (error) {
      done();
      throw error;
    }
  }

  /** It comes some time after its frame, so "none" is no answer to be kept. */
  async #pattern(id: string): Promise<HttpResponse> {
    const pattern = await this.#parts.reader.pattern(await this.#frame(id));
    return json(pattern, { headers: pattern === null ? { "cache-control": "no-store" } : cachingOf(id) });
  }

  async #metrics({ headers }: HttpRequest): Promise<HttpResponse> {
    const daemon = await this.#parts.main.ask("metrics", {});
    const format = formatFor(headers.get("accept"));
    const body = metricsText(familiesOf(daemon, this.#parts.reading()), format);
    return { status: 200, headers: { "content-type": CONTENT_TYPES[format], "vary": "accept" }, body };
  }

  /** The process and its main thread work. */
  async #live(): Promise<HttpResponse> {
    await this.#parts.main.ask("ready", {});
    return plain(200, "alive");
  }

  /** Frames are being delivered, or would be. */
  async #ready(): Promise<HttpResponse> {
    const { ready, text } = await this.#parts.main.ask("ready", {});
    return plain(ready ? 200 : 503, text);
  }
}

function cachingOf(id: string): Readonly<Record<string, string>> {
  return id === "latest" ? {} : FOREVER;
}

function retryAfter(status: number): Readonly<Record<string, string>> {
  return status === 503 ? { "retry-after": "1" } : {};
}

function plain(status: number, text: string): HttpResponse {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: `${text}\n` };
}

/** The page's own files: nothing else can be reached, since each request is looked up among their names. */
async function answerFile({ path, headers }: HttpRequest): Promise<HttpResponse> {
  const file = (await pageFiles()).get(path.slice(1));
  if (file === undefined) return refused(404, "There is nothing of this name here; / is the page");
  const caching = { "cache-control": "no-cache", "etag": file.etag };
  if (headers.get("if-none-match") === file.etag) return { status: 304, headers: caching };
  return { status: 200, headers: { "content-type": file.type, ...caching }, body: file.body };
}
