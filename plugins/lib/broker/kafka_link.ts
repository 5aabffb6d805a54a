/** A producer of Kafka, and what its errors mean for a person. */
import { ProduceAcks, Producer, stringSerializers } from "@platformatic/kafka";
import { Buffer } from "node:buffer";
import { BrokerError, type BrokerLink, type BrokerMessage } from "./link.ts";
import { certificateFault, missingCertificateHint, readFiles, type TlsFiles } from "./tls_files.ts";

export interface KafkaOptions {
  /** "host:port" each. */
  readonly servers: readonly string[];
  readonly topic: string;
  readonly source: string;
  readonly user?: string;
  readonly password?: string;
  readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
  readonly tls?: TlsFiles;
  /** What messages are marked with. */
  readonly now_ms?: () => number;
}

/**
 * Three retries: none, or one, would mean endless ones together with `idempotent`. What they repeat the broker
 * recognises; what the announcer sends again it does not.
 */
const RETRIES = { retries: 3, retryDelay: 300 };
const LIMITS = { connectTimeout: 3000, requestTimeout: 5000, timeout: 5000 };

type StringProducer = Producer<string, Buffer, string, string>;

/** @throws {BrokerError} */
export async function openKafka(options: KafkaOptions): Promise<BrokerLink> {
  let producer: StringProducer | null = null;
  try {
    producer = makeProducer(options);
    // Before the first frame, so that the status shows what is missing.
    await producer.metadata({ topics: [options.topic], autocreateTopics: false, forceUpdate: true });
    return new KafkaLink(producer, options);
  } catch (error) {
    await producer?.close(true).catch(() => {});
    throw errorFrom(error, options);
  }
}

function makeProducer(options: KafkaOptions): StringProducer {
  const { servers, source, user, password, mechanism, tls } = options;
  return new Producer({
    clientId: `pewatch-${source}`,
    bootstrapBrokers: [...servers],
    serializers: { ...stringSerializers, value: (value?: Buffer) => value },
    idempotent: true,
    acks: ProduceAcks.ALL,
    autocreateTopics: false,
    ...RETRIES,
    ...LIMITS,
    ...user === undefined ? {} : { sasl: { mechanism, username: user, password: password ?? "" } },
    ...tls === undefined ? {} : { tls: readFiles({ ...tls }), tlsServerName: true },
  });
}

class KafkaLink implements BrokerLink {
  readonly #producer: StringProducer;
  readonly #options: KafkaOptions;
  isOpen = true;

  constructor(producer: StringProducer, options: KafkaOptions) {
    this.#producer = producer;
    this.#options = options;
  }

  async send(messages: readonly BrokerMessage[]): Promise<void> {
    const { topic, now_ms = Date.now } = this.#options;
    const timestamp = BigInt(Math.floor(now_ms()));
    try {
      await this.#producer.send({
        messages: messages.map(({ key, body, headers }) => ({
          topic,
          key,
          value: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
          headers: { ...headers },
          timestamp,
        })),
      });
    } catch (error) {
      const text = detailsOf(error);
      // What a new producer may mend; of others this one knows which messages the broker has.
      if (text.isRefusal || this.#producer.closed) this.isOpen = false;
      throw errorFrom(error, this.#options, messages);
    }
  }

  async close(): Promise<void> {
    this.isOpen = false;
    await this.#producer.close(true).catch(() => {});
  }
}

interface Details {
  /** Of the error and all that it is made of, the innermost last. */
  readonly texts: readonly string[];
  /** Names of Kafka's own errors, as MESSAGE_TOO_LARGE. */
  readonly ids: readonly string[];
  /** Of the login or of TLS. */
  readonly isRefusal: boolean;
}

/** The error that matters is buried in others: NetworkError in MultipleErrors, AuthenticationError in that. */
function detailsOf(error: unknown): Details {
  const texts: string[] = [], ids: string[] = [], seen = new Set<unknown>();
  const walk = (one: unknown) => {
    if (!(one instanceof Error) || seen.has(one)) return;
    seen.add(one);
    const { apiId, code, errors, cause } = one as Error & { apiId?: unknown; code?: unknown; errors?: unknown };
    if (one.message !== "") texts.push(one.message);
    for (const id of [apiId, code]) if (typeof id === "string") ids.push(id);
    if (Array.isArray(errors)) errors.forEach(walk);
    walk(cause);
  };
  walk(error);
  const isRefusal = ids.includes("PLT_KFK_AUTHENTICATION") || texts.some((text) => certificateFault(text) !== null);
  return { texts, ids, isRefusal };
}

const CLOCK = "INVALID_TIMESTAMP";
const TOO_LARGE = ["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"];
const MISSING = ["UNKNOWN_TOPIC_OR_PARTITION", "INVALID_TOPIC_EXCEPTION"];
const STORAGE = ["KAFKA_STORAGE_ERROR", "NOT_ENOUGH_REPLICAS", "NOT_ENOUGH_REPLICAS_AFTER_APPEND"];
const FORBIDDEN = ["TOPIC_AUTHORIZATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED"];

function errorFrom(error: unknown, options: KafkaOptions, messages: readonly BrokerMessage[] = []): BrokerError {
  if (error instanceof BrokerError) return error;
  const { topic, servers } = options;
  const { texts, ids } = detailsOf(error);
  const cause = { cause: error };
  const has = (...names: readonly string[]) => names.some((name) => ids.includes(name));
  const innermost = texts.at(-1) ?? String(error);
  if (has(...TOO_LARGE)) {
    const [first] = messages;
    const size = messages.reduce((sum, { body }) => sum + body.length, 0);
    const what = messages.length === 1 ? `the message of ${first!.frame} has` : `${messages.length} messages have`;
    return new BrokerError(`${what} ${size} bytes, more than max.message.bytes of the topic ${topic}; raise it`, {
      ...cause,
      tooLarge: true,
    });
  }
  if (has(CLOCK)) {
    return new BrokerError(
      `the broker finds the time of the messages wrong; the clock of this computer says ` +
        `${new Date(options.now_ms?.() ?? Date.now()).toISOString()}: set it, or the broker's`,
      cause,
    );
  }
  if (has(...MISSING) || texts.some((text) => /unknown topic/i.test(text))) {
    return new BrokerError(`there is no topic ${topic}; make it: kafka-topics.sh --create --topic ${topic}`, cause);
  }
  if (has(...FORBIDDEN)) {
    return new BrokerError(`the user needs the right to write to the topic ${topic}: ${innermost}`, cause);
  }
  const storage = STORAGE.find((name) => ids.includes(name));
  if (storage !== undefined) {
    return new BrokerError(
      `the broker cannot store the messages (${storage}); look at its disk and replicas`,
      cause,
    );
  }
  if (has("PLT_KFK_AUTHENTICATION")) {
    const keys = "user, password and mechanism";
    return new BrokerError(`${keys} are refused; set them in the table of the plugin as the broker has them`, cause);
  }
  for (const text of texts) {
    const fault = certificateFault(text);
    if (fault !== null) return new BrokerError(fault, cause);
  }
  return new BrokerError(
    `${innermost}; is servers = ${JSON.stringify(servers)} right, and does the broker run?${
      missingCertificateHint(options.tls)
    }`,
    cause,
  );
}
