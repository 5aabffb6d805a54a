/** The stream of events. After a break the server sends everything anew, so nothing has to be caught up. */
import type { EventPayloads, FramePayload, HelloPayload, StatePayload, TrendsPayload } from "../../payloads.ts";

const FRAMES_MAX = 50;
const TREND_S = 600;
/** The state comes each second; without it for so long, the connection is lost, whatever the browser believes. */
const SILENT_MS = 4000;

/** Times in seconds since 1970, then rate, latency, frames waiting, free bytes: as uPlot takes them. */
export type Trends = readonly (readonly (number | null)[])[];

export type PageData = Omit<HelloPayload, "trends"> & { readonly trends: Trends };

export class Link {
  /** The last that was heard; null before the first. */
  data: PageData | null = null;
  /** Since when nothing was heard, by the daemon's clock; null while the connection is well. */
  lostSince_ms: number | null = null;
  #heard_ms = performance.now();
  #source: EventSource | null = null;
  readonly #listeners = new Set<() => void>();

  constructor() {
    this.#open();
    setInterval(() => this.#watch(), 500);
    // A browser has six connections to a server for all of its windows together: a page that nobody sees holds none.
    document.addEventListener("visibilitychange", () => document.hidden ? this.#close() : this.#open());
    // While it was in the browser's cache of pages, its connection was closed.
    addEventListener("pageshow", (event) => event.persisted && (this.#close(), this.#open()));
  }

  /** @returns what ends it */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** By the daemon's clock, which need not be this computer's. */
  get now_ms(): number {
    if (this.data === null) return Date.now();
    return Date.parse(this.data.state.time) + (performance.now() - this.#heard_ms);
  }

  #open(): void {
    if (this.#source !== null) return;
    this.#heard_ms = performance.now();
    const source = this.#source = new EventSource("api/events");
    const on = <Name extends keyof EventPayloads>(
      name: Name,
      apply: (data: PageData, payload: EventPayloads[Name]) => PageData,
    ) =>
      source.addEventListener(name, ({ data }: MessageEvent<string>) => {
        this.#heard_ms = performance.now();
        this.lostSince_ms = null;
        const payload = JSON.parse(data) as EventPayloads[Name];
        if (name === "hello") this.#greet(payload as HelloPayload);
        else if (this.data !== null) this.data = apply(this.data, payload);
        this.#notify();
      });
    on("hello", (data) => data);
    on("state", (data, state) => ({ ...data, state, trends: withPoint(data.trends, state) }));
    on("frames", (data, frames) => ({ ...data, frames: merged(data.frames, frames) }));
    on("quarantine", (data, quarantine) => ({ ...data, quarantine }));
    on("plugins", (data, plugins) => ({ ...data, plugins }));
    on("parameters", (data, parameters) => ({ ...data, parameters }));
    on("folders", (data, folders) => ({ ...data, folders }));
  }

  #greet(hello: HelloPayload): void {
    // After an update the page of before may not understand what comes.
    if (this.data !== null && this.data.version !== hello.version) location.reload();
    this.data = { ...hello, frames: hello.frames.slice(-FRAMES_MAX), trends: trendsOf(hello.trends) };
  }

  #close(): void {
    this.#source?.close();
    this.#source = null;
  }

  #watch(): void {
    if (document.hidden) return;
    const silent_ms = performance.now() - this.#heard_ms;
    if (silent_ms > SILENT_MS) {
      this.lostSince_ms ??= this.now_ms - silent_ms;
      // EventSource gives up for good at some answers.
      if (this.#source?.readyState === EventSource.CLOSED) this.#reopen(silent_ms);
    }
    this.#notify();
  }

  #reopen(silent_ms: number): void {
    this.#close();
    this.#open();
    this.#heard_ms -= silent_ms;
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

function trendsOf({ end, rate_per_s, latency_s, waiting, ramFree }: TrendsPayload): Trends {
  const last_s = Date.parse(end) / 1000;
  return [waiting.map((_, at) => last_s - (waiting.length - 1 - at)), rate_per_s, latency_s, waiting, ramFree];
}

function withPoint(trends: Trends, { time, rate_per_s, latency_s, waiting, ramDisk }: StatePayload): Trends {
  const point = [Date.parse(time) / 1000, rate_per_s, latency_s, waiting.total, ramDisk.free];
  const first = trends[0]!.findIndex((at) => at !== null && at > point[0]! - TREND_S);
  return trends.map((column, index) => [...first < 0 ? [] : column.slice(first), point[index]!]);
}

/** New frames at the end; those that are there already get what became known of them. */
function merged(known: readonly FramePayload[], news: readonly FramePayload[]): FramePayload[] {
  const byId = new Map(known.map((frame) => [frame.id, frame]));
  for (const frame of news) byId.set(frame.id, frame);
  return [...byId.values()].slice(-FRAMES_MAX);
}
