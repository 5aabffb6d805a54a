/** Makes TIFF files for the tests, by nothing but the format's own text. */

export interface ExtraTag {
  readonly tag: number;
  /** 2 ASCII, 3 SHORT, 4 LONG, 5 RATIONAL (numerator, denominator, …), 12 DOUBLE, 16 LONG8. */
  readonly type: 2 | 3 | 4 | 5 | 12 | 16;
  readonly values: readonly number[] | string;
}

export interface TiffPlan {
  readonly byteOrder?: "little" | "big";
  readonly bigTiff?: boolean;
  readonly width?: number;
  readonly height?: number;
  readonly bits?: 8 | 16 | 32 | 64;
  /** 1 uint, 2 int, 3 float */
  readonly format?: 1 | 2 | 3;
  /** How many; QXRD writes one, and then no RowsPerStrip. */
  readonly strips?: number;
  readonly compression?: number;
  /** In place of pixels that count up; for compressed data of any length. */
  readonly pixels?: Uint8Array;
  readonly extra?: readonly ExtraTag[];
  readonly without?: readonly number[];
  /** The offset of a directory that follows. */
  readonly next?: number;
  /** One byte between pixels and directory, so that the file's size is odd. */
  readonly odd?: boolean;
}

const TYPE_BYTES = { 2: 1, 3: 2, 4: 4, 5: 4, 12: 8, 16: 8 } as const;

/** Those that a detector or a program behind it writes. */
export const PIXEL_TYPES: readonly (TiffPlan & { shown: string })[] = [
  { shown: "uint8", bits: 8, format: 1 },
  { shown: "uint16", bits: 16, format: 1 },
  { shown: "int16", bits: 16, format: 2 },
  { shown: "uint32", bits: 32, format: 1 },
  { shown: "int32", bits: 32, format: 2 },
  { shown: "float32", bits: 32, format: 3 },
  { shown: "float64", bits: 64, format: 3 },
];

/** Both byte orders, classic and BigTIFF. */
export const TIFF_FORMS = (["little", "big"] as const).flatMap((byteOrder) =>
  [false, true].map((bigTiff) => {
    return { shown: `${byteOrder}-endian ${bigTiff ? "BigTIFF" : "classic TIFF"}`, byteOrder, bigTiff };
  })
);

/** Pixels right behind the header, then the directory's values, then the directory, as QXRD's libtiff lays them. */
export function makeTiff(plan: TiffPlan = {}): Uint8Array<ArrayBuffer> {
  const { width = 16, height = 16, bits = 32, strips = 1, bigTiff = false, byteOrder = "little" } = plan;
  const little = byteOrder === "little";
  const pixels = plan.pixels ?? pixelsOf(width * height * bits / 8);
  const start = bigTiff ? 16 : 8;
  const rows = Math.ceil(height / strips);
  const perStrip = plan.pixels ? pixels.length / strips : rows * width * bits / 8;
  const offsets = Array.from({ length: strips }, (_, index) => start + index * perStrip);
  const counts = offsets.map((offset) => Math.min(perStrip, start + pixels.length - offset));
  const tags: ExtraTag[] = [
    { tag: 256, type: 4, values: [width] },
    { tag: 257, type: 4, values: [height] },
    { tag: 258, type: 3, values: [bits] },
    { tag: 259, type: 3, values: [plan.compression ?? 1] },
    { tag: 269, type: 2, values: "P-00000.tif" },
    { tag: 273, type: bigTiff ? 16 : 4, values: offsets },
    { tag: 277, type: 3, values: [1] },
    { tag: 279, type: bigTiff ? 16 : 4, values: counts },
    { tag: 284, type: 3, values: [1] },
    { tag: 306, type: 2, values: "2015:11:19 14:37:40" },
    { tag: 339, type: 3, values: [plan.format ?? (bits === 32 ? 3 : 1)] },
  ];
  if (strips > 1) tags.push({ tag: 278, type: 4, values: [rows] });
  const extra = plan.extra ?? [];
  const all = tags.filter(({ tag }) => !plan.without?.includes(tag) && !extra.some((one) => one.tag === tag));
  all.push(...extra);
  all.sort((one, other) => one.tag - other.tag);
  const directory = directoryBytes(all, { at: start + pixels.length, little, bigTiff, next: plan.next ?? 0 });
  const file = new Uint8Array(start + pixels.length + directory.bytes.length + (plan.odd ? 1 : 0));
  file.set(headerBytes(directory.offset, { little, bigTiff }));
  file.set(pixels, start);
  file.set(directory.bytes, start + pixels.length);
  return file;
}

/** Bytes that count up with a long period, so that a moved or torn pixel shows. */
export function pixelsOf(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8) * 13) & 0xff);
}

function headerBytes(ifdOffset: number, { little, bigTiff }: { little: boolean; bigTiff: boolean }): Uint8Array {
  const view = new DataView(new ArrayBuffer(bigTiff ? 16 : 8));
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, bigTiff ? 43 : 42, little);
  if (bigTiff) {
    view.setUint16(4, 8, little);
    view.setBigUint64(8, BigInt(ifdOffset), little);
  } else {
    view.setUint32(4, ifdOffset, little);
  }
  return new Uint8Array(view.buffer);
}

interface DirectoryPlace {
  readonly at: number;
  readonly little: boolean;
  readonly bigTiff: boolean;
  readonly next: number;
}

function directoryBytes(tags: readonly ExtraTag[], place: DirectoryPlace): { bytes: Uint8Array; offset: number } {
  const { little, bigTiff } = place;
  const field = bigTiff ? 8 : 4;
  const encoded = tags.map((tag) => valueBytes(tag, little));
  let cursor = place.at + (place.at & 1);
  const offsets = encoded.map((value) => {
    if (value.length <= field) return 0;
    const offset = cursor;
    cursor += value.length + (value.length & 1);
    return offset;
  });
  const ifdOffset = cursor;
  const countBytes = bigTiff ? 8 : 2;
  const entryBytes = bigTiff ? 20 : 12;
  const end = ifdOffset + countBytes + tags.length * entryBytes + field;
  const bytes = new Uint8Array(end - place.at);
  const view = new DataView(bytes.buffer);
  const put = (at: number, value: number) =>
    bigTiff ? view.setBigUint64(at, BigInt(value), little) : view.setUint32(at, value, little);
  let at = ifdOffset - place.at;
  if (bigTiff) view.setBigUint64(at, BigInt(tags.length), little);
  else view.setUint16(at, tags.length, little);
  at += countBytes;
  for (const [index, { tag, type }] of tags.entries()) {
    const value = encoded[index]!;
    view.setUint16(at, tag, little);
    view.setUint16(at + 2, type, little);
    put(at + 4, value.length / (type === 5 ? 8 : TYPE_BYTES[type]));
    if (value.length <= field) bytes.set(value, at + 4 + field);
    else {
      put(at + 4 + field, offsets[index]!);
      bytes.set(value, offsets[index]! - place.at);
    }
    at += entryBytes;
  }
  put(at, place.next);
  return { bytes, offset: ifdOffset };
}

function valueBytes({ type, values }: ExtraTag, little: boolean): Uint8Array {
  if (typeof values === "string") return new TextEncoder().encode(values + "\0");
  const step = TYPE_BYTES[type];
  const view = new DataView(new ArrayBuffer(step * values.length));
  for (const [index, value] of values.entries()) {
    const at = index * step;
    if (type === 3) view.setUint16(at, value, little);
    else if (type === 12) view.setFloat64(at, value, little);
    else if (type === 16) view.setBigUint64(at, BigInt(value), little);
    else if (type === 2) view.setUint8(at, value);
    else view.setUint32(at, value, little);
  }
  return new Uint8Array(view.buffer);
}
