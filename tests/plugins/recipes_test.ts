/** The recipes of docs/plugins.md, as they stand there: type-checked, dropped into a running daemon, and seen working. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Daemon } from "../../src/daemon/daemon.ts";
import { simulate } from "../../src/qxrd/simulator/simulate.ts";
import { memoryLog, quickSettings, tempFolder, until } from "../daemon/helpers.ts";

const DOCUMENT = new URL("../../docs/plugins.md", import.meta.url);
const README = new URL("../../README.md", import.meta.url);
const WIDTH = 64;
const HEIGHT = 48;

/** The code blocks that begin with `// plugins/NAME.ts`, by that name. */
function recipes(document = DOCUMENT): Map<string, string> {
  const text = Deno.readTextFileSync(document).replaceAll("\r\n", "\n");
  const blocks = text.matchAll(/^```ts\n(\/\/ plugins\/(\S+\.ts)\n[^]*?)^```$/gm);
  return new Map([...blocks].map(([, code, name]) => [name!, code!]));
}

/** A running daemon with a plugins folder, into which recipes are dropped. */
async function startDaemon(base: string, tables: Record<string, Record<string, unknown>>) {
  const settings = quickSettings(base, tables);
  const log = memoryLog();
  const daemon = new Daemon(settings, { log });
  await daemon.start();
  const { raw } = settings.folders;
  return {
    daemon,
    log,
    raw,
    drop(name: string): void {
      Deno.mkdirSync(settings.plugins.dir, { recursive: true });
      Deno.writeTextFileSync(join(settings.plugins.dir, name), recipes().get(name)!);
    },
    remove: (name: string) => Deno.removeSync(join(settings.plugins.dir, name)),
    plugin: (name: string) => daemon.status().plugins.find((plugin) => plugin.name === name),
    async write(firstNumber: number): Promise<void> {
      for await (
        const _ of simulate({ folder: raw, width: WIDTH, height: HEIGHT, count: 1, firstNumber, rate_per_s: 0 })
      );
    },
    delivered: () => daemon.status().frames.delivered,
    [Symbol.asyncDispose]: () => daemon.close(),
  };
}

Deno.test("the document has its five recipes, and they are right for the compiler", async () => {
  assert.deepEqual([...recipes().keys()].sort(), [
    "01_prepare_raw.ts",
    "brightest.ts",
    "cryostat.ts",
    "logbook.ts",
    "temperature.ts",
  ]);
  using folder = tempFolder();
  const files = [...recipes(), ...recipes(README)].map(([name, code]) => {
    const file = join(folder.path, name);
    Deno.writeTextFileSync(file, code);
    return file;
  });
  assert.equal(files.length, 6);
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const check = await new Deno.Command(Deno.execPath(), { args: ["check", "--config", config, ...files] }).output();
  assert(check.success, new TextDecoder().decode(check.stderr));
});

Deno.test("record a value, and port a plugin: both read a file into a parameter", async () => {
  using folder = tempFolder();
  const file = join(folder.path, "log.txt");
  const sensor = join(folder.path, "sensor.txt");
  Deno.writeTextFileSync(file, "2026-05-04T10:14:00+02:00 12.91\n2026-05-04T10:15:00+02:00 12.84\n");
  await using running = await startDaemon(folder.path, { cryostat: { file }, temperature: { sensor } });
  running.drop("cryostat.ts");
  running.drop("temperature.ts");
  const parameters = running.daemon.parameters!;
  await until(() => parameters.get("cryostat") !== undefined, "the reading");
  assert.deepEqual(parameters.get("cryostat"), {
    name: "cryostat",
    value: 12.84,
    unit: "K",
    time: new Date("2026-05-04T08:15:00Z"),
    path: "/entry/sample/temperature",
    origin: file,
    plugin: "cryostat",
  });
  Deno.writeTextFileSync(file, "2026-05-04T10:16:00+02:00 defect\n");
  await until(() => parameters.get("cryostat") === undefined, "the end of the value");
  await until(() => /"defect" in its last line/.test(running.plugin("cryostat")?.lastError ?? ""), "the error");
  await until(() => running.plugin("temperature")?.state === "refused", "the refusal without a sensor");
  Deno.writeTextFileSync(sensor, "21.5\n");
  assert.equal(running.daemon.retryPlugin("temperature"), null);
  await until(() => parameters.get("temperature")?.value === 21.5, "the temperature");
});

Deno.test("call a web service: each frame is reported once", async () => {
  using folder = tempFolder();
  const posted: unknown[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    posted.push(await request.json());
    return new Response("ok");
  });
  try {
    await using running = await startDaemon(folder.path, { logbook: { url: `http://127.0.0.1:${server.addr.port}/` } });
    running.drop("logbook.ts");
    await until(() => (running.plugin("logbook")?.firings ?? 0) > 0, "the first firing");
    await running.write(1);
    await running.write(2);
    await until(() => posted.length === 2, "both frames");
    assert(
      posted.every((one) => typeof (one as { exposure_s: unknown }).exposure_s === "number"),
      JSON.stringify(posted),
    );
  } finally {
    await server.shutdown();
  }
});

Deno.test("add a region: the brightest pixel of a frame becomes a parameter", async () => {
  using folder = tempFolder();
  await using running = await startDaemon(folder.path, {});
  running.drop("brightest.ts");
  await until(() => (running.plugin("brightest")?.firings ?? 0) > 0, "the first firing");
  await running.write(1);
  const parameters = running.daemon.parameters!;
  await until(() => parameters.get("brightest_pixel") !== undefined, "the parameter");
  const [x, y] = parameters.get("brightest_pixel")!.value as number[];
  assert(x! >= 0 && x! < WIDTH && y! >= 0 && y! < HEIGHT, `${x}, ${y}`);
});

Deno.test("replace a stage: frames are held while the file lies there, and go on when the recipe is removed", async () => {
  using folder = tempFolder();
  await using running = await startDaemon(folder.path, {});
  Deno.writeTextFileSync(join(running.raw, "hold"), "");
  running.drop("01_prepare_raw.ts");
  await until(() => running.plugin("01_prepare_raw")?.file !== null, "the replacement");
  const firings = running.plugin("01_prepare_raw")!.firings;
  await running.write(1);
  await until(() => running.plugin("01_prepare_raw")!.firings > firings + 5, "firings that hold the frame");
  assert.equal(running.delivered(), 0);
  Deno.removeSync(join(running.raw, "hold"));
  await until(() => running.delivered() === 1, "the frame that was held");
  running.remove("01_prepare_raw.ts");
  await until(() => running.plugin("01_prepare_raw")?.file === null, "the shipped stage");
  await running.write(2);
  await until(() => running.delivered() === 2, "a frame by the shipped stage");
});
