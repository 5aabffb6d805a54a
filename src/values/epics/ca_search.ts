/** Asks servers of Channel Access by UDP who has a channel, and reads their answers. */
import { createSocket, type Socket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { CA, cText, decodeMessages, encodeMessage, MINOR_VERSION } from "./ca_message.ts";

/** As EPICS clients: fits into one packet of any network. */
const DATAGRAM_BYTES_MAX = 1024;
/** The answer "I do not have it" is not wanted. */
const DO_NOT_REPLY = 5;
const SENDER_ITSELF = 0xffff_ffff;

export interface CaPlace {
  readonly host: string;
  readonly port: number;
}

/** "host", "host:port", "tcp://host:port" (a server that answers for others over TCP); null for anything else. */
export function parseAddress(address: string, port: number): CaPlace & { readonly tcp: boolean } | null {
  const found = /^(tcp:\/\/)?([A-Za-z0-9_.-]+)(?::(\d{1,5}))?$/.exec(address);
  if (found === null) return null;
  const given = found[3] === undefined ? port : Number(found[3]);
  return given >= 1 && given <= 65_535 ? { host: found[2]!, port: given, tcp: found[1] !== undefined } : null;
}

/** Broadcast addresses of this computer's networks, and itself. */
export function ownNetworks(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []).flatMap((one) => {
    if (one.family !== "IPv4" || one.internal) return [];
    const mask = one.netmask.split(".").map(Number);
    return [one.address.split(".").map((part, index) => Number(part) | (~mask[index]! & 255)).join(".")];
  });
  return [...new Set([...addresses, "127.0.0.1"])];
}

export class CaSearch {
  readonly #socket: Socket;
  readonly #places: readonly CaPlace[];
  #isBound = false;
  #isClosed = false;

  /** @param onFound a server that says it has the channel */
  constructor(places: readonly CaPlace[], onFound: (channel: number, at: CaPlace) => void) {
    this.#places = places;
    this.#socket = createSocket("udp4");
    this.#socket.on("error", () => {});
    this.#socket.on("message", (bytes, from) => {
      for (const [channel, at] of readAnswers(bytes as Uint8Array, from.address)) onFound(channel, at);
    });
    this.#socket.bind(0, "0.0.0.0", () => {
      this.#isBound = true;
      this.#socket.setBroadcast(true);
    });
  }

  ask(channels: readonly { readonly id: number; readonly name: string }[]): void {
    if (!this.#isBound || this.#isClosed) return;
    const head = encodeMessage({ command: CA.version, count: MINOR_VERSION });
    let parts: Uint8Array[] = [head];
    let bytes = head.length;
    for (const channel of channels) {
      const message = encodeMessage(searchFor(channel));
      if (bytes + message.length > DATAGRAM_BYTES_MAX) {
        this.#send(parts, bytes);
        [parts, bytes] = [[head], head.length];
      }
      parts.push(message);
      bytes += message.length;
    }
    if (parts.length > 1) this.#send(parts, bytes);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }

  /** A name that does not resolve, a network that is away: the next search tries again. */
  #send(parts: readonly Uint8Array[], bytes: number): void {
    const datagram = new Uint8Array(bytes);
    let at = 0;
    for (const part of parts) {
      datagram.set(part, at);
      at += part.length;
    }
    for (const { host, port } of this.#places) this.#socket.send(datagram, port, host, () => {});
  }
}

export function searchFor({ id, name }: { readonly id: number; readonly name: string }) {
  return { command: CA.search, type: DO_NOT_REPLY, count: MINOR_VERSION, one: id, two: id, payload: cText(name) };
}

/** What is no answer is left out: anybody can send datagrams. */
export function readAnswers(bytes: Uint8Array, sender: string): [channel: number, at: CaPlace][] {
  try {
    return decodeMessages(bytes).messages.flatMap(({ command, type, one, two }): [number, CaPlace][] => {
      if (command !== CA.search || type === 0) return [];
      const host = one === SENDER_ITSELF || one === 0
        ? sender
        : [one >>> 24, one >>> 16 & 255, one >>> 8 & 255, one & 255].join(".");
      return [[two, { host, port: type }]];
    });
  } catch {
    return [];
  }
}
