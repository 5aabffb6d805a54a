/** A short form of what `build/test fuzz --sidecars N …` does for long, and every input that once had a fault. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TempFolder } from "../temp_folder.ts";
import { GROWTH_MB_MAX, supervise } from "./supervise.ts";
import { inputOf, type Target } from "./target.ts";
import { targetNamed, TARGETS } from "./targets.ts";
import { FAULTY_BYTE } from "./targets/faulty.ts";

const SEEDS = fileURLToPath(new URL("./seeds", import.meta.url));
const SEED = 2;
/** Together under a minute on a machine of two cores. */
const CASES: Readonly<Record<string, number>> = {
  "sidecars": 8000,
  "tiffs": 2000,
  "configurations": 500,
  "claim records": 200,
  "plugin files": 400,
};

for (const target of TARGETS) {
  const cases = CASES[target.name]!;
  Deno.test(`${target.name} of ${cases} kinds neither hang, nor crash, nor grow, nor come out wrong`, async () => {
    using found = new TempFolder();
    const run = await supervise(target, { seed: SEED, cases, found: found.path });
    assert.deepEqual(
      run.faults.map(({ kind, index, text }) => `${kind} in case ${index} of seed ${SEED}: ${text}`),
      [],
    );
    assert.equal(run.cases, cases);
    assert.ok(Object.keys(run.outcomes).length > 1, `all came out alike: ${Object.keys(run.outcomes)}`);
    assert.ok(run.growth_mb !== null && run.growth_mb < GROWTH_MB_MAX, `memory grew by ${run.growth_mb} MB`);
  });

  // After the run above: HDF5 and libtiff are then opened in this process too.
  Deno.test(`${target.name} that once had a fault have it no more`, async () => {
    using checker = await target.open();
    for (const { name, bytes } of seedsOf(target)) {
      try {
        await checker.check(bytes);
      } catch (error) {
        throw new Error(`seeds/${folderOf(target)}/${name}`, { cause: error });
      }
    }
  });
}

function seedsOf(target: Target): { name: string; bytes: Uint8Array }[] {
  const folder = join(SEEDS, folderOf(target));
  const names = [...Deno.readDirSync(SEEDS)].some(({ name }) => name === folderOf(target))
    ? [...Deno.readDirSync(folder)].map(({ name }) => name)
    : [];
  return names.sort().map((name) => ({ name, bytes: Deno.readFileSync(join(folder, name)) }));
}

function folderOf(target: Target): string {
  return target.name.replaceAll(" ", "_");
}

/** The first case that has the fault. */
function faultyIndex(target: Target): number {
  for (let index = 0;; index++) if (inputOf(target, { seed: SEED, index })[0] === FAULTY_BYTE) return index;
}

for (
  const [name, kind, pattern] of [
    ["hangs", "hang", /^1\.\d s of processor time/],
    ["crashes", "crash", /SIG(SEGV|BUS)/],
    ["fails", "failure", /this case fails/],
  ] as const
) {
  Deno.test(`a target that ${name} is seen, its input is saved, and the cases behind it are run`, async () => {
    using found = new TempFolder();
    const target = targetNamed(name);
    const index = faultyIndex(target);
    const { faults, cases } = await supervise(target, { seed: SEED, cases: index + 2, found: found.path });
    assert.deepEqual(faults.map((fault) => [fault.kind, fault.index]), [[kind, index]]);
    assert.match(faults[0]!.text, pattern);
    assert.deepEqual(Deno.readFileSync(faults[0]!.file), Uint8Array.of(FAULTY_BYTE));
    assert.equal(cases, index + 2);
  });
}

Deno.test("a target that waits for what never comes is seen", async () => {
  using found = new TempFolder();
  const target = targetNamed("waits for ever");
  const index = faultyIndex(target);
  const { faults } = await supervise(target, { seed: SEED, cases: index + 2, found: found.path, wait_s_max: 5 });
  assert.deepEqual(faults.map((fault) => [fault.kind, fault.index]), [["hang", index]]);
  assert.match(faults[0]!.text, /^0\.\d s of processor time in 5\.\d s$/);
});

Deno.test("a target that keeps a megabyte of each case is seen to grow", async () => {
  using found = new TempFolder();
  const { growth_mb } = await supervise(targetNamed("grows"), { seed: SEED, cases: 200, found: found.path });
  assert.ok(growth_mb !== null && growth_mb > GROWTH_MB_MAX, `${growth_mb} MB`);
});
