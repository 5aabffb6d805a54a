/// <reference lib="deno.worker" />
/** The worker that serves HTTP: nothing that a client does reaches the main thread but short questions. */
import { hostname } from "node:os";
import { standBack } from "../../../ffi/system/priority.ts";
import { messageOf } from "../../files/errors.ts";
import { FrameReader } from "../images/frame_reader.ts";
import type { FromHttpWorker, ToHttpWorker } from "../messages.ts";
import { HttpServer } from "../server/server.ts";
import { Api } from "./api.ts";
import { EventStream } from "./event_stream.ts";
import { guardOf } from "./guard.ts";
import { LedgerLines } from "./ledger_lines.ts";
import { MainThread } from "./main_thread.ts";
import { Orders } from "./orders.ts";
import { QuarantineWatch } from "./quarantine_watch.ts";

standBack();

function post(message: FromHttpWorker): void {
  self.postMessage(message);
}

const main = new MainThread(post);
const events = new EventStream((count) => {
  quarantine?.setActive(count > 0);
  post({ type: "viewers", count });
});
let quarantine: QuarantineWatch | null = null;

function start({ settings, images }: ToHttpWorker & { type: "start" }): void {
  const log = (level: "info" | "warn" | "debug", message: string) => post({ type: "log", level, message });
  const reader = new FrameReader({
    settings: images,
    onRead: (id, { figures, geometry, took_ms }, whole) =>
      post({ type: "seen", id, figures, geometry, preview_ms: whole ? null : took_ms }),
  });
  const watch = quarantine = new QuarantineWatch({
    list: (root) => reader.quarantine(root),
    onChange: (list) => events.send("quarantine", list),
  });
  const api = new Api({
    main,
    guard: guardOf(settings, hostname()),
    orders: new Orders({ token: settings.token, main, log }),
    events,
    ledger: new LedgerLines({ main, onDropped: () => events.dropped++ }),
    reader,
    reading: () => ({
      viewers: events.count,
      connections: server?.connections ?? 0,
      requests: server?.requests ?? 0,
      dropped: events.dropped,
    }),
    quarantine: () => watch.current(),
  });
  let server: HttpServer | null = null;
  try {
    server = new HttpServer({ hostname: settings.address, port: settings.port }, {
      handle: (request) => api.answer(request),
      onError: (text) => log("debug", `a request failed: ${text}`),
    });
    post({ type: "listening", port: server.port });
  } catch (error) {
    post({ type: "failed", inUse: error instanceof Deno.errors.AddrInUse, reason: messageOf(error) });
  }
}

self.onmessage = ({ data }: MessageEvent<ToHttpWorker>) => {
  switch (data.type) {
    case "start":
      return start(data);
    case "reply":
      return main.answered(data);
    case "quarantine":
      return quarantine?.look(data.root, data.retried_ms);
    case "event":
      return events.send(data.name, data.data);
  }
};
