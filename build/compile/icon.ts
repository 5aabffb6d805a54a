/** Draws the program's icon: rings of a powder pattern around the shadow of a beam stop. */
import { crc32, deflateSync } from "node:zlib";

/** What Windows shows: lists, task bar, desktop, large tiles. */
const SIZES_PX = [16, 24, 32, 48, 256] as const;
/** Each pixel is the mean of so many points in each direction. */
const SAMPLES = 4;

type Colour = readonly [red: number, green: number, blue: number];
const BACKGROUND: Colour = [16, 24, 64];
const RING: Colour = [255, 208, 96];
/** Radii and widths in parts of half the icon. */
const RINGS = [{ radius: 0.38, width: 0.1 }, { radius: 0.6, width: 0.08 }, { radius: 0.8, width: 0.1 }] as const;
const DISC_RADIUS = 0.98;
const STOP_RADIUS = 0.16;

/** The icon in each size, as PNG. */
export function drawIcon(): { readonly size: number; readonly png: Uint8Array }[] {
  return SIZES_PX.map((size) => ({ size, png: encodePng(drawImage(size), size) }));
}

/** RGBA, row by row. */
function drawImage(size: number): Uint8Array {
  const pixels = new Uint8Array(4 * size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) pixels.set(drawPixel(x, y, size), 4 * (y * size + x));
  }
  return pixels;
}

function drawPixel(x: number, y: number, size: number): number[] {
  const sum = [0, 0, 0];
  let covered = 0;
  for (let sample = 0; sample < SAMPLES ** 2; sample++) {
    const right = (x + (sample % SAMPLES + 0.5) / SAMPLES) / size * 2 - 1;
    const down = (y + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / size * 2 - 1;
    const colour = colourAt(Math.hypot(right, down));
    if (colour === null) continue;
    covered++;
    for (const channel of [0, 1, 2] as const) sum[channel]! += colour[channel];
  }
  return [
    ...sum.map((channel) => Math.round(channel / Math.max(covered, 1))),
    Math.round(255 * covered / SAMPLES ** 2),
  ];
}

function colourAt(radius: number): Colour | null {
  if (radius > DISC_RADIUS) return null;
  if (radius < STOP_RADIUS) return [0, 0, 0];
  return RINGS.some((ring) => Math.abs(radius - ring.radius) < ring.width / 2) ? RING : BACKGROUND;
}

function encodePng(pixels: Uint8Array, size: number): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, size);
  view.setUint32(4, size);
  header.set([8, 6], 8); // 8 bits, RGBA
  const rows = new Uint8Array(size * (4 * size + 1)); // each begins with its filter: none
  for (let y = 0; y < size; y++) {
    rows.set(pixels.subarray(4 * size * y, 4 * size * (y + 1)), y * (4 * size + 1) + 1);
  }
  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", new Uint8Array()),
  ];
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}
