/** The device, seen by clients that others wrote: what it is, what it reads, what it takes and refuses. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { LIBRARY } from "../../ffi/tango/environment.ts";
import { makeImage, makeSidecar } from "../../e2e/frames.ts";
import { makeTiff } from "../../tiff/make_tiff.ts";
import { pause } from "../../faults/detector.ts";
import { Client, JAVA_CLIENTS, PYTHON_CLIENTS, type Reading, UTF8_CLIENTS } from "./client.ts";
import { ATTRIBUTES, COMMANDS } from "./expected_table.ts";
import { ServedPewatch } from "./served_pewatch.ts";
import { filesBelow } from "../../folders.ts";

/** Java's API connects without a database too; only its events need one. */
const CLIENTS = [...PYTHON_CLIENTS, ...JAVA_CLIENTS];
const ignore = LIBRARY === undefined || CLIENTS.length === 0;
/** A write that is refused at once: far below the 2.5 s after which the server gives up by itself. */
const AT_ONCE_S_MAX = 2;

type Clients = ReadonlyMap<string, Client>;

async function connectAll(pewatch: ServedPewatch): Promise<Clients> {
  const name = await pewatch.name();
  const connected = new Map<string, Client>();
  for (const program of CLIENTS) connected.set(program.name, await Client.connect(program, name));
  return connected;
}

/** One for the tests of this file; those that put no frame come first. */
const pewatch = ignore ? null! : new ServedPewatch();
let clients: Clients = ignore ? new Map() : await connectAll(pewatch);

async function disconnect(): Promise<void> {
  for (const client of clients.values()) await client[Symbol.asyncDispose]();
}

Deno.test.afterAll(async () => {
  await disconnect();
  await pewatch?.[Symbol.asyncDispose]();
});

// What runs outlives the test.
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn, sanitizeResources: false, sanitizeOps: false });
}

/** Calls with each client, one after the other. */
async function withEach(call: (client: Client, name: string) => Promise<void>): Promise<void> {
  for (const [name, client] of clients) await call(client, name);
}

interface ShownTable {
  readonly class: string;
  readonly server: string;
  readonly attributes: Record<string, Record<string, string | number>>;
  readonly commands: Record<string, Record<string, string | number>>;
}

test("every client sees the attributes and commands of the table, each with its description", async () => {
  assert.match(await pewatch.name(), /^tango:\/\/127\.0\.0\.1:\d+\/pewatch\/daemon\/1#dbase=no$/);
  await withEach(async (client, name) => {
    const table = await client.do<ShownTable>("table");
    assert.deepEqual([table.class, table.server], ["PeWatchDaemon", "PEWatchDaemon/1"]);
    assert.deepEqual(Object.keys(table.attributes).sort(), Object.keys(ATTRIBUTES).sort(), name);
    for (const [attribute, { type, format, writable, unit, min, max, size }] of Object.entries(ATTRIBUTES)) {
      const its = table.attributes[attribute]!;
      const what = `${name}: ${attribute}`;
      assert.deepEqual([its.type, its.format, its.writable], [type, format, writable], what);
      if (attribute === "State" || attribute === "Status") continue;
      assert.equal(its.unit, unit, what);
      if (max !== undefined) assert.deepEqual([its.min, its.max], [min, max], what);
      if (size !== undefined) assert.deepEqual([its.max_x, its.max_y], size, what);
      assert.ok(String(its.description).length > 20, what);
      // Tango's own format shows 4 ms as 0.00.
      if (type === 5) assert.notEqual(its.number_format, "%6.2f", what);
    }
    assert.deepEqual(Object.keys(table.commands).sort(), Object.keys(COMMANDS).sort(), name);
    for (const [command, types] of Object.entries(COMMANDS)) {
      const its = table.commands[command]!;
      assert.deepEqual([its.in, its.out], types, `${name}: ${command}`);
      assert.ok(`${its.in_text}${its.out_text}` !== "", `${name}: ${command}`);
    }
  });
});

test("a write that is refused says why, at once, and leaves the old value, as the set point too", async () => {
  const { raw, temp, proc, output } = pewatch.folders;
  const beside = pewatch.folder("beside");
  const file = join(beside, "a file");
  Deno.writeTextFileSync(file, "");
  const inside = join(raw, "inside");
  Deno.mkdirSync(inside);
  const refusals: readonly [string, string, RegExp][] = [
    ...["DirRaw", "DirTemp", "DirProc", "DirOutputRoot"].flatMap((name): [string, string, RegExp][] => [
      [name, join(beside, "missing"), /missing/],
      [name, file, /a file/],
      [name, "relative", /relative/],
      [name, "", /./],
    ]),
    ["DirRaw", temp, /temp/],
    ["DirRaw", proc, /proc/],
    ["DirRaw", output, /output/],
    ["DirTemp", raw, /raw/],
    ["DirProc", raw, /raw/],
    ["DirOutputRoot", raw, /raw/],
    ["DirTemp", inside, /inside/],
    // Around the folders of all settings.
    ["DirRaw", join(raw, ".."), /./],
    ["DirOutput", "..", /\.\./],
    ["DirOutput", "a/../..", /\.\./],
    ["DirOutput", "..\\up", /\.\./],
    ["DirOutput", beside, /./],
    ["DirOutput", "C:\\data", /C:/],
    ["DirOutput", "c:", /c:/],
    ["DirOutput", "\\\\server\\share", /server/],
    ["DirOutput", "//server/share", /server/],
    ["DirOutput", "con", /con/i],
    ["DirOutput", "a:b", /a:b/],
    ["DirOutput", "gr\u00c3\u00bcn", /UTF-8/],
    ["DirOutput", "5 \\u20ac", /cannot carry/],
    ["MaxProc", "0", /a number from 1 to 9 is needed/],
    ["MaxProc", "10", /a number from 1 to 9 is needed/],
    ["MaxProc", "-9223372036854775808", /./],
    ["FramesDelivered", "1", /./],
    ["LastFrame", "x", /./],
  ];
  await withEach(async (client, program) => {
    const before = await client.read(...Object.keys(ATTRIBUTES).filter((name) => /^Dir|^Max/.test(name)));
    for (const [name, value, why] of refusals) {
      const { fails, took_s } = await client.refused("write", name, value);
      assert.ok(fails.length > 10 && took_s < AT_ONCE_S_MAX, `${program}: ${name} = ${value}: ${fails} (${took_s} s)`);
      assert.match(fails, why, `${program}: ${name} = ${value}`);
    }
    const { fails, took_s } = await client.refused("write_long", "DirOutput", "4000000");
    assert.match(fails, /4000000 bytes/);
    assert.ok(took_s < AT_ONCE_S_MAX, `${program}: ${took_s} s`);
    assert.deepEqual(await client.read(...Object.keys(before)), before, program);
  });
  assert.deepEqual(filesBelow(beside), ["a file"]);
  assert.deepEqual(filesBelow(output), []);
});

test("a text that Tango does not carry makes no folder of another name", async () => {
  const name = await pewatch.name();
  // One client sends UTF-8, which is refused, also where Latin-1 would have had the characters.
  for (const program of UTF8_CLIENTS) {
    await using client = await Client.connect(program, name);
    for (const text of ["Größe", "日本"]) {
      assert.match(
        (await client.refused("write", "DirOutput", text)).fails,
        /it is UTF-8, and Tango's texts are Latin-1/,
      );
    }
  }
  // PyTango 10 refuses by itself; that of Debian breaks down.
  for (const program of PYTHON_CLIENTS.filter(({ name }) => name === "PyTango 10")) {
    await using client = await Client.connect(program, name);
    await client.refused("write", "DirOutput", "日本");
    assert.equal(await client.value("DirOutput"), "");
  }
  assert.deepEqual([...Deno.readDirSync(pewatch.folders.output)], []);
});

test("the preview is invalid before the first frame", async () => {
  await withEach(async (client, name) => {
    for (const [attribute, reading] of Object.entries(await client.read("Preview", "PreviewLow", "PreviewHigh"))) {
      assert.deepEqual(reading, { value: null, quality: "ATTR_INVALID" }, `${name}: ${attribute}`);
    }
  });
});

const FRAMES = 5;
const DARKS = 2;

async function bytesFree(folder: string): Promise<number> {
  const { stdout } = await new Deno.Command("df", { args: ["--output=avail", "-B1", folder] }).output();
  return Number(new TextDecoder().decode(stdout).trim().split("\n").at(-1));
}

test("every client reads what is so: folders, counts, bytes, free space, the last frame, the plugins", async () => {
  const { raw, temp, proc, output } = pewatch.folders;
  for (let number = 0; number < DARKS; number++) {
    pewatch.put(`d-0000${number}.dark.tif`, makeImage({ seed: number }).bytes, makeSidecar({ dark: true }));
  }
  await pewatch.drained();
  for (let number = 0; number < FRAMES; number++) {
    pewatch.put(`f-0000${number}.tif`, makeImage({ seed: 9 + number }).bytes, makeSidecar());
    await pewatch.drained();
  }
  const delivered = filesBelow(output).filter((name) => !name.startsWith("."));
  assert.equal(delivered.length, 3 * FRAMES);
  const bytes = delivered.reduce((sum, name) => sum + Deno.statSync(join(output, name)).size, 0);
  await withEach(async (client, name) => {
    const readings = await client.read();
    const value = (attribute: string) => readings[attribute]!.value;
    for (const [attribute, { quality }] of Object.entries(readings)) {
      assert.equal(quality, "ATTR_VALID", `${name}: ${attribute}`);
    }
    const known = {
      TickTackPeriod: 0.1,
      DirRaw: raw,
      DirTemp: temp,
      DirProc: proc,
      DirOutputRoot: output,
      DirOutput: "",
      MaxProc: 5,
      FramesDelivered: FRAMES,
      FramesFailed: 0,
      DarksRemoved: DARKS,
      Backlog: 0,
      BytesDelivered: bytes,
      LastFrame: `f-0000${FRAMES - 1}.tif`,
      LastError: "",
      State: "RUNNING",
    };
    for (const [attribute, expected] of Object.entries(known)) {
      assert.deepEqual(value(attribute), expected, `${name}: ${attribute}`);
    }
    for (const attribute of ["DirRaw", "DirTemp", "DirProc", "DirOutputRoot", "DirOutput", "MaxProc"]) {
      assert.deepEqual(readings[attribute]!.set_point, value(attribute), `${name}: ${attribute}`);
    }
    assert.ok(
      Number(value("NumThreads")) >= 4 && Number(value("FrameRate")) >= 0 && Number(value("Latency")) > 0,
      name,
    );
    for (const [attribute, folder] of [["RamDiskFree", raw], ["OutputFree", output]] as const) {
      const free = await bytesFree(folder);
      // Others write to the same volume.
      assert.ok(Math.abs(Number(value(attribute)) - free) < 0.2 * free + 1e9, `${name}: ${attribute}`);
    }
    const plugins = value("Plugins") as string[];
    assert.deepEqual(plugins.map((line) => line.split(" ")[0]), ["01_prepare_raw", "02_merge_data", "03_finalize"]);
    const lines = (await client.do<string>("command", "PluginInfo", "")).split("\n");
    assert.deepEqual(
      lines.map((line) => line.split(" ").slice(0, 3)),
      plugins.map((line) => line.split(" ").slice(0, 3)),
    );
    assert.match(await client.do<string>("command", "PluginInfo", "02_merge_data"), /^02_merge_data 1 \d/);
    const { fails } = await client.refused("command", "PluginInfo", "none");
    assert.match(fails, /There is no plugin none; there are 01_prepare_raw/);
    await client.do("command", "ReloadPlugins");
    assert.match(await client.do<string>("command", "Retry"), /quarantine is empty/);
    assert.equal(await client.do("command", "State"), "RUNNING");
    assert.ok(String(await client.do("command", "Status")).length > 0);
  });
});

test("the preview shows the last frame in blocks, from black to white", async () => {
  const width = 1024, height = 512;
  const ramp = Float32Array.from({ length: width * height }, (_, at) => 100 + at % width);
  pewatch.put(
    "ramp-00001.tif",
    makeTiff({ width, height, pixels: new Uint8Array(ramp.buffer) }),
    makeSidecar({ width, height }),
  );
  await pewatch.drained();
  await withEach(async (client, name) => {
    const { Preview, PreviewLow, PreviewHigh } = await shownPreview(client, width / 2);
    const image = Preview!.value as { width: number; height: number; row: number[] };
    assert.deepEqual([image.width, image.height], [width / 2, height / 2], name);
    assert.deepEqual([Math.min(...image.row), Math.max(...image.row)], [0, 65_535], name);
    // The 1st percentile is black, the 99.9th white, and it is straight between. A column is 128 of 65,535; the
    // percentiles may be taken of every fourth.
    const [black, white] = [0.01 * 511, 0.999 * 511];
    // A block of two columns has the counts between them.
    for (const [reading, column] of [[PreviewLow, black], [PreviewHigh, white]] as const) {
      const counts = 100 + 2 * column + 0.5;
      assert.ok(Math.abs(reading!.value as number - counts) < 5, `${name}: ${reading!.value}, not ${counts}`);
    }
    image.row.forEach((pixel, column) => {
      const expected = Math.min(1, Math.max(0, (column - black) / (white - black))) * 65_535;
      assert.ok(
        Math.abs(pixel - expected) <= 600,
        `${name}: column ${column} is ${pixel}, not ${Math.round(expected)}`,
      );
    });
  });
});

/** On a busy machine the read that asks for a preview is answered before it is made; one of the next has it. */
async function shownPreview(client: Client, width: number): Promise<Record<string, Reading>> {
  for (const deadline = performance.now() + PREVIEW_S_MAX * 1000;; await pause(100)) {
    const readings = await client.read("Preview", "PreviewLow", "PreviewHigh");
    const isMade = (readings.Preview!.value as { width?: number } | null)?.width === width;
    if (isMade || performance.now() > deadline) return readings;
  }
}

const PREVIEW_S_MAX = 60;

test("what is written is taken, is where frames go from then on, and holds over a restart", async () => {
  const { output } = pewatch.folders;
  let number = 0;
  const written = new Map<string, string>();
  await withEach(async (client, program) => {
    for (
      const [text, folder] of [["a/b", "a/b"], ["c\\d", "c/d"], ["Größe 5 µm/é", "Größe 5 µm/é"], ["", ""]] as const
    ) {
      await client.do("write", "DirOutput", text);
      const { value, set_point } = (await client.read("DirOutput")).DirOutput!;
      assert.deepEqual([value, set_point], [folder, folder], program);
      const name = `w-${String(++number).padStart(5, "0")}.tif`;
      pewatch.put(name, makeImage({ seed: number }).bytes, makeSidecar());
      await pewatch.drained();
      assert.ok(filesBelow(output).includes(folder === "" ? name : `${folder}/${name}`), `${program}: ${text}`);
    }
    for (const value of ["1", "9", "3"]) {
      await client.do("write", "MaxProc", value);
      const { MaxProc } = await client.read("MaxProc");
      assert.deepEqual([MaxProc!.value, MaxProc!.set_point], [Number(value), Number(value)], program);
    }
    await client.do("write", "DirOutput", "kept/here");
    for (const attribute of ["DirRaw", "DirTemp", "DirProc", "DirOutputRoot"]) {
      const folder = pewatch.folder(`${program} ${attribute}`);
      await client.do("write", attribute, folder);
      const reading = (await client.read(attribute))[attribute]!;
      assert.deepEqual([reading.value, reading.set_point], [folder, folder], program);
      written.set(attribute, folder);
      // Back, so that the next client's frames are found where they are put.
      const own = { DirRaw: "raw", DirTemp: "temp", DirProc: "proc", DirOutputRoot: "output" }[attribute]!;
      if (program !== CLIENTS.at(-1)!.name) await client.do("write", attribute, pewatch.folder(own));
    }
  });
  await pewatch.stop();
  pewatch.restart();
  await disconnect();
  clients = await connectAll(pewatch);
  await withEach(async (client) => {
    const readings = await client.read();
    for (const [attribute, folder] of [...written, ["DirOutput", "kept/here"], ["MaxProc", 3]] as const) {
      assert.equal(readings[attribute]!.value, folder);
    }
  });
});

test("a folder of the configuration with characters that Tango does not have is read escaped", async () => {
  await using escaped = new ServedPewatch({ output_dir: "5 µm 日本" });
  for (const [program, client] of await connectAll(escaped)) {
    await using connected = client;
    assert.equal(await connected.value("DirOutput"), "5 µm \\u65e5\\u672c", program);
  }
});
