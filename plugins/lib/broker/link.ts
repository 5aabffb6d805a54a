/** What a broker's adapter has to offer, and the message that it sends. */

export interface BrokerMessage {
  /** The same whenever the frame is sent. */
  readonly id: string;
  /** Path of the frame below raw: for reports. */
  readonly frame: string;
  /** What consumers share the work by: the series. */
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** One connection; where it is not open any more the announcer opens another one. */
export interface BrokerLink {
  /**
   * Resolves when the broker has acknowledged all of them, in their order.
   * @throws {BrokerError} some may have been taken; all are sent again
   */
  send(messages: readonly BrokerMessage[]): Promise<void>;
  /** Whether it can be used still. */
  readonly isOpen: boolean;
  /** Never rejects. */
  close(): Promise<void>;
}

interface BrokerErrorOptions extends ErrorOptions {
  /** The message is larger than the broker takes: a smaller one may pass. */
  readonly tooLarge?: boolean;
}

/** What went wrong and what to do, in one line. */
export class BrokerError extends Error {
  override readonly name = "BrokerError";
  readonly tooLarge: boolean;

  constructor(message: string, { tooLarge = false, ...options }: BrokerErrorOptions = {}) {
    super(message, options);
    this.tooLarge = tooLarge;
  }
}
