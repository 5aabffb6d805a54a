/**
 * Messages of EPICS Channel Access: big-endian, a header of 16 bytes (24 where the payload or the count is large), the
 * payload padded to 8. Source: "Channel Access Protocol Specification", version 4.13.
 */

export const CA = {
  version: 0,
  eventAdd: 1,
  search: 6,
  error: 11,
  createChannel: 18,
  clientName: 20,
  hostName: 21,
  accessRights: 22,
  echo: 23,
  createFailed: 26,
  serverDisconnect: 27,
} as const;

/** The highest command of the specification. */
const COMMAND_MAX = 27;
export const MINOR_VERSION = 13;
const HEADER_BYTES = 16;
const LARGE_HEADER_BYTES = 24;
/** A parameter's value has 1 MiB at most; what is larger is no answer to what was asked for. */
const PAYLOAD_BYTES_MAX = 2 * 1024 * 1024;

export interface CaMessage {
  readonly command: number;
  readonly type: number;
  readonly count: number;
  readonly one: number;
  readonly two: number;
  readonly payload: Uint8Array;
}

/** What a server sends is no Channel Access. */
export class CaProtocolError extends Error {
  override readonly name = "CaProtocolError";
}

/** A request: its payload is short. */
export function encodeMessage(message: Partial<CaMessage> & Pick<CaMessage, "command">): Uint8Array {
  const { command, type = 0, count = 0, one = 0, two = 0, payload = new Uint8Array(0) } = message;
  const padded = Math.ceil(payload.length / 8) * 8;
  const bytes = new Uint8Array(HEADER_BYTES + padded);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of [command, padded, type, count].entries()) view.setUint16(2 * index, value);
  view.setUint32(8, one);
  view.setUint32(12, two);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** A text as C has it, with a NUL at its end. */
export function cText(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}

/** Takes whole messages out of a stream of bytes. */
export class CaReader {
  #kept = new Uint8Array(0);

  /** @throws CaProtocolError */
  take(bytes: Uint8Array): CaMessage[] {
    let all = bytes;
    if (this.#kept.length > 0) {
      all = new Uint8Array(this.#kept.length + bytes.length);
      all.set(this.#kept);
      all.set(bytes, this.#kept.length);
    }
    const { messages, rest } = decodeMessages(all);
    this.#kept = all.slice(rest);
    return messages;
  }
}

/**
 * The whole messages of some bytes, and where what is left of them begins.
 * @throws CaProtocolError
 */
export function decodeMessages(bytes: Uint8Array): { readonly messages: CaMessage[]; readonly rest: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: CaMessage[] = [];
  let at = 0;
  while (bytes.length - at >= HEADER_BYTES) {
    const command = view.getUint16(at);
    if (command > COMMAND_MAX) throw new CaProtocolError(`its server sent command ${command}, which does not exist`);
    const isLarge = view.getUint16(at + 2) === 0xffff;
    const header = isLarge ? LARGE_HEADER_BYTES : HEADER_BYTES;
    if (bytes.length - at < header) break;
    const size = isLarge ? view.getUint32(at + 16) : view.getUint16(at + 2);
    if (size > PAYLOAD_BYTES_MAX) throw new CaProtocolError(`its server sent a message of ${size} bytes`);
    if (bytes.length - at < header + size) break;
    messages.push({
      command,
      type: view.getUint16(at + 4),
      count: isLarge ? view.getUint32(at + 20) : view.getUint16(at + 6),
      one: view.getUint32(at + 8),
      two: view.getUint32(at + 12),
      payload: bytes.slice(at + header, at + header + size),
    });
    at += header + size;
  }
  return { messages, rest: at };
}
