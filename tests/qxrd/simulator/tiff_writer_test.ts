import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BYTES_PER_PIXEL, type FramePixels, type PixelType } from "../../../src/qxrd/simulator/pixels.ts";
import { type QxrdImage, writeQxrdTiff } from "../../../src/qxrd/simulator/tiff_writer.ts";
import { TempFolder } from "../../temp_folder.ts";
import { DATA_FOLDER } from "../samples.ts";

/** Odd sizes, so that the directory does not begin where the pixels end; texts that fit into an entry and that do not. */
const IMAGES: readonly QxrdImage[] = (["float32", "uint32", "uint16", "uint8"] as const).map((type, index) => ({
  width: 5,
  height: 3,
  type,
  documentName: ["T:/raw/prev-00001.tif", "", "abc", "even"][index]!,
  dateTime: "2017:11:09 23:08:28",
}));

function rampOf(image: QxrdImage): Uint8Array<ArrayBuffer> {
  const length = image.width * image.height * BYTES_PER_PIXEL[image.type];
  return Uint8Array.from({ length }, (_, index) => (index * 7) & 0xff);
}

async function written(image: QxrdImage, pixels: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  using folder = new TempFolder();
  const path = folder.join("a.tif");
  await writeQxrdTiff(path, image, { parts: [pixels.subarray(0, 4), pixels.subarray(4)], byteCount: pixels.length });
  return await Deno.readFile(path);
}

for (const image of IMAGES) {
  Deno.test(`writeQxrdTiff() writes ${image.type} as libtiff 4.5.0 did`, async () => {
    const golden = await Deno.readFile(join(DATA_FOLDER, `golden_${image.type}.tif`));
    assert.deepEqual(await written(image, rampOf(image)), golden);
  });
}

/** The program that makes QXRD's calls, or null where there is no C compiler or no libtiff to compile it with. */
async function compileWriter(folder: TempFolder): Promise<string | null> {
  const source = fileURLToPath(new URL("../qxrd_writer.c", import.meta.url));
  const program = folder.join("qxrd_writer");
  try {
    const { success } = await new Deno.Command("cc", {
      args: ["-o", program, source, "-ltiff"],
      stdout: "null",
      stderr: "null",
    }).output();
    return success ? program : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function writtenByLibtiff(
  program: string,
  image: QxrdImage,
  pixels: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  using folder = new TempFolder();
  const path = folder.join("b.tif");
  const { width, height, type, documentName, dateTime } = image;
  const child = new Deno.Command(program, {
    args: [path, String(width), String(height), type, documentName, dateTime],
    stdin: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(pixels);
  await writer.close();
  assert.ok((await child.status).success);
  return await Deno.readFile(path);
}

Deno.test("writeQxrdTiff() writes byte for byte what this machine's libtiff writes for QXRD's calls", async (context) => {
  using folder = new TempFolder();
  const program = await compileWriter(folder);
  const more: QxrdImage[] = [
    { width: 70_000, height: 1, type: "uint8", documentName: "wide", dateTime: "2017:11:09 23:08:28" },
    { width: 1, height: 70_000, type: "uint16", documentName: "T:/high.tif", dateTime: "2017:11:09 23:08:28" },
    { width: 256, height: 256, type: "float32", documentName: "größer.tif", dateTime: "2017:11:09 23:08:28" },
  ];
  for (const image of [...IMAGES, ...more]) {
    const name = `${image.width} x ${image.height} ${image.type}`;
    await context.step({
      name,
      // The files that are compared with above were made by the same program.
      ignore: program === null,
      fn: async () => {
        const pixels = rampOf(image);
        assert.deepEqual(await written(image, pixels), await writtenByLibtiff(program!, image, pixels));
      },
    });
  }
});

Deno.test("writeQxrdTiff() leaves the directory's offset 0 until everything else is written", async () => {
  using folder = new TempFolder();
  const path = folder.join("a.tif");
  const type: PixelType = "uint16";
  const states: [size: number, ifdOffset: number][] = [];
  function look(): void {
    const bytes = Deno.readFileSync(path);
    states.push([bytes.length, new DataView(bytes.buffer).getUint32(4, true)]);
  }
  function* parts(): Generator<Uint8Array<ArrayBuffer>> {
    look();
    yield new Uint8Array(12);
    look();
    yield new Uint8Array(18);
    look();
  }
  const pixels = { parts: parts() as unknown as FramePixels["parts"], byteCount: 30 };
  await writeQxrdTiff(path, { width: 5, height: 3, type, documentName: "", dateTime: "" }, pixels);
  look();
  assert.deepEqual(states.slice(0, 3), [[8, 0], [20, 0], [38, 0]]);
  assert.equal(states[3]![1], 38);
});

Deno.test("writeQxrdTiff() refuses pixels that are not as many as the image has", async () => {
  using folder = new TempFolder();
  const image: QxrdImage = { width: 4, height: 4, type: "uint8", documentName: "", dateTime: "" };
  const pixels = { parts: [new Uint8Array(15)], byteCount: 15 };
  await assert.rejects(writeQxrdTiff(folder.join("a.tif"), image, pixels), RangeError);
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
});
