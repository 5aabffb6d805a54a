/**
 * Reports each delivered frame to web services: an HTTP POST of JSON, sent in the background and retried until accepted.
 * Each URL has a cursor in the ledger, so that none misses a frame, over restarts too.
 */
import type { DeliveredFrame, FrameSource, PluginContext } from "pewatch";
import * as v from "valibot";
import { hasControlCharacter, numberWithin, table, wholeNumber, words, yesOrNo } from "./lib/config.ts";
import { frameMessage, sidecarFacts } from "./lib/frame_message.ts";
import { PostSender } from "./lib/post_sender.ts";
import { sidecarOf } from "./lib/sidecar_of.ts";
import { thrownText } from "./lib/thrown_text.ts";

export const TICKTACK = 1;
export const CONTRACT = 2;

/** Each has a connection and a queue of its own. */
const URLS_MAX = 10;
/** The daemon ends a teardown after 5 s. */
const FLUSH_MS_MAX = 3000;

const url = v.pipe(
  words("a URL"),
  v.check((text) => /^https?:\/\//i.test(text) && URL.canParse(text), 'a URL is needed: "http://host:8000/frames"'),
  v.check(
    (text) => !URL.canParse(text) || (new URL(text).username === "" && new URL(text).password === ""),
    "a URL cannot hold a user and password; use token or headers",
  ),
);

export const CONFIG = table({
  /** Each of them gets every message. */
  urls: v.pipe(
    v.array(url, 'a list of URLs is needed: ["http://host:8000/frames"]'),
    v.minLength(1, "one URL at least is needed"),
    v.maxLength(URLS_MAX, `at most ${URLS_MAX} URLs are possible`),
  ),
  /** Sent as `Authorization: Bearer TOKEN`. */
  token: v.exactOptional(words("a token")),
  headers: v.optional(
    v.record(
      v.pipe(v.string(), v.regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "this cannot be the name of a header")),
      v.pipe(
        v.string("a text in quotes is needed"),
        v.check((text) => !hasControlCharacter(text), "it holds a control character"),
      ),
      'a table of headers is needed: { "X-Beamline" = "P02.2" }',
    ),
    {},
  ),
  /** For one try, all of it: connection, request, answer. */
  timeout_s: v.optional(numberWithin(0.1, 300, "in seconds"), 10),
  /** Without effect: what waits for a receiver waits in the ledger. It was a bound of the memory. */
  waiting_max: v.optional(wholeNumber(10, 100_000, "messages that wait for a receiver that is away"), 1000),
  /** Whether the sidecar's facts are part of the message. */
  metadata: yesOrNo(true),
});

type Context = PluginContext<v.InferOutput<typeof CONFIG>>;

interface Receiver {
  readonly sender: PostSender;
  /** In progress, or null. */
  sending: Promise<void> | null;
}

let receivers: Receiver[] = [];
let isEnding = false;

export function setup({ config, log, counters }: Context): void {
  const headers = {
    ...config.headers,
    ...config.token === undefined ? {} : { authorization: `Bearer ${config.token}` },
  };
  isEnding = false;
  receivers = config.urls.map((target) => ({
    sending: null,
    sender: new PostSender(target, {
      headers,
      timeout_ms: config.timeout_s * 1000,
      reports: log,
      count: (name) => counters.add(name),
    }),
  }));
}

/** Only sees to it that each receiver is sent what it has not had: firings do not wait for a network. */
export function work({ frames, config, counters, log }: Context): void {
  for (const receiver of receivers) {
    const { shownUrl } = receiver.sender;
    const textOf = (frame: DeliveredFrame) => {
      const sidecar = sidecarOf(frame, counters);
      const metadata = config.metadata ? { metadata: sidecarFacts(sidecar) } : {};
      return JSON.stringify({ ...frameMessage(frame, sidecar), ...metadata });
    };
    receiver.sending ??= sendAll(receiver.sender, frames.of(shownUrl), textOf)
      .catch((error) => log.warn(`${shownUrl}: ${thrownText(error)}`))
      .finally(() => receiver.sending = null);
  }
}

async function sendAll(
  sender: PostSender,
  frames: FrameSource,
  textOf: (frame: DeliveredFrame) => string,
): Promise<void> {
  for await (const frame of frames) {
    if (isEnding || !await sender.send(textOf(frame))) return frame.later();
  }
}

export async function teardown(): Promise<void> {
  isEnding = true;
  await Promise.all(receivers.map(async ({ sender, sending }) => {
    await sender.close(FLUSH_MS_MAX);
    await sending;
  }));
  receivers = [];
}
