/**
 * Any sequence of images, sidecars and overflow lists under names that are used again, some of them late or missing, with
 * restarts and stops between: each image arrives once, nothing is lost, and nothing is beside another's image.
 *
 * Fails without judgeSidecar() and judgeCompanion() (pairing.ts), isOf() and latest() (find_delivered.ts), imagesInClaims()
 * (late_companions.ts) and ReplacedError (claim.ts).
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { makeTiff } from "../tiff/make_tiff.ts";
import { endAt } from "./crash.ts";
import { Way } from "./way.ts";
import { filesBelow } from "../folders.ts";

const RUNS = 24;

type When = "at once" | "after a firing" | "after the next image" | "never";

interface Shot {
  readonly name: "P.tif" | "P-00001.tif" | "Q.tif";
  readonly sidecar: When;
  readonly overflow: When;
  /** Firings before the next shot. */
  readonly firings: number;
  /** What comes before these: nothing, a new start, or an end at a step on the disk. */
  readonly before: "nothing" | "restart" | number;
  /** An image without a date, as another program writes it. */
  readonly undated: boolean;
}

const when = (...more: When[]) => fc.constantFrom<When>("at once", "at once", "after a firing", "never", ...more);
const SHOT: fc.Arbitrary<Shot> = fc.record({
  name: fc.constantFrom("P.tif", "P.tif", "P-00001.tif", "Q.tif"),
  sidecar: when("after the next image"),
  // QXRD writes it before it begins the next image.
  overflow: when(),
  firings: fc.integer({ min: 0, max: 3 }),
  before: fc.oneof(
    { weight: 4, arbitrary: fc.constant("nothing" as const) },
    { weight: 1, arbitrary: fc.constant("restart" as const) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 60 }) },
  ),
  undated: fc.constantFrom(false, false, false, false, true),
});

/** The detector and its disk: each file is written some seconds after the one before. */
class Detector {
  readonly way: Way;
  /** The text of each sidecar and overflow list that was written and not overwritten, with its shot. */
  readonly written = new Map<string, string>();
  #clock_ms = Date.now() - 86_400_000 + 123;

  constructor(way: Way) {
    this.way = way;
  }

  image(shot: number, name: string, options: { undated: boolean }): void {
    const pixels = new Uint8Array(new Float32Array(32 * 16).fill(shot).buffer);
    const extra = [{ tag: 306, type: 2, values: dateOf(shot).replaceAll("-", ":") }] as const;
    this.#write(name, makeTiff({ width: 32, height: 16, pixels, ...options.undated ? { without: [306] } : { extra } }));
  }

  sidecar(shot: number, name: string): void {
    const date = dateOf(shot).replace("-", ".").replace("-", ".").replace(" ", " : ");
    const lines = ["[metadata]", "width=32", "height=16", `dateString=${date}.250`, `fileBase=${name}`];
    this.#companion(`${name}.metadata`, [...lines, `userComment1=shot ${shot}`, ""].join("\n"));
  }

  overflow(shot: number, name: string): void {
    this.#companion(`${name}.overflow`, `shot ${shot}\n`);
  }

  #companion(name: string, text: string): void {
    // QXRD replaces what it has left there itself.
    if (this.has(name)) this.written.delete(Deno.readTextFileSync(join(this.way.raw, name)));
    this.written.set(text, name);
    this.#write(name, new TextEncoder().encode(text));
  }

  has(name: string): boolean {
    return filesBelow(this.way.raw).includes(name);
  }

  #write(name: string, bytes: Uint8Array): void {
    const path = join(this.way.raw, name);
    Deno.writeFileSync(path, bytes);
    this.#clock_ms += 1700;
    Deno.utimeSync(path, this.#clock_ms / 1000, this.#clock_ms / 1000);
  }
}

function dateOf(shot: number): string {
  return `2024-05-04 10:${String(Math.floor(shot / 60)).padStart(2, "0")}:${String(shot % 60).padStart(2, "0")}`;
}

/** Fires until an image has left raw, as QXRD finds its name free. */
async function fireUntilFree(detector: Detector, name: string): Promise<void> {
  for (let count = 0; detector.has(name); count++) {
    assert.ok(count < 20, `${name} stays in raw: ${detector.way.heard.lines.join("\n")}`);
    await settled(detector.way);
  }
}

/** The wait for a sidecar is 1 ms, so a firing after a moment takes what was there before. */
async function settled(way: Way): Promise<void> {
  await way.fire();
  await new Promise((resolve) => setTimeout(resolve, 2));
}

async function run(shots: readonly Shot[]): Promise<void> {
  using way = new Way({ frames: { settle_s: 0, sidecar_wait_s: 0.001 } });
  const detector = new Detector(way);
  // Where neither date nor order tell, nobody can: QXRD's images have a date, and its files come in order.
  const inOrder = shots.every(({ sidecar }) => sidecar !== "after the next image");
  const afterNext: (() => void)[] = [];
  for (const [index, shot] of shots.entries()) {
    const number = index + 1;
    await fireUntilFree(detector, shot.name);
    detector.image(number, shot.name, { undated: shot.undated && inOrder });
    for (const write of afterNext.splice(0)) write();
    const steps: (() => void)[] = [];
    const place = (when: When, write: () => void) => {
      if (when === "at once") write();
      else if (when === "after a firing") steps.push(write);
      else if (when === "after the next image") afterNext.push(write);
    };
    place(shot.sidecar, () => detector.sidecar(number, shot.name));
    if (shot.overflow === "at once" && shot.sidecar !== "at once") place("after a firing", () => {});
    if (steps.length === 0) place(shot.overflow, () => detector.overflow(number, shot.name));
    else if (shot.overflow !== "never") steps.push(() => detector.overflow(number, shot.name));
    if (steps.length > 0) await settled(way);
    for (const step of steps) step();
    if (shot.before === "restart") way.restart();
    else if (shot.before !== "nothing") {
      await endAt(shot.before, () => way.fire());
      way.restart();
    }
    for (let count = 0; count < shot.firings; count++) await settled(way);
  }
  for (const write of afterNext) write();
  for (let count = 0; count < 8; count++) await settled(way);
  way.restart();
  for (let count = 0; count < 4; count++) await settled(way);
  check(detector, shots.length);
}

/** The shot that a file speaks of; null where it speaks of none. */
function shotIn(bytes: Uint8Array): number | null {
  const found = /shot (\d+)/.exec(new TextDecoder("latin1").decode(bytes));
  return found === null ? null : Number(found[1]);
}

function check({ way, written }: Detector, shots: number): void {
  const log = way.heard.lines.join("\n");
  assert.deepEqual(way.inProgress(), [], log);
  const delivered = way.delivered();
  const seen: number[] = [];
  for (const name of delivered.filter((name) => name.endsWith(".tif"))) {
    const bytes = way.read(name);
    const shot = new Float32Array(bytes.slice(8, 12).buffer)[0]!;
    seen.push(shot);
    assert.ok([null, shot].includes(shotIn(bytes)), `${name}: shot ${shot} has another's tags\n${log}`);
    for (const ending of [".metadata", ".overflow"].filter((ending) => delivered.includes(name + ending))) {
      assert.equal(shotIn(way.read(name + ending)), shot, `${name}${ending} is another's\n${log}`);
    }
    const nexus = name.replace(/\.tif$/, ".nxs");
    assert.ok([null, shot].includes(shotIn(way.read(nexus))), `${nexus} has another's metadata\n${log}`);
  }
  assert.deepEqual(seen.sort((a, b) => a - b), Array.from({ length: shots }, (_, index) => index + 1), log);
  const inRaw = filesBelow(way.raw);
  const texts = [
    ...inRaw.map((name) => Deno.readTextFileSync(join(way.raw, name))),
    ...delivered.filter((name) => /\.(metadata|overflow)$/.test(name)).map((name) => way.text(name)),
  ];
  assert.deepEqual(texts.toSorted(), [...written.keys()].toSorted(), `lost or doubled\n${log}`);
  assert.deepEqual(way.unclaimed, inRaw.length === 0 ? {} : { companion: inRaw.length }, log);
}

Deno.test("nothing is beside another's image, whatever comes late under names that are used again", async () => {
  await fc.assert(fc.asyncProperty(fc.array(SHOT, { minLength: 1, maxLength: 8 }), run), { numRuns: RUNS });
});

// A companion or a sidecar with a date whose frame is there is never left behind.
Deno.test("what QXRD writes in its own order is all delivered, however late", async () => {
  const own = SHOT.map((shot) => ({ ...shot, undated: false }))
    .filter(({ sidecar }) => sidecar === "at once" || sidecar === "after a firing");
  await fc.assert(
    fc.asyncProperty(fc.array(own, { minLength: 1, maxLength: 6 }), async (shots) => {
      using way = new Way({ frames: { settle_s: 0, sidecar_wait_s: 0.001 } });
      const detector = new Detector(way);
      for (const [index, shot] of shots.entries()) {
        const number = index + 1;
        await fireUntilFree(detector, shot.name);
        detector.image(number, shot.name, shot);
        if (shot.sidecar !== "at once") await settled(way);
        detector.sidecar(number, shot.name);
        if (shot.overflow === "after a firing") {
          for (let count = -1; count < shot.firings; count++) await settled(way);
        }
        if (shot.overflow !== "never") detector.overflow(number, shot.name);
        // The next of this name comes after a while: no human and no script is faster than the two looks at a late file.
        for (let count = 0; count < 5; count++) await settled(way);
      }
      check(detector, shots.length);
      assert.deepEqual(filesBelow(way.raw), [], way.heard.lines.join("\n"));
    }),
    { numRuns: RUNS / 2 },
  );
});
