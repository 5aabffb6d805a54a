/** A connection to NATS JetStream, and what its errors mean for a person. */
import { readFileSync } from "node:fs";
import { jetstream, JetStreamApiError, jetstreamManager } from "@nats-io/jetstream";
import {
  AuthorizationError,
  connect,
  credsAuthenticator,
  headers as natsHeaders,
  InvalidArgumentError,
  type NatsConnection,
  NoRespondersError,
  PermissionViolationError,
  TimeoutError,
} from "@nats-io/transport-node";
import { thrownText } from "../thrown_text.ts";
import { BrokerError, type BrokerLink, type BrokerMessage } from "./link.ts";
import { certificateFault, missingCertificateHint, readFiles, type TlsFiles } from "./tls_files.ts";

export interface NatsOptions {
  readonly servers: readonly string[];
  /** With `{series}` and `{source}`. */
  readonly subject: string;
  readonly source: string;
  /** The stream that has to take the messages; without one any that does. */
  readonly stream?: string;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** File of credentials, as `nsc` writes it. */
  readonly credentials?: string;
  readonly tls?: TlsFiles;
}

/** For the connection and for each acknowledgement. */
const TIMEOUT_MS = 5000;
/** Two pings without an answer end a connection: a server that is frozen is noticed within 6 s. */
const PING = { pingInterval: 2000, maxPingOut: 2 };
/** Of JetStream's API. */
const TOO_LARGE = 10054;
/** The stream is full by number, by size, for this subject; the account's or the server's storage is. */
const FULL = [10077, 10047, 10023, 10002, 10028];

/** @throws {BrokerError} */
export async function openNats(options: NatsOptions): Promise<BrokerLink> {
  let connection: NatsConnection | null = null;
  try {
    connection = await connect(connectionOptions(options));
    await checkStream(connection, options);
    return new NatsLink(connection, options);
  } catch (error) {
    await connection?.close().catch(() => {});
    throw await errorFrom(error, { options, connection: null });
  }
}

function connectionOptions(options: NatsOptions) {
  const { servers, user, password, token, credentials, tls } = options;
  readFiles({ ...credentials === undefined ? {} : { credentials }, ...tls });
  return {
    servers: [...servers],
    name: `pewatch ${options.source}`,
    // One loop retries, the announcer's: the client would give up for good after two refused passwords.
    reconnect: false,
    timeout: TIMEOUT_MS,
    ...PING,
    ...user === undefined ? {} : { user },
    ...password === undefined ? {} : { pass: password },
    ...token === undefined ? {} : { token },
    ...credentials === undefined ? {} : { authenticator: credsAuthenticator(readFileSync(credentials)) },
    ...tls === undefined ? {} : {
      tls: {
        ...tls.ca === undefined ? {} : { caFile: tls.ca },
        ...tls.cert === undefined ? {} : { certFile: tls.cert },
        ...tls.key === undefined ? {} : { keyFile: tls.key },
      },
    },
  };
}

/** Before the first frame, so that the status shows what is missing. Users without the right to ask are not refused. */
async function checkStream(connection: NatsConnection, options: NatsOptions): Promise<void> {
  const manager = await jetstreamManager(connection, { timeout: TIMEOUT_MS, checkAPI: false });
  const sample = subjectOf(options, "series");
  try {
    const name = await manager.streams.find(sample);
    if (options.stream !== undefined && name !== options.stream) throw missing(options, name);
  } catch (error) {
    if (error instanceof BrokerError) throw error;
    if (error instanceof PermissionViolationError || error instanceof TimeoutError) return;
    if (isUnanswered(error)) throw error;
    if (isMissing(error)) throw missing(options, null);
    throw error;
  }
}

class NatsLink implements BrokerLink {
  readonly #connection: NatsConnection;
  readonly #options: NatsOptions;

  constructor(connection: NatsConnection, options: NatsOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  get isOpen(): boolean {
    return !this.#connection.isClosed();
  }

  async send(messages: readonly BrokerMessage[]): Promise<void> {
    const { stream } = this.#options;
    const client = jetstream(this.#connection);
    for (const message of messages) {
      const headers = natsHeaders();
      for (const [name, value] of Object.entries(message.headers)) headers.set(name, value);
      try {
        await client.publish(subjectOf(this.#options, message.key), message.body, {
          msgID: message.id,
          timeout: TIMEOUT_MS,
          headers,
          ...stream === undefined ? {} : { expect: { streamName: stream } },
        });
      } catch (error) {
        throw await errorFrom(error, { options: this.#options, connection: this.#connection, message });
      }
    }
  }

  async close(): Promise<void> {
    await this.#connection.close().catch(() => {});
  }
}

/** What a token of a subject cannot hold becomes "_". */
function subjectOf({ subject, source }: Pick<NatsOptions, "subject" | "source">, series: string): string {
  const token = (text: string) => text.replaceAll(/[^\p{L}\p{N}_-]+/gu, "_") || "_";
  return subject.replaceAll("{series}", token(series)).replaceAll("{source}", token(source));
}

interface Situation {
  readonly options: NatsOptions;
  readonly connection: NatsConnection | null;
  readonly message?: BrokerMessage;
}

async function errorFrom(error: unknown, { options, connection, message }: Situation): Promise<BrokerError> {
  const cause = { cause: error };
  if (error instanceof BrokerError) return error;
  const text = thrownText(error);
  if (error instanceof AuthorizationError) {
    return new BrokerError(
      "user, password, token or credentials are refused; set them in [plugins.nats] as the server has them",
      cause,
    );
  }
  if (error instanceof PermissionViolationError) {
    return new BrokerError(`${text}; the user needs the right to publish to ${options.subject}`, cause);
  }
  if (error instanceof JetStreamApiError) {
    if (error.code === TOO_LARGE) return tooLarge(message, "the stream's max_msg_size", cause);
    if (FULL.includes(error.code) || /maximum|insufficient/i.test(text)) {
      return new BrokerError(
        `the stream is full (${text}); raise its limits, or let it discard old messages, or remove messages`,
        cause,
      );
    }
    return new BrokerError(`the stream refuses ${message?.frame ?? "messages"}: ${text}`, cause);
  }
  if (error instanceof InvalidArgumentError && /max_payload|payload/i.test(text)) {
    return tooLarge(message, "the server's max_payload", cause);
  }
  if (isUnanswered(error) || isMissing(error)) {
    return await noResponder(options, connection, cause);
  }
  if (error instanceof TimeoutError) {
    return new BrokerError(`no answer within ${TIMEOUT_MS / 1000} s; is the server frozen, or its disk full?`, cause);
  }
  const certificate = certificateFault(text);
  if (certificate !== null) return new BrokerError(certificate, cause);
  return new BrokerError(
    `${text}; is servers = ${JSON.stringify(options.servers)} right, and does the server run?${
      missingCertificateHint(options.tls)
    }`,
    cause,
  );
}

/** No one answers on the subject: the client then says that JetStream is not enabled, also where a stream is missing. */
async function noResponder(
  options: NatsOptions,
  connection: NatsConnection | null,
  cause: ErrorOptions,
): Promise<BrokerError> {
  try {
    if (connection !== null) {
      const manager = await jetstreamManager(connection, { timeout: TIMEOUT_MS, checkAPI: false });
      await manager.getAccountInfo();
      return missing(options, null, cause);
    }
  } catch {
    // JetStream itself does not answer
  }
  return new BrokerError("JetStream does not answer; the server needs `jetstream { … }` in its configuration", cause);
}

/** JetStreamNotEnabled is not exported. */
function isUnanswered(error: unknown): boolean {
  return error instanceof NoRespondersError ||
    (error instanceof Error && /jetstream is not enabled/i.test(error.message));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && /no stream matches|stream not found/i.test(error.message);
}

function missing(options: NatsOptions, other: string | null, cause: ErrorOptions = {}): BrokerError {
  const all = options.subject.replaceAll(/\{\w+\}/g, "*");
  const name = options.stream ?? "PEWATCH";
  return new BrokerError(
    `${
      other === null ? "no stream takes" : `the stream ${other}, not ${options.stream}, takes`
    } the subject ${options.subject}; make one: nats stream add ${name} --subjects '${all}'`,
    cause,
  );
}

function tooLarge(message: BrokerMessage | undefined, limit: string, cause: ErrorOptions): BrokerError {
  const size = message === undefined ? "" : ` of ${message.frame} has ${message.body.length} bytes and`;
  return new BrokerError(`the message${size} is larger than ${limit}; raise it`, { ...cause, tooLarge: true });
}
