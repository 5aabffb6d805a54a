/** Masks, darks and flats of other programs: numpy's .npy, ESRF's .edf, and Fit2D's .msk, which are bits. */

export class ArrayFileError extends Error {
  override readonly name = "ArrayFileError";
}

/** Row after row: [height * width]. */
export interface ImageArray {
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array;
}

type Read = (view: DataView, at: number, littleEndian: boolean) => number;

/** By kind (as numpy names it: signed, unsigned, floating) and bytes. */
const NUMBERS: Readonly<Record<string, Read>> = {
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u1: (view, at) => view.getUint8(at),
  b1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};

/** The kinds of fabio's edfimage.py. */
const EDF_NUMBERS: Readonly<Record<string, string>> = {
  signedbyte: "i1",
  unsignedbyte: "u1",
  signedshort: "i2",
  unsignedshort: "u2",
  signedinteger: "i4",
  signedlong: "i4",
  unsignedinteger: "u4",
  unsignedlong: "u4",
  signed64: "i8",
  unsigned64: "u8",
  float: "f4",
  floatvalue: "f4",
  double: "f8",
  doublevalue: "f8",
};

/** Of one side; a header that says more is damaged. */
const SIDE_MAX = 65_536;
const EDF_HEADER_BYTES_MAX = 65_536;
const FIT2D_HEADER_BYTES = 1024;

/** The endings that `readArray` knows, besides those of TIFFs. */
export const ARRAY_ENDINGS = [".npy", ".edf", ".msk"] as const;

/** @throws ArrayFileError saying what is wrong with the file */
export function readArray(ending: typeof ARRAY_ENDINGS[number], bytes: Uint8Array): ImageArray {
  const readers = { ".npy": readNpy, ".edf": readEdf, ".msk": readFit2d };
  return readers[ending](bytes);
}

/** numpy/lib/format.py, versions 1 to 3. */
function readNpy(bytes: Uint8Array): ImageArray {
  const view = viewOf(bytes);
  // Byte 0x93 is no letter that every decoder agrees on.
  if (bytes.length < 12 || bytes[0] !== 0x93 || ascii(bytes.subarray(1, 6)) !== "NUMPY") {
    throw new ArrayFileError("it is not a .npy file");
  }
  const isLong = bytes[6]! > 1;
  const start = isLong ? 12 + view.getUint32(8, true) : 10 + view.getUint16(8, true);
  const header = ascii(bytes.subarray(10, start));
  const type = /'descr':\s*'([<>|=])([biuf])(\d)'/.exec(header);
  const shape = /'shape':\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)/.exec(header);
  const read = NUMBERS[`${type?.[2]}${type?.[3]}`];
  if (type === null || read === undefined) throw new ArrayFileError("its numbers are of a kind that is not read");
  if (shape === null) throw new ArrayFileError("it does not have two dimensions");
  const [rows, columns] = [Number(shape[1]), Number(shape[2])];
  const of = { start, bytesEach: Number(type[3]), read, littleEndian: type[1] !== ">" };
  if (!/'fortran_order':\s*True/.test(header)) return numbers(view, { ...of, height: rows, width: columns });
  return transposed(numbers(view, { ...of, height: columns, width: rows }));
}

function transposed({ height, width, data }: ImageArray): ImageArray {
  const turned = new Float32Array(data.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) turned[column * height + row] = data[row * width + column]!;
  }
  return { height: width, width: height, data: turned };
}

/** The first image of a file; uncompressed. */
function readEdf(bytes: Uint8Array): ImageArray {
  const text = ascii(bytes.subarray(0, EDF_HEADER_BYTES_MAX)), end = text.search(/\}\r?\n/);
  if (!text.trimStart().startsWith("{") || end < 0) throw new ArrayFileError("it is not an .edf file");
  const start = text.indexOf("\n", end) + 1;
  const keys = new Map(
    [...text.slice(0, end).matchAll(/([A-Za-z0-9_]+)\s*=\s*([^;]*?)\s*;/g)].map(([, key, value]) =>
      [key!.toLowerCase(), value!] as const
    ),
  );
  const compression = (keys.get("compression") ?? "none").toLowerCase();
  if (!["none", "no", ""].includes(compression)) throw new ArrayFileError(`it is compressed (${compression})`);
  const kind = EDF_NUMBERS[(keys.get("datatype") ?? "").toLowerCase()];
  if (kind === undefined) throw new ArrayFileError(`its DataType ${keys.get("datatype") ?? ""} is not read`);
  return numbers(viewOf(bytes), {
    start,
    bytesEach: Number(kind[1]),
    read: NUMBERS[kind]!,
    littleEndian: (keys.get("byteorder") ?? "").toLowerCase() !== "highbytefirst",
    height: Number(keys.get("dim_2")),
    width: Number(keys.get("dim_1")),
  });
}

/** "M\0\0\0A\0\0\0S\0\0\0K\0\0\0", width, height; behind 1024 bytes rows of bits, each filled up to 32 (fabio). */
function readFit2d(bytes: Uint8Array): ImageArray {
  const view = viewOf(bytes);
  const isMask = bytes.length >= FIT2D_HEADER_BYTES &&
    ["M", "A", "S", "K"].every((letter, k) => view.getUint32(4 * k, true) === letter.charCodeAt(0));
  if (!isMask) throw new ArrayFileError("it is not a mask of Fit2D");
  const width = view.getUint32(16, true), height = view.getUint32(20, true), stride = 4 * Math.ceil(width / 32);
  checkSize({ width, height, needed: FIT2D_HEADER_BYTES + stride * height, there: bytes.length });
  const data = new Float32Array(width * height);
  for (let row = 0, pixel = 0; row < height; row++) {
    const at = FIT2D_HEADER_BYTES + row * stride;
    for (let column = 0; column < width; column++, pixel++) {
      data[pixel] = (bytes[at + (column >> 3)]! >> (column & 7)) & 1;
    }
  }
  return { height, width, data };
}

function numbers(
  view: DataView,
  of: { start: number; bytesEach: number; read: Read; littleEndian: boolean; height: number; width: number },
): ImageArray {
  const { start, bytesEach, read, littleEndian, height, width } = of;
  checkSize({ width, height, needed: start + height * width * bytesEach, there: view.byteLength });
  const data = new Float32Array(height * width);
  for (let i = 0, at = start; i < data.length; i++, at += bytesEach) data[i] = read(view, at, littleEndian);
  return { height, width, data };
}

function checkSize({ width, height, needed, there }: Record<"width" | "height" | "needed" | "there", number>): void {
  if (![width, height].every((side) => Number.isInteger(side) && side >= 1 && side <= SIDE_MAX)) {
    throw new ArrayFileError(`its size of ${width} x ${height} is impossible`);
  }
  if (there < needed) throw new ArrayFileError(`it ends early: ${there} bytes of ${needed}`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes above 127 do not matter where this is used. */
function ascii(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
