/** Reports each delivered frame to web services: an HTTP POST of JSON, sent in the background and retried until accepted. */
import type { DeliveredFrame, FrameSidecar, PluginContext } from "pewatch";
import * as v from "valibot";
import { hasControlCharacter, numberWithin, table, wholeNumber, words, yesOrNo } from "./lib/config.ts";
import { PostQueue } from "./lib/post_queue.ts";
import { sidecarOf } from "./lib/sidecar_of.ts";
import { isoLocal, isoTime } from "./lib/times.ts";

export const TICKTACK = 1;

/** Raised when a key of the message is removed or changes its meaning; not when keys are added. */
const MESSAGE_VERSION = 1;
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
  /** For each URL. A message has 1 to 3 kB. */
  waiting_max: v.optional(wholeNumber(10, 100_000, "messages that wait for a receiver that is away"), 1000),
  /** Whether the sidecar's facts are part of the message. */
  metadata: yesOrNo(true),
});

type Context = PluginContext<v.InferOutput<typeof CONFIG>>;

let queues: PostQueue[] = [];

export function setup({ config, log, counters }: Context): void {
  const headers = {
    ...config.headers,
    ...config.token === undefined ? {} : { authorization: `Bearer ${config.token}` },
  };
  queues = config.urls.map((target) =>
    new PostQueue(target, {
      headers,
      timeout_ms: config.timeout_s * 1000,
      waitingMax: config.waiting_max,
      reports: log,
      count: (name) => counters.add(name),
    })
  );
}

/** Only puts messages into the queues: firings do not wait for a network. */
export async function work({ frames, config, counters }: Context): Promise<void> {
  for await (const frame of frames) {
    const text = JSON.stringify({
      ...message(frame),
      ...config.metadata ? { metadata: facts(sidecarOf(frame, counters)) } : {},
    });
    for (const queue of queues) queue.add(text);
  }
}

export async function teardown({ log }: Context): Promise<void> {
  await Promise.all(queues.map(async (queue) => {
    const lost = await queue.close(FLUSH_MS_MAX);
    if (lost > 0) log.warn(`${queue.shownUrl}: ${lost} messages were not sent before the end`);
  }));
  queues = [];
}

/** The message, version 1. A message whose answer was lost is sent again: receivers know it by `id`. */
function message(frame: DeliveredFrame) {
  const { image, sidecar, nexus, all } = frame.files;
  return {
    event: "delivered",
    version: MESSAGE_VERSION,
    id: crypto.randomUUID(),
    number: frame.number,
    name: frame.name,
    dark: frame.dark,
    again: frame.again,
    files: { image, sidecar, nexus, all },
    bytes: frame.bytes,
    latency_s: frame.latency_s,
    delivered_at: isoTime(frame.deliveredAt),
  };
}

/** The sidecar's view under its own names, dates as ISO 8601; null without a sidecar. */
function facts(sidecar: FrameSidecar | null) {
  if (sidecar === null) return null;
  const { problems: _, dateTime, dateTimeClock: _clock, ...view } = sidecar.view;
  return dateTime === undefined ? view : { dateTime: isoLocal(dateTime), ...view };
}
