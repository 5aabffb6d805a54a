/**
 * Announces each delivered frame to Kafka: one message for each set, acknowledged before the cursor moves. A file of its
 * own: each plugin is one.
 */
import type * as v from "valibot";
import { brokerPlugin } from "./lib/broker/broker_plugin.ts";
import { BROKER_KEYS, jsonMessage } from "./lib/broker/frame_messages.ts";
import { BATCH_MAX, KAFKA_KEYS, openConfigured } from "./lib/broker/kafka_table.ts";
import { table } from "./lib/config.ts";

export const TICKTACK = 1;
export const CONTRACT = 2;

export const CONFIG = table({ ...KAFKA_KEYS, ...BROKER_KEYS });

export const { setup, work, teardown, tryConnection } = brokerPlugin<v.InferOutput<typeof CONFIG>>({
  batch: BATCH_MAX,
  open: openConfigured,
  message: jsonMessage,
});
