/** A request out of the shim's bytes, with what answers it. */
import { HEADER_AT, HEADER_BYTES, PT_COMMAND, PT_DEMAND, PT_WRITE } from "./constants.ts";
import type { TangoRequest } from "./library.ts";
import type { Native } from "./native.ts";
import { cText, decodeLatin1, encodeLatin1, escapeForTango } from "./text.ts";
import { decodeScalar } from "./values.ts";

/** What the shim reports by itself. */
export interface ShimEvent {
  readonly kind: "event";
  readonly name: string;
  readonly text: string;
}

/** What a client reads as the error's reason. */
const REASON = cText("PeWatch_Refused");

/** `bytes` may change afterwards: nothing of them is kept. */
export function readRequest(
  native: Native,
  bytes: Uint8Array<ArrayBuffer>,
): Exclude<TangoRequest, { kind: "notice" }> | ShimEvent {
  const { symbols } = native;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const id = view.getBigInt64(HEADER_AT.id, true);
  const kind = view.getInt32(HEADER_AT.kind, true);
  const valueAt = HEADER_BYTES + view.getInt32(HEADER_AT.nameBytes, true);
  const name = decodeLatin1(bytes.subarray(HEADER_BYTES, valueAt));
  const value = decodeScalar(view.getInt32(HEADER_AT.type, true), bytes.subarray(valueAt));

  const accept = (text = "") => {
    const result = encodeLatin1(escapeForTango(text));
    return native.checked(symbols.pt_answer(id, result, result.length)) === 1;
  };
  const refuse = (text: string) => native.checked(symbols.pt_refuse(id, REASON, cText(escapeForTango(text)))) === 1;
  switch (kind) {
    case PT_WRITE:
      return { kind: "write", name, value: value!, accept, refuse };
    case PT_DEMAND:
      return { kind: "demand", name, accept, refuse };
    case PT_COMMAND:
      return { kind: "command", name, argument: value as string | undefined, accept, refuse };
    default:
      return { kind: "event", name, text: String(value ?? "") };
  }
}
