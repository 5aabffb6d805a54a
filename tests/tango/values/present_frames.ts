/** Frames that are exposed now, as QXRD writes them: values of devices belong to the time of an exposure. */
import { join } from "node:path";
import { makeTiff } from "../../tiff/make_tiff.ts";

export const EXPOSURE_S = 0.5;

/** Puts a frame of `side` times `side` pixels into a raw folder; its exposure ends now. */
export async function putPresentFrame(raw: string, name: string, { side, seed }: { side: number; seed: number }) {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, -1);
  const [day, time] = local.split("T") as [string, string];
  const pixels = new Float32Array(side * side).fill(seed);
  const date = { tag: 306, type: 2, values: `${day.replaceAll("-", ":")} ${time.slice(0, 8)}` } as const;
  const image = makeTiff({ width: side, height: side, pixels: new Uint8Array(pixels.buffer), extra: [date] });
  await Deno.writeFile(join(raw, name), image);
  const sidecar = [
    "[metadata]",
    `width=${side}`,
    `height=${side}`,
    "qxrdVersion=0.11.8",
    "dataType=5",
    `exposureTime=${EXPOSURE_S}`,
    "summedExposures=1",
    `imageNumber=${seed}`,
    "phaseNumber=0",
    "nPhases=1",
    `dateString=${day.replaceAll("-", ".")} : ${time}`,
    "",
  ].join("\n");
  await Deno.writeTextFile(join(raw, `${name}.metadata`), sidecar);
}
