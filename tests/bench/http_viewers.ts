/**
 * Browsers without a screen, in a process of their own: each listens to events and takes previews as the page does.
 *
 *     deno run -A tests/bench/http_viewers.ts URL COUNT
 *
 * Writes "watching" when all listen; when its input ends, what they have seen.
 */
import type { FramePayload } from "../../src/http/payloads.ts";
import { EventReader } from "../http/event_reader.ts";

/** The page takes no more. */
const BETWEEN_PREVIEWS_MS = 320;

export interface Viewed {
  readonly bytes: number;
  /** From each frame's delivery until its pixels are there. */
  readonly delays_s: readonly number[];
}

class Viewer {
  bytes = 0;
  readonly delays_s: number[] = [];
  readonly #url: string;

  private constructor(url: string) {
    this.#url = url;
  }

  static async open(url: string): Promise<Viewer> {
    const events = await EventReader.open(`${url}api/events`);
    await events.next("hello");
    const viewer = new Viewer(url);
    void viewer.#follow(events);
    return viewer;
  }

  async #follow(events: EventReader): Promise<void> {
    let next_ms = 0, fetching = false, shown = 0;
    for (;;) {
      const frames = await events.next("frames") as FramePayload[];
      const frame = frames.findLast(({ kind, id }) => kind === "frame" && id > shown);
      if (frame === undefined || fetching || performance.now() < next_ms) continue;
      next_ms = performance.now() + BETWEEN_PREVIEWS_MS;
      shown = frame.id;
      fetching = true;
      void this.#take(frame).finally(() => fetching = false);
    }
  }

  async #take({ id, time, latency_s }: FramePayload): Promise<void> {
    const response = await fetch(`${this.#url}api/frames/${id}/preview`);
    this.bytes += (await response.arrayBuffer()).byteLength;
    if (response.status !== 200) return;
    const delivered_ms = Date.parse(time) + 1000 * (latency_s ?? 0);
    this.delays_s.push((Date.now() - delivered_ms) / 1000);
  }
}

if (import.meta.main) {
  const [url, count] = Deno.args;
  if (url === undefined || count === undefined) throw new Error("http_viewers.ts URL COUNT");
  const viewers = await Promise.all(Array.from({ length: Number(count) }, () => Viewer.open(url)));
  console.log("watching");
  for await (const _ of Deno.stdin.readable);
  const viewed: Viewed = {
    bytes: viewers.reduce((sum, { bytes }) => sum + bytes, 0),
    delays_s: viewers.flatMap(({ delays_s }) => delays_s),
  };
  console.log(JSON.stringify(viewed));
  Deno.exit(0);
}
