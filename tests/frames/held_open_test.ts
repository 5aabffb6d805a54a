/**
 * Files that another program holds open: tried a bounded number of times, left for the next firing, counted and said.
 * On Windows another handle that shares with nobody does it; elsewhere the calls of Deno are made to fail as they do there.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { HeldOpen } from "../../src/frames/held_open.ts";
import type { Condition, Reporter } from "../../src/frames/events.ts";
import { fileOf, isHeldOpen, mayBeHeldOpen } from "../../src/files/errors.ts";
import { publish, removeFile, removeFolder } from "../../src/files/durable.ts";
import { writeWhole } from "../../src/files/whole_file.ts";
import { replaced } from "../replaced.ts";
import { TempFolder } from "../temp_folder.ts";
import { holdOpen, kernel32 } from "./held_open.ts";
import { claimIn, libraries, setOf, sidecarText, wayOf } from "./way.ts";
import { filesBelow } from "../folders.ts";

const SET = setOf("P");

/** Holds every file whose path ends so: no other program may open, rename or remove it. */
function hold(path: string): Disposable {
  if (kernel32 !== null) return holdOpen(path);
  const calls = Deno as unknown as Record<string, (...args: unknown[]) => unknown>;
  const held = new DisposableStack();
  for (const name of ["openSync", "readFileSync", "renameSync", "removeSync"]) {
    held.use(replaced(calls, name, (call) => (...args) => {
      if (!args.some((one) => named(one) === path)) return call(...args);
      const message = `Sharing violation. (os error 32): ${name.replace("Sync", "")} '${path}'`;
      throw Object.assign(new Error(message), { code: "EBUSY" });
    }));
  }
  return held;
}

/** What openPlain() opens has no name any more, but a number. */
function named(path: unknown): unknown {
  return typeof path === "string" && path.startsWith("/proc/self/fd/") ? Deno.readLinkSync(path) : path;
}

for (const name of ["P.tif", "P.tif.metadata"]) {
  Deno.test(`${name} that is held open in raw stays there, and goes when it is closed`, async () => {
    using way = wayOf([{ name: "P.tif" }]);
    {
      using _held = hold(join(way.raw, name));
      await way.fire(3);
      assert.deepEqual(way.delivered(), []);
      assert.deepEqual(filesBelow(way.raw), ["P.tif", "P.tif.metadata"]);
      assert.deepEqual(way.inProgress(), []);
    }
    await way.fire();
    assert.deepEqual(way.delivered(), SET);
    assert.deepEqual(way.heard.lines, []);
  });

  // Fails without passes() in merge_work.ts: the frame then went for good without its tags.
  Deno.test(`a frame whose ${name} is held open when it is merged waits, and gets its tags`, async () => {
    using way = wayOf([{ name: "P.tif" }]);
    await way.firePrepare();
    {
      using _held = hold(join(claimIn(way.settings.folders.temp), name));
      await way.fireMerge();
      await way.fireMerge();
      assert.deepEqual(filesBelow(way.settings.folders.proc), []);
    }
    await way.fire();
    assert.deepEqual(way.delivered(), SET);
    assert.ok(way.heard.events.some((event) => event.type === "merged" && event.tagged));
    assert.deepEqual(way.heard.lines, []);
  });
}

Deno.test({
  name: "a claim whose folder Windows does not rename while a file in it is open goes on at the next firing",
  ignore: Deno.build.os !== "windows",
  async fn() {
    using way = wayOf([{ name: "P.tif" }]);
    {
      // Wine renames such folders.
      using _refused = replaced(Deno, "renameSync", (renameSync) => (from, to) => {
        if (/\.claiming-[^\\]*$|temp\\[^\\]*$/.test(String(from))) {
          throw new Deno.errors.PermissionDenied("Access denied. (os error 5)");
        }
        renameSync(from, to);
      });
      await way.fire(3);
      assert.deepEqual(filesBelow(way.raw), []);
      assert.deepEqual(way.delivered(), []);
    }
    await way.fire();
    assert.deepEqual(way.delivered(), SET);
    assert.deepEqual(way.heard.lines.filter((line) => !line.startsWith("info")), []);
    assert.deepEqual([...way.heard.conditions], []);
  },
});

// Fails without isHeldOpen() in finalize.ts: after five firings the frame then went to quarantine.
Deno.test("a frame that is held open in proc for many firings is delivered, not quarantined", async () => {
  using way = wayOf([{ name: "P.tif" }]);
  await way.fireBeforeDelivery();
  {
    using _held = hold(join(claimIn(way.settings.folders.proc), "P.tif"));
    for (let firing = 0; firing < 7; firing++) await way.fireFinalize();
    assert.deepEqual(way.delivered(), []);
  }
  await way.fireFinalize();
  way.assertDone(SET);
  assert.equal(way.heard.events.filter((event) => event.type === "delivered").length, 1);
});

/** Held when everything but the claim's removal is done: as a scanner does that looks at what was just read. */
function holdFromDone(file: string): Disposable {
  let held: Disposable | null = null;
  const renames = replaced(Deno, "renameSync", (renameSync) => (from, to) => {
    renameSync(from, to);
    if (String(to).endsWith("done.json")) held ??= hold(join(String(to), "..", file));
  });
  return {
    [Symbol.dispose]: () => {
      held?.[Symbol.dispose]();
      renames[Symbol.dispose]();
    },
  };
}

// Fails without "left" in claim.ts: the delivery then was reported twice or never.
Deno.test("a claim whose file is held open when its frame is delivered is reported once and removed later", async () => {
  using way = wayOf([{ name: "P.tif" }]);
  await way.fireBeforeDelivery();
  {
    using _held = holdFromDone("P.tif.metadata");
    await way.fireFinalize();
    await way.fireFinalize();
    assert.deepEqual(way.delivered(), SET);
    assert.ok(filesBelow(way.settings.folders.proc).some((name) => name.endsWith("P.tif.metadata")));
  }
  await way.fire();
  assert.deepEqual(way.inProgress(), []);
  assert.equal(way.heard.events.filter((event) => event.type === "delivered").length, 1);
  assert.deepEqual([...way.heard.conditions], []);
});

// Fails without the catch in #resume (prepare_raw.ts): the stage then failed at each firing, and was suspended.
Deno.test("a dark whose file is held open when it is removed is reported once, holds nobody up and goes later", async () => {
  using way = wayOf([{ name: "D.tif", sidecar: sidecarText({ dark: true }) }]);
  {
    using _held = holdFromDone("D.tif");
    await way.firePrepare();
    way.put({ name: "P.tif" });
    await way.fire(2);
    assert.deepEqual(way.delivered(), SET);
    assert.notDeepEqual(way.inProgress(), []);
  }
  await way.fire();
  assert.deepEqual(way.inProgress(), []);
  assert.equal(way.heard.events.filter((event) => event.type === "dark_removed").length, 1);
});

// Fails without the catch at the end of publish(): its second try then found the name taken.
Deno.test("publish() gives the name once, also where the part is held open at that moment", () => {
  using folder = new TempFolder();
  const part = folder.join("part");
  Deno.writeTextFileSync(part, "new");
  {
    using held = new DisposableStack();
    using _links = replaced(Deno, "linkSync", (linkSync) => (from, to) => {
      linkSync(from, to);
      held.use(hold(part));
    });
    publish(part, folder.join("name"));
  }
  assert.equal(Deno.readTextFileSync(folder.join("name")), "new");
  removeFile(part);
});

Deno.test("what is held open for a moment is retried", () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.join("record"), "old");
  function failingTwice<A extends unknown[]>(call: (...args: A) => void): (...args: A) => void {
    let failures = 2;
    return (...args) => {
      if (failures-- > 0) throw Object.assign(new Error("Sharing violation. (os error 32)"), { code: "EBUSY" });
      call(...args);
    };
  }
  {
    using _renames = replaced(Deno, "renameSync", failingTwice);
    writeWhole(folder.join("record"), new TextEncoder().encode("new"), { fsync: false });
    using _removals = replaced(Deno, "removeSync", failingTwice);
    removeFile(folder.join("record"));
  }
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
});

Deno.test("removeFolder() removes an empty folder only", () => {
  using folder = new TempFolder();
  Deno.mkdirSync(folder.join("a"));
  Deno.writeTextFileSync(folder.join("a", "file"), "");
  assert.throws(() => removeFolder(folder.join("a")));
  Deno.removeSync(folder.join("a", "file"));
  removeFolder(folder.join("a"));
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
});

Deno.test("isHeldOpen() looks at causes; only Windows' missing right may be the same", () => {
  const held = Object.assign(new Error("Sharing violation. (os error 32): open 'C:\\t\\P.tif'"), { code: "EBUSY" });
  const wrapped = new Error("Cannot tag", { cause: held });
  assert.ok(isHeldOpen(held) && isHeldOpen(wrapped));
  assert.equal(fileOf(wrapped), "P.tif");
  const denied = new Deno.errors.PermissionDenied("Access denied. (os error 5)");
  assert.equal(isHeldOpen(denied), false);
  assert.equal(mayBeHeldOpen(denied, "windows"), true);
  assert.equal(mayBeHeldOpen(denied, "linux"), false);
});

Deno.test("frames that wait are counted and said after some seconds, in the same words, and forgotten when they go", () => {
  let now_ms = 0;
  const held = new HeldOpen("raw", { now: () => new Date(now_ms), monotonic_ms: () => now_ms });
  const said: Condition[] = [];
  const reporter = { condition: (condition: Condition) => void said.push(condition) } as unknown as Reporter;
  const error = Object.assign(new Error("Sharing violation. (os error 32): open 'R:\\raw\\P.tif.metadata'"), {
    code: "EBUSY",
  });
  for (; now_ms <= 10_000; now_ms += 1000) {
    held.add("P.tif", { frame: "P.tif", error });
    if (now_ms > 0) held.add("Q.tif", { frame: "Q.tif", error });
    held.endRound(reporter);
  }
  const texts = [...new Set(said.map(({ message }) => message))];
  assert.equal(said.filter(({ message }) => message === null).length, 5);
  assert.equal(texts.length, 3, texts.join("\n"));
  assert.match(texts[1]!, /^P\.tif waits: .* since 1970-01-01T00:00:00\.000Z \(P\.tif\.metadata: Sharing violation/);
  assert.match(texts[2]!, /^2 frames wait, the longest P\.tif: /);
  held.add("Q.tif", { frame: "Q.tif", error });
  held.endRound(reporter);
  assert.equal(held.count, 1);
  held.endRound(reporter);
  assert.equal(said.at(-1)!.message, null);
  assert.equal(libraries.tiff.openHandles, 0);
});
