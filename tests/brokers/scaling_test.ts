/** What docs/scaling.md shows: three detectors, one broker, and its consumer in two processes of one group. */
import assert from "node:assert/strict";
import { until } from "../daemon/helpers.ts";
import { TempFolder } from "../temp_folder.ts";
import { TextLineStream } from "../text_lines.ts";
import { Announcing } from "./announcing.ts";
import { KafkaBroker } from "./kafka_broker.ts";

const PAGE = Deno.readTextFileSync(new URL("../../docs/scaling.md", import.meta.url));
const FRAMES = 100, SERIES = 10;

/** The page's own program, in a process that prints what it integrates. */
class Consumer implements AsyncDisposable {
  readonly integrated: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;

  constructor(server: string) {
    const program = /```python\n(.*?)```/s.exec(PAGE)?.[1]?.replace("broker.example.org:9092", server);
    assert.ok(program?.includes(server), "docs/scaling.md has a consumer in Python");
    const text = `def integrate(path):\n    print(path, flush=True)\n\n\n${program}`;
    const python = Deno.env.get("PEWATCH_PYTHON")!;
    this.#child = new Deno.Command(python, { args: ["-c", text], stdout: "piped", stderr: "null" }).spawn();
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    const lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of lines) this.integrated.push(line);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // it has ended by itself
    }
    await this.#reading;
  }
}

Deno.test("three detectors and two consumers of one group: each frame is integrated, a series by one, in order", async () => {
  await using broker = await KafkaBroker.start();
  await broker.make("pewatch.frames", { partitions: 12 });
  await using first = new Consumer(broker.address);
  await using second = new Consumer(broker.address);
  const pathOf = (source: string, number: number) =>
    `/data/out/series/${source}_S${number % SERIES}-${number + 10_000}.tif`;
  const sources = ["pe1", "pe2", "pe3"];
  await Promise.all(sources.map(async (source) => {
    using folder = new TempFolder();
    const table = { servers: [broker.address], source };
    await using pewatch = await Announcing.start({ folder: folder.path, plugin: "kafka", table });
    for (let number = 1; number <= FRAMES; number++) {
      const name = pathOf(source, number).split("/").at(-1)!;
      const files = [{ name, role: "image" as const, size: 1, sha256: null }];
      await pewatch.deliver(number, number, { frame: name, files });
    }
    await pewatch.done();
  }));
  const expected = sources.flatMap((source) => Array.from({ length: FRAMES }, (_, at) => pathOf(source, at + 1)));
  const all = () => new Set([...first.integrated, ...second.integrated]);
  await until(() => all().size === expected.length, "all frames");
  assert.deepEqual([...all()].toSorted(), expected.toSorted());
  for (const { integrated } of [first, second]) {
    for (const series of new Set(integrated.map((path) => path.replace(/-\d+\.tif$/, "")))) {
      const own = integrated.filter((path) => path.startsWith(`${series}-`));
      assert.deepEqual(own, own.toSorted(), `${series} is not in order`);
    }
  }
});
