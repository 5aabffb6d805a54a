/** What the plugins of all brokers export: they differ in the connection and in the message. */
import type { DeliveredFrame, PluginContext } from "pewatch";
import { Announcer } from "./announcer.ts";
import { type MessageParts, sourceName } from "./frame_messages.ts";
import type { BrokerLink, BrokerMessage } from "./link.ts";

interface BrokerConfig {
  readonly servers: readonly string[];
  readonly source?: string | undefined;
  readonly begin: "next" | "oldest";
}

export interface BrokerPlugin<Config extends BrokerConfig> {
  /** So many frames at most are sent together. */
  readonly batch: number;
  /** @throws {BrokerError} */
  open(config: Config, source: string): Promise<BrokerLink>;
  /** Null where there is nothing to send of this frame. */
  message(frame: DeliveredFrame, of: MessageParts<Config>): BrokerMessage | null;
}

/** The cursor's name: it stays where another server is configured, so that no frame is left out by the change. */
const STREAM = "broker";

export function brokerPlugin<Config extends BrokerConfig>({ batch, open, message }: BrokerPlugin<Config>) {
  type Context = PluginContext<Config>;
  let announcer: Announcer | null = null;
  return {
    setup({ config, log, counters, report }: Context): void {
      const source = sourceName(config.source);
      announcer = new Announcer({
        broker: config.servers.join(", "),
        batch,
        log,
        condition: (text) => report.condition({ key: "broker", message: text }),
        count: (name, by) => counters.add(name, by),
        open: () => open(config, source),
        message: (frame, { small }) => message(frame, { config, counters, source, small }),
      });
    },
    /** Firings do not wait for the broker. */
    work({ frames, config }: Context): void {
      announcer?.fire(frames.of(STREAM, { from: config.begin === "oldest" ? "oldest" : "newest" }));
    },
    /**
     * For `pewatch doctor`: whether the broker takes the login and has the stream or topic. Nothing is sent.
     * @throws {BrokerError}
     */
    async tryConnection(config: Config): Promise<void> {
      const link = await open(config, sourceName(config.source));
      await link.close();
    },
    async teardown(): Promise<void> {
      await announcer?.close();
      announcer = null;
    },
  };
}
