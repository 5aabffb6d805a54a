/** Keys of the tables whose messages go to Kafka: `kafka` and `wrdn`. A file of its own: shared by the two. */
import * as v from "valibot";
import { oneOf, words } from "../config.ts";
import { serverList } from "./frame_messages.ts";
import { type KafkaOptions, openKafka } from "./kafka_link.ts";
import type { BrokerLink } from "./link.ts";

/** One send is in progress at a time: several messages in it are what makes it fast. */
export const BATCH_MAX = 50;

export const KAFKA_KEYS = {
  /** Of a cluster a few are enough: they name the others. */
  servers: serverList({
    form: /^(\[[\da-fA-F:]+\]|[\w.-]+):\d{1,5}$/,
    fault: 'an address with its port is needed: "host:9092"',
    example: "host:9092",
  }),
  topic: v.optional(
    v.pipe(
      words("a topic"),
      v.regex(/^[\w.-]{1,249}$/, "up to 249 letters, digits, dots, - and _ are needed"),
    ),
    "pewatch.frames",
  ),
  /** How user and password are shown to the broker. */
  mechanism: v.optional(oneOf(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]), "PLAIN"),
};

/** @throws {BrokerError} */
export function openConfigured(config: Omit<KafkaOptions, "source">, source: string): Promise<BrokerLink> {
  return openKafka({ ...config, source });
}
