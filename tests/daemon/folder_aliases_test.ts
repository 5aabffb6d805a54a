/** Folders that lead into each other by links, by chance: each start is refused, or delivers what lies in raw. */
import assert from "node:assert/strict";
import { join, sep } from "node:path";
import fc from "fast-check";
import { Daemon } from "../../src/daemon/daemon.ts";
import { placeFaults } from "../../src/daemon/settings/folder_places.ts";
import { FolderError } from "../../src/daemon/settings/make_folders.ts";
import { TempFolder } from "../temp_folder.ts";
import { memoryLog, quickSettings, until } from "./helpers.ts";
import { MOVES, movingStages } from "./place.ts";

const FOLDERS = ["raw", "temp", "proc", "output", "state"] as const;
type Folder = typeof FOLDERS[number];
/** What holds no other folder. */
const OF_THE_WAY: readonly Folder[] = ["raw", "temp", "proc"];
const RUNS = Deno.env.get("PEWATCH_FAULTS") === "long" ? 400 : 20;

/** One folder: of its own, or a link to a place below one that was made before. */
interface Alias {
  readonly to: number;
  readonly below: readonly string[];
}

const alias: fc.Arbitrary<Alias | null> = fc.option(
  fc.record({
    to: fc.nat({ max: 3 }),
    below: fc.constantFrom([], ["a"], ["a", "b"]),
  }),
  { freq: 2 },
);
const layouts = fc.record({
  order: fc.shuffledSubarray([...FOLDERS], { minLength: FOLDERS.length }),
  aliases: fc.tuple(alias, alias, alias, alias, alias),
});

function makeLayout(base: TempFolder, { order, aliases }: { order: Folder[]; aliases: (Alias | null)[] }): void {
  for (const [index, folder] of order.entries()) {
    const alias = aliases[index] ?? null;
    if (alias === null || index === 0) Deno.mkdirSync(base.join(folder));
    else {
      const target = base.join(order[alias.to % index]!, ...alias.below);
      Deno.mkdirSync(target, { recursive: true });
      Deno.symlinkSync(target, base.join(folder));
    }
  }
}

/** By the real paths, which the program never asks for. */
function isFaulty(base: TempFolder): boolean {
  const real = (folder: Folder) => Deno.realPathSync(base.join(folder)) + sep;
  return OF_THE_WAY.some((outer) => FOLDERS.some((inner) => inner !== outer && real(inner).startsWith(real(outer))));
}

/** Plain files below a folder, no link followed. */
function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory, isFile }) =>
    isDirectory ? filesBelow(join(folder, name)) : isFile ? [name] : []
  );
}

// Fails where a way from one folder into another is not seen, or where folders that lie apart are refused.
Deno.test({
  name: "whatever links lead from folder to folder: a start is refused, or its frame is delivered",
  ignore: Deno.build.os === "windows", // links need a right there
  async fn() {
    await fc.assert(
      fc.asyncProperty(layouts, async (layout) => {
        using base = new TempFolder();
        makeLayout(base, layout);
        const quick = quickSettings(base.path, MOVES);
        const faulty = isFaulty(base);
        assert.equal(placeFaults(quick).length > 0, faulty);
        assert.deepEqual(filesBelow(base.path), [], "a probe was left");
        Deno.writeTextFileSync(base.join("raw", "frame.tif"), "frame");
        const daemon = new Daemon(quick, { log: memoryLog(), stages: movingStages() });
        try {
          if (faulty) {
            await assert.rejects(daemon.start(), FolderError);
          } else {
            await daemon.start();
            await until(() => daemon.status().frames.delivered >= 1, "the delivery");
          }
        } finally {
          await daemon.close();
        }
        assert.equal(filesBelow(base.path).filter((name) => name === "frame.tif").length, 1, "the frame is lost");
        const place = faulty ? base.join("raw", "frame.tif") : base.join("output", "frame.tif");
        assert.equal(Deno.readTextFileSync(place), "frame");
      }),
      { numRuns: RUNS },
    );
  },
});
