/**
 * Kills a daemon at random while four consumers read the ledger: a plugin of contract 2, a second stream of it, `notify`
 * and `integrate`. Each has every frame at least once and in order; what comes again is known by its sequence number.
 */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { listSegments } from "../../src/ledger/segments.ts";
import { type DeliveredLine, isDelivered, parseLine } from "../../src/ledger/line.ts";
import { filesBelow } from "../folders.ts";
import { Receiver } from "../shipped/receiver.ts";
import { inMemory, TempFolder } from "../temp_folder.ts";
import { DaemonChild, writeConfiguration } from "./daemon_child.ts";
import { Detector, pause } from "./detector.ts";
import { DETECTOR_TOML } from "./exposures.ts";
import { Random, usualSeed } from "./random.ts";

const KILLS = 8;
/** From the first firings on. */
const WORK_S = 2.5;
const PATIENCE_S = 240;
const BINS = 200;

/** A line for each frame, in one write: first it is done, then the cursor moves. */
const READER = `import { join } from "node:path";
export const TICKTACK = 1;
export const CONTRACT = 2;
export async function work({ frames, config }) {
  for (const [name, source] of [["one", frames.of("one", { from: "oldest" })], ["two", frames.of("two", { from: "oldest" })]]) {
    for await (const { sequence, name: frame } of source) {
      Deno.writeTextFileSync(join(config.folder, name), sequence + " " + frame + "\\n", { append: true });
    }
  }
}
`;

Deno.test({
  name: "over kills each consumer has every frame at least once, in order, and patterns are whole",
  ignore: Deno.build.os === "windows",
  async fn() {
    using place = new TempFolder(inMemory());
    await using receiver = await Receiver.start();
    Deno.mkdirSync(place.join("plugins"));
    Deno.mkdirSync(place.join("read"));
    Deno.writeTextFileSync(place.join("plugins", "reader.ts"), READER);
    const configuration = writeConfiguration(
      place.path,
      [
        "[daemon]",
        "ticktack = 0.15",
        `state_dir = '${place.join("state")}'`,
        "[log]",
        `file = '${place.join("pewatch.log")}'`,
        "[frames]",
        "sidecar_wait_s = 0.5",
        DETECTOR_TOML,
        "[plugins]",
        `dir = '${place.join("plugins")}'`,
        "[plugins.reader]",
        `folder = '${place.join("read")}'`,
        "[plugins.notify]",
        `urls = ["${receiver.url}"]`,
        "[plugins.integrate]",
        'mode = "all"',
        `npt = ${BINS}`,
        'files = ["xye"]',
      ].join("\n"),
    );
    const seed = usualSeed();
    console.log(`${KILLS} kills, seed ${seed}`);
    const random = new Random(seed);
    const { raw, output } = configuration.folders;
    const detector = new Detector({
      raw,
      rate_per_s: 10,
      side: 64,
      random: new Random(seed + 1),
      shot: (number) => ({ number, folder: number % 2 === 0 ? "" : "series/a", image: `P-${number}.tif`, late: false }),
      holds: () => filesBelow(raw).length > 100,
    });
    const lines = (): DeliveredLine[] =>
      listSegments(place.join("state", "ledger")).flatMap(({ path }) =>
        Deno.readTextFileSync(path).split("\n").flatMap((text) => {
          const line = parseLine(text);
          return line !== null && isDelivered(line) ? [line] : [];
        })
      );
    const read = (name: string): number[] => {
      const texts = readOrEmpty(place.join("read", name)).split("\n").slice(0, -1);
      return texts.map((text) => Number(text.split(" ")[0]));
    };
    const notified = () => receiver.bodies.map((body): number => JSON.parse(body).sequence);
    const patterns = () => filesBelow(output).filter((name) => name.endsWith(".xye"));
    detector.start();
    try {
      for (let kill = 1; kill <= KILLS; kill++) {
        await using daemon = new DaemonChild(configuration);
        await daemon.holdsFolders();
        const before = read("one").length;
        const deadline = performance.now() + 5000;
        while (read("one").length === before && performance.now() < deadline) await pause(10);
        await pause(random.share() * WORK_S * 1000);
        assert.equal((await daemon.end("SIGKILL")).signal, "SIGKILL", `it ended by itself before kill ${kill}`);
      }
      await detector.stop();
      await using daemon = new DaemonChild(configuration);
      await daemon.holdsFolders();
      const wanted = detector.ledger.length;
      const states = () => ({
        delivered: lines().length,
        one: new Set(read("one")).size,
        two: new Set(read("two")).size,
        notified: new Set(notified()).size,
        patterns: patterns().length,
      });
      const deadline = performance.now() + PATIENCE_S * 1000;
      while (Object.values(states()).some((count) => count < wanted)) {
        assert.ok(performance.now() < deadline, `of ${wanted}: ${JSON.stringify(states())}`);
        await pause(50);
      }
      assert.equal((await daemon.end("SIGINT")).code, 0);
    } finally {
      await detector.stop();
    }
    const delivered = lines();
    assert.equal(delivered.length, detector.ledger.length, "a line for each frame, once");
    const expected = delivered.map(({ sequence }) => sequence);
    const heard: Record<string, number[]> = { one: read("one"), two: read("two"), notify: notified() };
    for (const [consumer, sequences] of Object.entries(heard)) {
      assert.deepEqual(firstTimes(sequences), expected, consumer);
      console.log(`${consumer}: ${sequences.length} for ${expected.length} frames`);
    }
    // One whole pattern beside each image.
    assert.deepEqual(
      patterns().map((name) => basename(name, ".xye")).sort(),
      delivered.map(({ frame }) => basename(frame, ".tif")).sort(),
    );
    for (const name of patterns()) {
      const rows = Deno.readTextFileSync(join(output, name)).trimEnd().split("\n").filter((row) =>
        !row.startsWith("#")
      );
      assert.ok(rows.length > BINS / 2 && rows.every((row) => /^\s*\S+\s+\S+\s+\S+$/.test(row)), name);
    }
  },
});

/** Each at its first occurrence; whatever repeats goes back to one that was there. */
function firstTimes(sequences: readonly number[]): number[] {
  return [...new Set(sequences)];
}

function readOrEmpty(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
