/** Values into and out of HDF5's memory. */
import { elementCount } from "./dataspace.ts";
import { type Datatype, numberTypeId } from "./datatype.ts";
import { Hdf5Error } from "./error.ts";
import type { Hdf5Numbers, Hdf5ReadValue, Hdf5Type, Hdf5Value } from "./library.ts";
import { cString, type Native } from "./c/native.ts";

/** A value as H5Dwrite and H5Awrite take it. */
export interface EncodedValue {
  /** Borrowed, not to be closed. */
  readonly typeId: bigint;
  /** Null for a scalar. */
  readonly shape: readonly number[] | null;
  readonly buffer: Uint8Array<ArrayBuffer> | BigUint64Array<ArrayBuffer>;
  /** Memory that `buffer` points into: must be referenced until the call is over. */
  readonly kept: readonly Uint8Array<ArrayBuffer>[];
}

/** Every system that Deno runs on is little-endian. */
const FLOAT64 = { class: "float", size: 8, order: "little" } as const;
const INT64 = { class: "integer", size: 8, signed: true, order: "little" } as const;
const UINT64 = { class: "integer", size: 8, signed: false, order: "little" } as const;

export function encodeValue(native: Native, value: Hdf5Value): EncodedValue {
  if (typeof value === "string") return encodeTexts(native, [value], null);
  if (typeof value === "number") return encodeNumbers(native, Float64Array.of(value), { scalar: true });
  if (ArrayBuffer.isView(value)) return encodeNumbers(native, value, { scalar: false });
  if ("integer" in value) {
    return encodeNumbers(native, BigInt64Array.of(BigInt(value.integer)), { scalar: true });
  }
  return encodeTexts(native, value, [value.length]);
}

function encodeNumbers(native: Native, numbers: Hdf5Numbers, as: { scalar: boolean }): EncodedValue {
  const { buffer, byteOffset, byteLength } = numbers;
  return {
    typeId: numberTypeId(native, typeOf(numbers)),
    shape: as.scalar ? null : [numbers.length],
    buffer: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength),
    kept: [],
  };
}

function typeOf(numbers: Hdf5Numbers): Hdf5Type {
  const size = numbers.BYTES_PER_ELEMENT as 1 | 2 | 4 | 8;
  if (numbers instanceof Float64Array || numbers instanceof Float32Array) {
    return { class: "float", size: size as 4 | 8, order: "little" };
  }
  const unsigned = numbers instanceof Uint8Array || numbers instanceof Uint16Array || numbers instanceof Uint32Array;
  return { class: "integer", size, signed: !unsigned, order: "little" };
}

/** A text of variable size is a pointer to a C string. */
function encodeTexts(native: Native, texts: readonly string[], shape: readonly number[] | null): EncodedValue {
  const kept = texts.map(cString);
  const pointers = new BigUint64Array(kept.length);
  for (const [index, bytes] of kept.entries()) {
    pointers[index] = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
  }
  return { typeId: native.shared.variableText, shape, buffer: pointers, kept };
}

/** Keeps what a buffer points to alive past the call that reads it. */
export function stillReferenced(value: EncodedValue): void {
  if (value.kept.some((bytes) => bytes.byteLength === 0)) throw new RangeError("a C string has at least its NUL");
}

/** HDF5 takes as many elements from a buffer as the target has, whether they are there or not. @throws Hdf5Error */
export function checkCount(value: EncodedValue, shape: readonly number[] | null): void {
  const [given, needed] = [elementCount(value.shape ?? []), elementCount(shape)];
  if (given !== needed) throw new Hdf5Error(`Cannot write ${given} elements where ${needed} are needed`);
}

/** Elements to be read from a dataset or an attribute. */
export interface Elements {
  readonly type: Datatype;
  /** One value alone, not a list of one. */
  readonly scalar: boolean;
  readonly count: number;
  /** Fills `buffer` with the elements, converted to the type `memoryTypeId`. */
  readonly fill: (memoryTypeId: bigint, buffer: Uint8Array<ArrayBuffer> | BigUint64Array<ArrayBuffer>) => void;
}

/** Numbers and texts; null for every other class. */
export function readElements(native: Native, elements: Elements): Hdf5ReadValue {
  const type = elements.type.describe();
  if (type.class === "other") return null;
  const values = type.class === "text"
    ? type.size === "variable" ? readVariableTexts(native, elements) : readFixedTexts(elements, type.size)
    : type.class === "float"
    ? readFloats(native, elements)
    : readIntegers(native, elements, type.signed);
  return elements.scalar ? values[0] ?? null : values;
}

function readVariableTexts(native: Native, elements: Elements): string[] {
  const pointers = new BigUint64Array(elements.count);
  elements.fill(elements.type.id, pointers);
  const texts: string[] = [];
  for (const value of pointers) {
    const pointer = Deno.UnsafePointer.create(value);
    if (pointer === null) {
      texts.push("");
      continue;
    }
    texts.push(Deno.UnsafePointerView.getCString(pointer));
    native.symbols.H5free_memory(pointer);
  }
  return texts;
}

function readFixedTexts(elements: Elements, size: number): string[] {
  const bytes = new Uint8Array(elements.count * size);
  elements.fill(elements.type.id, bytes);
  const decoder = new TextDecoder();
  const trimmed = elements.type.isSpacePadded ? / +$/ : /\0.*$/s;
  return Array.from({ length: elements.count }, (_, index) => {
    return decoder.decode(bytes.subarray(index * size, (index + 1) * size)).replace(trimmed, "");
  });
}

function readFloats(native: Native, elements: Elements): number[] {
  const numbers = new Float64Array(elements.count);
  elements.fill(numberTypeId(native, FLOAT64), new Uint8Array(numbers.buffer));
  return Array.from(numbers);
}

/** Numbers where a number holds them exactly, else bigints. */
function readIntegers(native: Native, elements: Elements, signed: boolean): (number | bigint)[] {
  const bytes = new Uint8Array(elements.count * 8);
  elements.fill(numberTypeId(native, signed ? INT64 : UINT64), bytes);
  const integers = signed ? new BigInt64Array(bytes.buffer) : new BigUint64Array(bytes.buffer);
  return Array.from(integers, (integer) => Number.isSafeInteger(Number(integer)) ? Number(integer) : integer);
}
