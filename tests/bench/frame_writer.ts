/**
 * Writes frames as QXRD does, in a process of its own, at a given rate: of each exposure the raw image (uint16) and the
 * processed one (float32), each with its sidecar. Tells of each when its sidecar got its name, and at the end how far it
 * was behind: what it cannot write in time is no fault of whoever reads. Where nobody takes them it waits, before they
 * fill the volume.
 *
 * usage: frame_writer.ts RAW SIDE RATE_PER_S EXPOSURES FIRST
 */
import { join } from "node:path";
import { frameBytes, frameName, rawFrameBytes, sidecarFor } from "./workspace.ts";

export type FromWriter =
  | { readonly type: "frame"; readonly image: string; readonly written_ms: number }
  | { readonly type: "end"; readonly late_s: number; readonly busy_s: number; readonly seconds: number };

/** 1.6 GB of exposures of 2048²: of a machine that cannot do more than half of the rate the test ends all the same. */
const FILES_IN_RAW_MAX = 260;
const LOOK_MS = 20;

interface Writing {
  readonly ending: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sidecar: string;
}

async function main(): Promise<void> {
  const [raw, side, rate, exposures, first] = [Deno.args[0]!, ...Deno.args.slice(1).map(Number)] as [
    string,
    number,
    number,
    number,
    number,
  ];
  const sidecar = sidecarFor(side);
  const images: readonly Writing[] = [
    { ending: ".raw.tif", bytes: rawFrameBytes(side), sidecar: sidecar.replace(/^dataType=.*$/m, "dataType=1") },
    { ending: ".tif", bytes: frameBytes(side), sidecar },
  ];
  const start = performance.now();
  let [late_s, busy_ms] = [0, 0];
  for (let index = 0; index < exposures; index++) {
    const due_ms = start + index * 1000 / rate;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due_ms - performance.now())));
    while ([...Deno.readDirSync(raw)].length > FILES_IN_RAW_MAX) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    const begin = performance.now();
    late_s = Math.max(late_s, (begin - due_ms) / 1000);
    for (const image of images) write(image, { raw, number: first + index });
    busy_ms += performance.now() - begin;
  }
  send({ type: "end", late_s, busy_s: busy_ms / 1000, seconds: (performance.now() - start) / 1000 });
}

/** The header's directory offset comes last, the sidecar by a rename. */
function write(image: Writing, to: { raw: string; number: number }): void {
  const name = frameName(to.number).replace(".tif", image.ending);
  const path = join(to.raw, name);
  const { bytes } = image;
  new DataView(bytes.buffer).setUint32(8, to.number, true);
  const directory = bytes.slice(4, 8);
  bytes.fill(0, 4, 8);
  using file = Deno.openSync(path, { write: true, createNew: true });
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  file.seekSync(4, Deno.SeekMode.Start);
  file.writeSync(directory);
  bytes.set(directory, 4);
  Deno.writeTextFileSync(`${path}.metadata.AbCdEf`, image.sidecar);
  const written_ms = Date.now();
  Deno.renameSync(`${path}.metadata.AbCdEf`, `${path}.metadata`);
  send({ type: "frame", image: name, written_ms });
}

function send(message: FromWriter): void {
  console.log(JSON.stringify(message));
}

if (import.meta.main) await main();
