import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  createOwn,
  foreignEntries,
  ForeignEntryError,
  keepPlain,
  openPlain,
  readPlain,
} from "../../src/files/plain_file.ts";
import { writeWhole, writeWholeBehind } from "../../src/files/whole_file.ts";
import { replaced } from "../replaced.ts";
import { TempFolder } from "../temp_folder.ts";
import { onLinux } from "../on_linux.ts";

const LINUX = Deno.build.os === "linux";
const BYTES = new TextEncoder().encode("new");

/** What others may put under a name; each beside a file that must not change. */
const FOREIGN: Readonly<Record<string, (path: string, victim: string) => void>> = {
  "a symbolic link": (path, victim) => Deno.symlinkSync(victim, path),
  "a link that leads nowhere": (path, victim) => Deno.symlinkSync(`${victim}.none`, path),
  "a named pipe": (path) => execFileSync("mkfifo", [path]),
  "a folder": (path) => Deno.mkdirSync(path),
};

/** Calls `test` with each of them, in a folder of its own; the victim is compared afterwards. */
function withEach(test: (path: string, folder: TempFolder) => void): void {
  using _reports = replaced(foreignEntries, "report", () => () => {});
  for (const plant of Object.values(FOREIGN)) {
    using folder = new TempFolder();
    Deno.mkdirSync(folder.join("outside"));
    Deno.writeTextFileSync(folder.join("outside", "victim"), "precious");
    Deno.mkdirSync(folder.join("own"));
    plant(folder.join("own", "name"), folder.join("outside", "victim"));
    test(folder.join("own", "name"), folder);
    assert.equal(Deno.readTextFileSync(folder.join("outside", "victim")), "precious");
    assert.deepEqual([...Deno.readDirSync(folder.join("outside"))].map(({ name }) => name), ["victim"]);
  }
}

onLinux("what is no plain file is neither opened nor waited for, and named", () => {
  withEach((path) => {
    assert.throws(() => openPlain(path), ForeignEntryError);
    assert.throws(() => readPlain(path, 100), { name: "ForeignEntryError", message: new RegExp(path) });
  });
});

onLinux("a new file is made under a name that is taken by what is no file: that is set aside and reported", () => {
  withEach((path, folder) => {
    const reports: string[] = [];
    foreignEntries.report = (text) => reports.push(text);
    using file = createOwn(path);
    assert.equal(file.statSync().size, 0);
    assert.equal(reports.length, 1);
    const names = [...Deno.readDirSync(folder.join("own"))].map(({ name }) => name).sort();
    assert.equal(names.length, 2);
    assert.match(names[1]!, /^name\.foreign-[0-9a-f]{8}$/);
    assert.match(reports[0]!, /name\.foreign-/);
  });
});

onLinux(
  "writeWhole() replaces a name, never what a link of that name leads to, in whichever of its steps it meets one",
  async () => {
    withEach((path) => {
      writeWhole(path, BYTES, { fsync: true });
      assert.equal(Deno.readTextFileSync(path), "new");
    });
    withEach((path) => {
      Deno.renameSync(path, `${path}.part`);
      writeWhole(path, BYTES, { fsync: true });
      assert.equal(Deno.readTextFileSync(path), "new");
    });
    using folder = new TempFolder();
    Deno.mkdirSync(folder.join("name"));
    foreignEntries.report = () => {};
    await writeWholeBehind(folder.join("name"), [BYTES, BYTES], { fsync: true });
    assert.equal(Deno.readTextFileSync(folder.join("name")), "newnew");
  },
);

Deno.test("a file with a second name is read, never written to; under a name of ours it is set aside", () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.join("victim"), "precious");
  Deno.linkSync(folder.join("victim"), folder.join("name"));
  assert.equal(new TextDecoder().decode(readPlain(folder.join("name"), 100)!), "precious");
  if (LINUX) {
    assert.throws(() => openPlain(folder.join("name"), { append: true }), ForeignEntryError);
    foreignEntries.report = () => {};
    keepPlain(folder.join("name"));
    assert.throws(() => Deno.lstatSync(folder.join("name")), Deno.errors.NotFound);
  }
  using file = createOwn(folder.join("name"));
  file.writeSync(BYTES);
  assert.equal(Deno.readTextFileSync(folder.join("victim")), "precious");
});

Deno.test("what is read has a bound, and a file that is not there is none", () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.join("name"), "12345");
  assert.throws(() => readPlain(folder.join("name"), 4), RangeError);
  assert.equal(readPlain(folder.join("none"), 4), null);
  assert.equal(readPlain(folder.join("name", "below"), 4), null);
  assert.equal(new TextDecoder().decode(readPlain(folder.join("name"), 5)!), "12345");
});
