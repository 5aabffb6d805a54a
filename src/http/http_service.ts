/** The HTTP server beside the daemon: a worker of its own, so that frames never wait for a client. */
import { hostname } from "node:os";
import type { Daemon } from "../daemon/daemon.ts";
import type { FrameEvent } from "../frames/events.ts";
import type { Logger } from "../log/logger.ts";
import { messageOf } from "../files/errors.ts";
import { type FromHttpWorker, PATTERN_PLUGIN, type Question, type ReplyTo, type ToHttpWorker } from "./messages.ts";
import { carryOut } from "./order.ts";
import { Broadcast } from "./broadcast.ts";
import { pageUrl } from "./page_url.ts";
import { Report } from "./report/report.ts";
import { onPulse } from "../time/pulse.ts";

export interface HttpServiceOptions {
  readonly daemon: Daemon;
  readonly log: Logger;
  readonly onListening?: (url: string) => void;
}

/** What hinders a start (a port that is taken, an address that is not there yet) is retried after so long. */
const RETRY_MS = 10_000;
const SAMPLE_PULSES = 2;

export class HttpService {
  readonly #options: HttpServiceOptions;
  readonly #report: Report;
  readonly #broadcast: Broadcast;
  readonly #ends: (() => void)[] = [];
  #worker: Worker | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** The last time that the worker knows. */
  #retried_ms: number | undefined;
  #said = "";
  #stopped = false;
  #ending = false;

  constructor(options: HttpServiceOptions) {
    this.#options = options;
    this.#report = new Report(options.daemon);
    this.#broadcast = new Broadcast(this.#report, (message) => this.#post(message));
  }

  /** To be called when the daemon runs. Returns at once; the log says what comes of it. */
  start(): void {
    const { daemon } = this.#options;
    this.#ends.push(
      onPulse(SAMPLE_PULSES, () => this.#sample()),
      daemon.onFrame((event) => this.#frame(event)),
      daemon.onSettings(() => {
        this.#lookAtQuarantine();
        this.#broadcast.folders();
      }),
    );
    this.#open();
  }

  /** From now on clients watch, but can do nothing: the program ends. */
  end(): void {
    this.#ending = true;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    for (const end of this.#ends.splice(0)) end();
    this.#closeWorker();
  }

  #open(): void {
    const worker = this.#worker = new Worker(new URL("./worker/http_worker.ts", import.meta.url), {
      type: "module",
      name: "http",
    });
    worker.onmessage = ({ data }: MessageEvent<FromHttpWorker>) => {
      if (this.#worker === worker) this.#receive(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (this.#worker === worker) this.#openLater(`the server ended: ${event.message}`);
    };
    const { http: settings, detector, beamline, plugins } = this.#options.daemon.settings;
    const patternFolder = String(plugins.tables[PATTERN_PLUGIN]?.["subfolder"] ?? "");
    this.#post({ type: "start", settings, images: { detector, beamline, patternFolder } });
    this.#lookAtQuarantine();
  }

  #openLater(reason: string): void {
    this.#closeWorker();
    if (this.#stopped) return;
    const text = `page: ${reason}; frames are delivered without it`;
    if (this.#said === text) this.#options.log.debug(text);
    else this.#options.log.warn(`${text}. Retrying every ${RETRY_MS / 1000} s`);
    this.#said = text;
    this.#retry = setTimeout(() => this.#open(), RETRY_MS);
  }

  #closeWorker(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#broadcast.viewers(0);
  }

  #post(message: ToHttpWorker): void {
    this.#worker?.postMessage(message);
  }

  #receive(message: FromHttpWorker): void {
    const { log } = this.#options;
    switch (message.type) {
      case "listening":
        return this.#listening(message.port);
      case "failed":
        return this.#openLater(this.#reasonOf(message));
      case "viewers":
        return this.#broadcast.viewers(message.count);
      case "seen":
        return this.#broadcast.seen(message);
      case "log":
        return log[message.level](`page: ${message.message}`);
      case "ask":
        return void this.#answer(message.id, message.question);
    }
  }

  #listening(port: number): void {
    const { settings } = this.#options.daemon;
    const url = pageUrl(settings.http, port, hostname());
    this.#said = "";
    this.#options.log.info(`page: ${url}${settings.http.token === "" ? ", read-only: [http] has no token" : ""}`);
    this.#options.onListening?.(url);
  }

  #reasonOf({ inUse, reason }: FromHttpWorker & { type: "failed" }): string {
    const { address, port } = this.#options.daemon.settings.http;
    if (inUse) return `port ${port} is used by another program; end it, or give [http] another port`;
    return `cannot listen on ${address}, port ${port}: ${reason}; correct [http] address`;
  }

  async #answer(id: number, question: Question): Promise<void> {
    try {
      this.#post({ type: "reply", id, value: await this.#replyTo(question) });
    } catch (error) {
      this.#post({ type: "reply", id, error: messageOf(error) });
    }
  }

  #replyTo(question: Question): ReplyTo<Question["what"]> | Promise<ReplyTo<Question["what"]>> {
    const { daemon, log } = this.#options;
    switch (question.what) {
      case "hello":
        return this.#report.hello();
      case "metrics":
        return this.#report.metrics();
      case "frame":
        return this.#report.frames.files(question.id);
      case "ready":
        return readiness(daemon);
      case "ledger":
        return daemon.ledgerPlace(question.consumer);
      case "order":
        if (this.#ending) return { status: 409, error: "pewatch is stopping" };
        return carryOut(question.order, { daemon, log, from: question.from });
    }
  }

  #frame(event: FrameEvent): void {
    const frame = this.#report.frame(event);
    if (frame === null) return;
    this.#broadcast.frame(frame);
    if (frame.kind === "quarantined") this.#lookAtQuarantine();
  }

  #sample(): void {
    const status = this.#options.daemon.status();
    this.#report.sample(status);
    const [last] = this.#options.daemon.retried_ms.slice(-1);
    if (last !== this.#retried_ms) this.#lookAtQuarantine();
    this.#broadcast.state(status);
  }

  #lookAtQuarantine(): void {
    const { settings, retried_ms } = this.#options.daemon;
    this.#retried_ms = retried_ms.at(-1);
    this.#post({ type: "quarantine", root: settings.folders.output_root, retried_ms });
  }
}

function readiness(daemon: Pick<Daemon, "status">): { ready: boolean; text: string } {
  const { state, text } = daemon.status();
  return { ready: state === "RUNNING" || state === "ALARM", text: `${state}: ${text}` };
}
