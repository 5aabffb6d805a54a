/** Folders for one benchmark with frames in them, all removed at its end. */
import { join } from "node:path";
import { makeTiff } from "../tiff/make_tiff.ts";

/** A real one of 0.6 kB with 29 keys, as QXRD 0.8 writes it. */
const SIDECAR = new URL("../data/qxrd/0.8.3/CeO2_09_11_2017-00001.tif.metadata", import.meta.url);

export class Workspace implements Disposable {
  static readonly #all = new Set<Workspace>();
  readonly path: string;

  constructor(on: string) {
    this.path = Deno.makeTempDirSync({ dir: on, prefix: "pewatch-bench-" });
    Workspace.#all.add(this);
  }

  /** An empty folder of this name; what was in it is removed. */
  empty(name: string): string {
    const path = join(this.path, name);
    removeAll(path);
    Deno.mkdirSync(path, { recursive: true });
    return path;
  }

  /** For an end by a signal, which runs no other clean-up: gigabytes of memory must not stay behind. */
  static removeEach(): void {
    for (const space of Workspace.#all) space[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    Workspace.#all.delete(this);
    removeAll(this.path);
  }
}

function removeAll(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

export function frameName(index: number): string {
  return `P-${String(index).padStart(5, "0")}.tif`;
}

/** One float32 frame of `side`² pixels as QXRD writes it, filled with noise. */
export function frameBytes(side: number): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8Array(side * side * 4);
  const noise = crypto.getRandomValues(new Uint8Array(65_536));
  for (let at = 0; at < pixels.length; at += noise.length) {
    pixels.set(noise.subarray(0, Math.min(noise.length, pixels.length - at)), at);
    noise[at / noise.length % noise.length]! ^= 0xff;
  }
  // Exponents of numbers that a detector gives: noise alone holds infinities, which no reader likes.
  for (let at = 3; at < pixels.length; at += 4) pixels[at] = 0x44;
  return makeTiff({ width: side, height: side, pixels });
}

/** One raw frame as QXRD writes it: the detector's uint16. */
export function rawFrameBytes(side: number): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8Array(side * side * 2);
  const noise = crypto.getRandomValues(new Uint8Array(65_536));
  for (let at = 0; at < pixels.length; at += noise.length) {
    pixels.set(noise.subarray(0, Math.min(noise.length, pixels.length - at)), at);
  }
  return makeTiff({ width: side, height: side, bits: 16, pixels });
}

export function sidecarFor(side: number): string {
  const text = Deno.readTextFileSync(SIDECAR);
  // The date of makeTiff's images: with another one a pair is taken for one only where both were written within a second.
  return text.replace(/^width=.*$/m, `width=${side}`).replace(/^height=.*$/m, `height=${side}`)
    .replace(/^dateString=.*$/m, "dateString=2015.11.19 : 14:37:40.123");
}

/** Writes so many different frames with their sidecars, numbered from 0. */
export function writeFrames(folder: string, frames: { count: number; side: number }): void {
  const image = frameBytes(frames.side);
  const sidecar = sidecarFor(frames.side);
  const counter = new DataView(image.buffer, 8, 4);
  for (let index = 0; index < frames.count; index++) {
    counter.setFloat32(0, index, true);
    const path = join(folder, frameName(index));
    Deno.writeFileSync(path, image);
    Deno.writeTextFileSync(`${path}.metadata`, sidecar);
  }
}

/** `cp FILES FOLDER`, whole; the seconds that it took, its start included. */
export async function copyByCp(files: readonly string[], folder: string): Promise<number> {
  const start = performance.now();
  const { success, stderr } = await new Deno.Command("cp", { args: [...files, folder] }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return (performance.now() - start) / 1000;
}

export function filesOf(folder: string, ending = ""): string[] {
  return [...Deno.readDirSync(folder)].filter((entry) => entry.isFile && entry.name.endsWith(ending))
    .map((entry) => join(folder, entry.name)).sort();
}

/** What a careful person would do by hand: `cp`, `cmp` of each file with its copy, `rm` of the originals. */
export async function copyCompareRemove(files: readonly string[], folder: string): Promise<number> {
  const start = performance.now();
  await copyByCp(files, folder);
  const script = 'to=$0; for file; do cmp -s "$file" "$to/${file##*/}" || exit 1; done; rm "$@"';
  const { success, stderr } = await new Deno.Command("sh", { args: ["-c", script, folder, ...files] }).output();
  if (!success) throw new Error(`cmp or rm: ${new TextDecoder().decode(stderr)}`);
  return (performance.now() - start) / 1000;
}
