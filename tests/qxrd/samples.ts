/** Sidecars that QXRD really wrote, for the tests. */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

export const DATA_FOLDER = fileURLToPath(new URL("../data/qxrd", import.meta.url));

export interface Sample {
  /** Below the data folder: "0.8.3/CeO2_09_11_2017-00001.tif.metadata". */
  readonly name: string;
  readonly imageName: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export const SAMPLES: readonly Sample[] = [
  "early/alumina14_0-00102.tif.metadata",
  "0.8.3/CeO2_09_11_2017-00001.tif.metadata",
  "0.8.3/CeO2_09_11_2017-00001.dark.tif.metadata",
  "0.8.3/CeO2_09_11_2017_off-00002.tif.metadata",
  "0.8.3/CeO2_09_11_2017_off-00002.dark.tif.metadata",
  "0.11.1/NAC_dc450-00000.tif.metadata",
  "0.11.1/NAC_dc1150-00000.tif.metadata.gz",
  "0.11.8/LaB6_huber_0.3mm_d300_111915_3-00000.tif.metadata",
  "unknown/AzoDye_TR11_mask.tif.metadata",
].map((file) => {
  const bytes = Deno.readFileSync(join(DATA_FOLDER, file));
  const name = file.replace(/\.gz$/, "");
  const imageName = basename(name, ".metadata");
  return { name, imageName, bytes: name === file ? bytes : new Uint8Array(gunzipSync(bytes)) };
});

export function sample(part: string): Sample {
  const found = SAMPLES.find(({ name }) => name.includes(part));
  if (found === undefined) throw new Error(`Cannot find a sample named ${part}`);
  return found;
}

/** A sidecar's bytes from its text. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
