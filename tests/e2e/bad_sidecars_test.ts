/** Sidecars that are missing, broken or of another image: the image goes as it is, they travel as they are. */
import assert from "node:assert/strict";
import { makeImage, makeSidecar } from "./frames.ts";
import { Place } from "./harness.ts";
import { askAll, assertNexusRead, assertTiffRead, assertValid } from "./readers.ts";

const text = new TextEncoder();

interface Flawed {
  readonly sidecar: Uint8Array | null;
  /** What must be said of it; null where there is nothing to say. */
  readonly words: RegExp | null;
  readonly tagged: boolean;
}

/** 2.5 MB in lines of 40,000 characters and more, as saved calibration points make them. */
function largeSidecar(): string {
  const line = "1.5, -0.25, ".repeat(3500);
  const points = Array.from({ length: 60 }, (_, index) => `points${index}="${line}"`);
  return `${makeSidecar()}[centerfinder]\n${points.join("\n")}\n`;
}

const FLAWED: Readonly<Record<string, Flawed>> = {
  "missing.tif": { sidecar: null, words: /there is no sidecar/, tagged: false },
  "empty.tif": { sidecar: new Uint8Array(0), words: /the sidecar is empty/, tagged: false },
  "binary.tif": {
    sidecar: Uint8Array.from({ length: 4096 }, (_, index) => (index * 89 + 0x89) & 0xff),
    words: /the sidecar cannot be read: .* line \d+/,
    tagged: false,
  },
  "other-size.tif": {
    sidecar: text.encode(makeSidecar({ width: 128 })),
    words: /the sidecar is for an image of 128 x 128, this one has 64 x 64/,
    tagged: false,
  },
  "latin-1.tif": {
    sidecar: new Uint8Array([...text.encode(`${makeSidecar()}userComment1=Gr`), 0xf6, 0xdf, 0x65, 0x0a]),
    words: null,
    tagged: true,
  },
  "one-line.tif": {
    sidecar: text.encode(`${makeSidecar()}# sample changed at 10:05\n[more\na=1\n`),
    words: /line 12 of the sidecar: there is neither a section nor a key with =, and 1 more line is flawed/,
    tagged: true,
  },
  "nul-line.tif": {
    sidecar: text.encode(`userComment1=\0\0\n${makeSidecar()}`),
    words: /line 1 of the sidecar: there is a NUL byte/,
    tagged: true,
  },
  "utf-16.tif": {
    sidecar: Uint8Array.from(
      `\ufeff${makeSidecar()}`.split("").flatMap((c) => [c.charCodeAt(0) & 0xff, c.charCodeAt(0) >> 8]),
    ),
    words: null,
    tagged: true,
  },
  "large.tif": { sidecar: text.encode(largeSidecar()), words: null, tagged: true },
};

Deno.test("a flawed sidecar holds no frame up and is reported in one line", async (test) => {
  using place = new Place();
  await using run = await place.start().running();
  const names = Object.keys(FLAWED);
  const images = names.map((_, index) => makeImage({ seed: index + 1 }));
  names.forEach((name, index) => place.put(name, images[index]!, FLAWED[name]!.sidecar));
  await place.arrive(run, names);
  place.put("good.tif", makeImage({ seed: 99 }), makeSidecar());
  await run.until(() => place.has("good.nxs"), "the good frame");
  await place.stop(run);

  assert.ok(FLAWED["large.tif"]!.sidecar!.length > 2_500_000);
  const { tiffs, opened, valid } = await askAll(
    names.map((name) => ({ path: place.outputPath(name) })),
    names.map((name) => ({ path: place.outputPath(name.replace(".tif", ".nxs")) })),
  );
  for (const [index, name] of names.entries()) {
    await test.step(name, () => {
      const { sidecar, words, tagged } = FLAWED[name]!;
      const said = run.complaints(name);
      assert.equal(said.length, words === null ? 0 : 1, said.join("\n"));
      if (words !== null) assert.match(said[0]!, words);
      if (!tagged) assert.match(said[0]!, /delivered as it is/);
      if (sidecar === null) assert.ok(!place.has(`${name}.metadata`));
      else assert.deepEqual(Deno.readFileSync(place.outputPath(`${name}.metadata`)), sidecar);
      const { tifffile } = tiffs[index]!;
      assert.equal(Object.keys(tifffile!.tags as object).length > 0, tagged, "tags");
      if (tagged) assertTiffRead(name, tiffs[index]!, images[index]!);
      else assert.deepEqual(Deno.readFileSync(place.outputPath(name)), images[index]!.bytes);
      assertNexusRead(name, opened[index]!, images[index]!);
      assertValid(name, valid[index]!);
      if (words !== null) assert.match(notes(opened[index]!.h5py!.values), words);
    });
  }
});

/** All texts of the file: what is wrong must stand in one of them. */
function notes(values: unknown): string {
  return Object.values(values as Record<string, unknown>).filter((value) => typeof value === "string").join("\n");
}
