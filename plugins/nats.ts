/** Announces each delivered frame to NATS JetStream: one message for each set, acknowledged before the cursor moves. */
import * as v from "valibot";
import { brokerPlugin } from "./lib/broker/broker_plugin.ts";
import { BROKER_KEYS, jsonMessage, serverList } from "./lib/broker/frame_messages.ts";
import { openNats } from "./lib/broker/nats_link.ts";
import { absolutePath, table, words } from "./lib/config.ts";

export const TICKTACK = 1;
export const CONTRACT = 2;

export const CONFIG = table({
  /** Those of one cluster. */
  servers: serverList({
    form: /^(nats:\/\/|tls:\/\/)?(\[[\da-fA-F:]+\]|[\w.-]+)(:\d{1,5})?$/,
    fault:
      'an address without user and password is needed: "nats://host:4222"; there are user, password, token and credentials',
    example: "nats://host:4222",
  }),
  /** `{series}` and `{source}` are replaced. */
  subject: v.optional(
    v.pipe(
      words("a subject"),
      v.regex(
        /^([\w-]|\{series\}|\{source\})+(\.([\w-]|\{series\}|\{source\})+)*$/,
        'words with dots between them are needed, without * and >: "pewatch.frames.{series}"',
      ),
    ),
    "pewatch.frames.{series}",
  ),
  /** The stream that has to take the messages. Default: any that takes the subject. */
  stream: v.exactOptional(words("the name of a stream")),
  ...BROKER_KEYS,
  token: v.exactOptional(words("a token")),
  credentials: v.exactOptional(absolutePath("the credentials")),
});

export const { setup, work, teardown, tryConnection } = brokerPlugin<v.InferOutput<typeof CONFIG>>({
  // Several at once would gain nothing.
  batch: 1,
  open: (config, source) => openNats({ ...config, source }),
  message: jsonMessage,
});
