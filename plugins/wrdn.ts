/** Reports each delivered NeXus file to Kafka as ESS's file writers do (flatbuffer wrdn), for SciCat's ingestor. */
import type { DeliveredFrame } from "pewatch";
import * as v from "valibot";
import { brokerPlugin } from "./lib/broker/broker_plugin.ts";
import { BROKER_KEYS, jsonMessage, type MessageParts } from "./lib/broker/frame_messages.ts";
import { BATCH_MAX, KAFKA_KEYS, openConfigured } from "./lib/broker/kafka_table.ts";
import type { BrokerMessage } from "./lib/broker/link.ts";
import { mappedPath } from "./lib/broker/mapped_path.ts";
import { encodeWrdn } from "./lib/broker/wrdn.ts";
import { absolutePath, table, words } from "./lib/config.ts";

export const TICKTACK = 1;
export const CONTRACT = 2;

const { metadata: _, ...keys } = BROKER_KEYS;

export const CONFIG = table({
  ...KAFKA_KEYS,
  topic: v.optional(KAFKA_KEYS.topic.wrapped, "pewatch.files"),
  ...keys,
  /** What the ingestor knows pewatch by. */
  service_id: v.optional(words("the name of the service"), "pewatch"),
  /** Folders as this computer and as the ingestor's names them. */
  paths: v.optional(
    v.array(
      table({ from: absolutePath("a folder of this computer"), to: absolutePath("the same folder there") }),
      "a list of tables is needed: [{ from = 'D:\\data', to = '/data' }]",
    ),
    [],
  ),
});

type Config = v.InferOutput<typeof CONFIG>;

export const { setup, work, teardown, tryConnection } = brokerPlugin<Config>({
  batch: BATCH_MAX,
  open: openConfigured,
  message: wrdnMessage,
});

/** Null of a frame without a NeXus file. */
function wrdnMessage(frame: DeliveredFrame, parts: MessageParts<Config>): BrokerMessage | null {
  const { config, source } = parts;
  const { nexus } = frame.files;
  if (nexus === null) return null;
  const message = jsonMessage(frame, { ...parts, config: { metadata: false } });
  const { "content-type": _, ...headers } = message.headers;
  const body = encodeWrdn({
    serviceId: config.service_id,
    jobId: message.id,
    fileName: mappedPath(nexus, config.paths),
    metadata: JSON.stringify({ source, sequence: frame.sequence, name: frame.name, series: message.key }),
  });
  return { ...message, headers, body };
}
