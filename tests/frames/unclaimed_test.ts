/** Nothing stays in raw without a word, and one bad folder holds up no frame beside it. */
import assert from "node:assert/strict";
import { folderCalls } from "../../ffi/system/directory.ts";
import { join } from "node:path";
import type { UnclaimedKind } from "../../src/frames/events.ts";
import { scanRaw } from "../../src/frames/prepare/scan.ts";
import type { Unclaimed } from "../../src/frames/prepare/sort_names.ts";
import { UnclaimedReport } from "../../src/frames/prepare/unclaimed.ts";
import { replaced } from "../replaced.ts";
import { TempFolder } from "../temp_folder.ts";
import { onLinux } from "../on_linux.ts";

function names(unclaimed: ReadonlyMap<UnclaimedKind, readonly Unclaimed[]>): Record<string, string[]> {
  return Object.fromEntries([...unclaimed].map(([kind, list]) => [kind, list.map(({ name }) => name).sort()]));
}

function touch(folder: TempFolder, ...files: string[]): void {
  for (const name of files) Deno.writeTextFileSync(folder.join(name), "x");
}

// Fails without the kinds of scan.ts: links, pipes and hidden names were then passed over.
Deno.test("scanRaw() sorts what is no frame by its kind", async () => {
  using folder = new TempFolder();
  Deno.mkdirSync(folder.join("sub"));
  Deno.mkdirSync(folder.join(".Trash-1000"));
  touch(folder, "P.tif", "P.tif.metadata", "P.txt", "CeO2 manual", "sub/notes.docx", ".DS_Store", ".pewatch.lock");
  touch(folder, "Q.tif.metadata", "R.txt.overflow", "P.tif.metadata.AbCdEf", "P.tif.metadata.lock");
  const right: Record<string, string[]> = {
    other: ["CeO2 manual", "sub/notes.docx"],
    hidden: [".DS_Store", ".Trash-1000"],
    unfinished: ["P.tif.metadata.AbCdEf", "P.tif.metadata.lock"],
  };
  if (Deno.build.os === "linux") {
    Deno.symlinkSync("/tmp", folder.join("today"));
    const made = await new Deno.Command("mkfifo", { args: [folder.join("pipe")] }).output();
    assert.ok(made.success);
    Object.assign(right, { link: ["today"], special: ["pipe"] });
  }
  const scan = scanRaw(folder.path);
  assert.deepEqual(names(scan.unclaimed), right);
  assert.deepEqual(scan.companions.map(({ name }) => name).sort(), ["Q.tif.metadata", "R.txt.overflow"]);
  assert.deepEqual(scan.candidates.map(({ image, sidecar, others }) => ({ image, sidecar, others })), [
    { image: "P.tif", sidecar: "P.tif.metadata", others: ["P.txt"] },
  ]);
});

onLinux("scanRaw() names files and folders whose names are not UTF-8, and takes one that only looks so", async () => {
  using folder = new TempFolder();
  const script = "touch \"$(printf '\\377.tif')\"; mkdir \"$(printf 'sub\\376')\"";
  assert.ok((await new Deno.Command("sh", { args: ["-c", script], cwd: folder.path }).output()).success);
  touch(folder, "\ufffd-2.tif");
  const scan = scanRaw(folder.path);
  assert.deepEqual(names(scan.unclaimed), { unreadable_name: ["sub\ufffd", "\ufffd.tif"] });
  assert.deepEqual(scan.candidates.map(({ image }) => image), ["\ufffd-2.tif"]);
});

// Fails without the catch of listBelow() in scan.ts: no frame was then taken at all.
Deno.test("scanRaw() goes on where a sub-folder cannot be listed", () => {
  using folder = new TempFolder();
  Deno.mkdirSync(folder.join("System Volume Information"));
  touch(folder, "P.tif");
  using _byDeno = replaced(folderCalls, "read", () => () => null);
  for (const error of [new Deno.errors.PermissionDenied("denied (os error 13)"), new Error("I/O (os error 5)")]) {
    using _refused = replaced(Deno, "readDirSync", (readDirSync) => (path) => {
      if (String(path).includes("Volume")) throw error;
      return readDirSync(path);
    });
    const scan = scanRaw(folder.path);
    assert.equal(scan.candidates.length, 1);
    assert.deepEqual(scan.unclaimed.get("folder"), [{ name: "System Volume Information", reason: error.message }]);
  }
});

Deno.test("scanRaw() ends below 32 folders, and says where", () => {
  using folder = new TempFolder();
  const path = Array.from({ length: 40 }, () => "d");
  Deno.mkdirSync(join(folder.path, ...path), { recursive: true });
  assert.deepEqual(names(scanRaw(folder.path).unclaimed), { folder: [path.slice(0, 33).join("/")] });
});

Deno.test("what stays is named once, one line a kind, however many there are; what goes is forgotten", () => {
  let now_ms = 0;
  const lines: string[] = [];
  const report = new UnclaimedReport(() => now_ms);
  const reporter = {
    log: { debug: () => {}, info: () => {}, warn: (line: string) => void lines.push(line), error: () => {} },
    event: () => {},
    condition: () => {},
    backlog: () => {},
  };
  const look = (...files: string[]) =>
    report.report(new Map([["other", files.map((name) => ({ name }))], ["link", [{ name: "today" }]]]), reporter);
  assert.deepEqual(look("a"), { other: 1, link: 1 });
  assert.deepEqual(lines, [], "a copy may still be in progress under this name");
  now_ms += 5000;
  for (let scans = 0; scans < 10; scans++) look("a", "b");
  assert.equal(lines.length, 2, lines.join("\n"));
  assert.match(lines[0]!, /1 file is not a frame and stays: a; /);
  assert.match(lines[1]!, /1 link .*: today; /);
  now_ms += 5000;
  look("a", "b");
  assert.match(lines[2]!, /: b; /);
  look("b");
  now_ms += 5000;
  look("a", "b");
  now_ms += 5000;
  look("a", "b", ...Array.from({ length: 50_000 }, (_, index) => `${index}`));
  assert.match(lines[3]!, /: a; /, "it was gone, and is new");
  now_ms += 5000;
  const many = look(...Array.from({ length: 50_000 }, (_, index) => `${index}`));
  assert.equal(many.other, 50_000);
  assert.equal(lines.length, 5);
  assert.match(lines[4]!, /files are not frames and stay: 0, 1, .* and \d+ more; /);
  assert.ok((lines.at(-1) ?? "").length < 400);
});
