/** One TCP connection to a server of Channel Access, with all channels that are read there. */
import { createConnection, type Socket } from "node:net";
import { hostname } from "node:os";
import { messageOf } from "../../files/errors.ts";
import { CA, type CaMessage, CaReader, cText, encodeMessage, MINOR_VERSION } from "./ca_message.ts";

/** After so much silence the server is asked whether it is there, and after twice as much it is not. */
const SILENCE_MS = 5000;

export interface CircuitEvents {
  onOpen(): void;
  /** @throws CaProtocolError for what no server sends */
  onMessage(message: CaMessage): void;
  onEnd(reason: string): void;
}

export class CaCircuit {
  readonly #socket: Socket;
  readonly #events: CircuitEvents;
  readonly #reader = new CaReader();
  #heard_ms = Date.now();
  #asked = false;
  #isOpen = false;
  #ended = false;

  constructor(at: { readonly host: string; readonly port: number }, events: CircuitEvents) {
    this.#events = events;
    this.#socket = createConnection({ ...at, noDelay: true });
    this.#socket.on("connect", () => {
      this.#isOpen = true;
      this.send({ command: CA.version, count: MINOR_VERSION });
      this.send({ command: CA.clientName, payload: cText("pewatch") });
      this.send({ command: CA.hostName, payload: cText(hostname()) });
      events.onOpen();
    });
    this.#socket.on("data", (bytes) => this.#take(bytes as Uint8Array));
    this.#socket.on("error", (error) => this.end(`not running: ${messageOf(error)}`));
    this.#socket.on("close", () => this.end("not running: its server has closed the connection"));
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  send(message: Parameters<typeof encodeMessage>[0]): void {
    if (!this.#ended) this.#socket.write(encodeMessage(message));
  }

  /** To be called often. */
  watch(now_ms: number): void {
    const silent_ms = now_ms - this.#heard_ms;
    if (silent_ms > 2 * SILENCE_MS) this.end("timed out: its server does not answer");
    else if (silent_ms > SILENCE_MS && this.#isOpen && !this.#asked) {
      this.#asked = true;
      this.send({ command: CA.echo });
    }
  }

  /** A second call does nothing. */
  end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.destroy();
    this.#events.onEnd(reason);
  }

  #take(bytes: Uint8Array): void {
    if (this.#ended) return;
    this.#heard_ms = Date.now();
    this.#asked = false;
    try {
      for (const message of this.#reader.take(bytes)) {
        if (!this.#ended) this.#events.onMessage(message);
      }
    } catch (error) {
      this.end(`failed: ${messageOf(error)}`);
    }
  }
}
