/** The JSON message of a frame for a broker: body, key and headers. */
import { hostname } from "node:os";
import type { DeliveredFrame, PluginContext } from "pewatch";
import * as v from "valibot";
import { absolutePath, oneOf, table, words, yesOrNo } from "../config.ts";
import { frameMessage, sidecarFacts } from "../frame_message.ts";
import { sidecarOf } from "../sidecar_of.ts";
import type { BrokerMessage } from "./link.ts";

/** Keys that all brokers' tables have. */
export const BROKER_KEYS = {
  /** Who sends: the same in all messages of this detector, another one on each computer. Default: the computer's name. */
  source: v.exactOptional(
    v.pipe(
      words("the name of this detector"),
      v.regex(/^[\w-]{1,64}$/, "a name of up to 64 letters, digits, - and _ is needed"),
    ),
  ),
  user: v.exactOptional(words("the user's name")),
  password: v.exactOptional(words("the password")),
  /** `tls = {}` is TLS with the authorities that this computer knows. */
  tls: v.exactOptional(
    table({
      /** In PEM. */
      ca: v.exactOptional(absolutePath("the authority's certificate")),
      cert: v.exactOptional(absolutePath("the client's certificate")),
      key: v.exactOptional(absolutePath("the client's key")),
    }),
  ),
  /** Whether the sidecar's facts are part of the message. */
  metadata: yesOrNo(true),
  /** Of a new consumer: with the next frame, or with the oldest that the ledger has. */
  begin: v.optional(oneOf(["next", "oldest"]), "next"),
};

/** The addresses of one broker: a list of at least one, each of the form. */
export function serverList({ form, fault, example }: { form: RegExp; fault: string; example: string }) {
  const list = `is needed: ["${example}"]`;
  const server = v.pipe(words("an address"), v.regex(form, fault));
  return v.pipe(v.array(server, `a list of addresses ${list}`), v.minLength(1, `one address at least ${list}`));
}

const encoder = new TextEncoder();

/** The name that messages of this computer have. */
export function sourceName(source: string | undefined): string {
  return source ?? hostname().replaceAll(/[^\w-]/g, "_");
}

/** What a message is made of beside its frame. */
export interface MessageParts<Config> extends Pick<PluginContext<Config>, "config" | "counters"> {
  readonly source: string;
  /** Without the metadata, which alone can be long, and marked so. */
  readonly small: boolean;
}

export function jsonMessage(
  frame: DeliveredFrame,
  { source, config, counters, small }: MessageParts<{ readonly metadata: boolean }>,
): BrokerMessage {
  const sidecar = sidecarOf(frame, counters);
  const message = { ...frameMessage(frame, sidecar), source };
  const metadata = !config.metadata
    ? {}
    : small
    ? { metadata: null, metadata_left_out: true }
    : { metadata: sidecarFacts(sidecar) };
  return {
    // Of several detectors that write to one broker, two may have delivered frames of one name at the same moment.
    id: `${source}-${message.id}`,
    frame: frame.name,
    key: message.series,
    headers: {
      "content-type": "application/json",
      "pewatch-version": String(message.version),
      "pewatch-id": `${source}-${message.id}`,
      "pewatch-source": source,
      "pewatch-sequence": String(frame.sequence),
    },
    body: encoder.encode(JSON.stringify({ ...message, ...metadata })),
  };
}
