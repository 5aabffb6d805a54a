/** Values into and out of the shim's memory. Every system that Deno runs on is little-endian. */
import { TangoError } from "./error.ts";
import type { TangoAttribute, TangoImage, TangoScalar, TangoType } from "./library.ts";
import { decodeLatin1, encodeLatin1, escapeForTango } from "./text.ts";

/** A value as pt_set takes it. */
export interface EncodedValue {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly x: number;
  readonly y: number;
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** @throws TangoError where the value is not of the type */
export function encodeScalar(
  value: unknown,
  of: { readonly name: string; readonly type: TangoType },
): Uint8Array<ArrayBuffer> {
  switch (of.type) {
    case "double":
      if (typeof value === "number") return new Uint8Array(Float64Array.of(value).buffer);
      break;
    case "ushort":
      if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff) {
        return new Uint8Array(Uint16Array.of(value as number).buffer);
      }
      break;
    case "long64": {
      const integer = Number.isSafeInteger(value) ? BigInt(value as number) : value;
      if (typeof integer === "bigint" && integer >= INT64_MIN && integer <= INT64_MAX) {
        return new Uint8Array(BigInt64Array.of(integer).buffer);
      }
      break;
    }
    case "string":
      if (typeof value === "string") return encodeLatin1(escapeForTango(value));
  }
  throw new TangoError(`Cannot set ${of.name}: ${String(value)} is not of the type ${of.type}`);
}

/** @throws TangoError where the value is not of the attribute's type and format */
export function encodeValue(attribute: TangoAttribute, value: unknown): EncodedValue {
  const format = attribute.format ?? "scalar";
  if (value === null) return encodeNone(attribute);
  if (format === "image") return encodeImage(attribute, value as TangoImage);
  const texts = attribute.type === "string";
  if (format === "scalar") {
    const bytes = encodeScalar(value, attribute);
    return { bytes: texts ? joined([bytes], 1) : bytes, x: 1, y: 0 };
  }
  if (!Array.isArray(value)) throw new TangoError(`Cannot set ${attribute.name}: it is a list`);
  const parts = value.map((element) => encodeScalar(element, attribute));
  return { bytes: joined(parts, texts ? 1 : 0), x: value.length, y: 0 };
}

function encodeImage(attribute: TangoAttribute, { pixels, width, height }: TangoImage): EncodedValue {
  const fits = attribute.type === "ushort" && pixels instanceof Uint16Array;
  if (!fits) throw new TangoError(`Cannot set ${attribute.name}: its pixels are of the type ${attribute.type}`);
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  return { bytes, x: width, y: height };
}

/** Something must be there, although nobody reads it. */
function encodeNone(attribute: TangoAttribute): EncodedValue {
  if (attribute.format !== undefined && attribute.format !== "scalar") {
    return { bytes: new Uint8Array(0), x: 0, y: 0 };
  }
  const zero = attribute.type === "string" ? "" : 0;
  return encodeValue(attribute, zero);
}

/** One part after the other, each with so many zero bytes behind it. */
function joined(parts: readonly Uint8Array[], zeros: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length + zeros, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length + zeros;
  }
  return all;
}

/** What a client wrote or passed; undefined of no type. Type as PT_* has it. */
export function decodeScalar(type: number, bytes: Uint8Array<ArrayBuffer>): TangoScalar | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type) {
    case 0:
      return undefined;
    case 5:
      return view.getFloat64(0, true);
    case 6:
      return view.getUint16(0, true);
    case 23:
      return view.getBigInt64(0, true);
    default:
      return decodeLatin1(bytes);
  }
}
