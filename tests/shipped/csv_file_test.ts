import assert from "node:assert/strict";
import { join } from "node:path";
import { CsvFile, type CsvFileOptions } from "../../plugins/lib/csv_file.ts";
import { tempFolder } from "../daemon/helpers.ts";
import { canMount, SmallVolume } from "../ffi/hdf5/small_volume.ts";

interface Made {
  readonly lines: string[];
  file(options?: Partial<CsvFileOptions>): CsvFile;
  text(name?: string): string;
  put(text: string): void;
}

function csvIn(folder: string): Made {
  const lines: string[] = [];
  const path = join(folder, "frames.csv");
  const reports = {
    warn: (text: string) => void lines.push(`warn ${text}`),
    info: (text: string) => void lines.push(`info ${text}`),
  };
  return {
    lines,
    file: (options = {}) => new CsvFile(path, { header: "a,b\r\n", bom: false, reports, fsync: true, ...options }),
    text: (name = "frames.csv") => Deno.readTextFileSync(join(folder, name)),
    put: (text) => Deno.writeTextFileSync(path, text),
  };
}

Deno.test("CsvFile writes its header once, over many starts", () => {
  using folder = tempFolder();
  const { file, text, lines } = csvIn(folder.path);
  for (let start = 1; start <= 3; start++) {
    const csv = file();
    csv.append(`${start},1\r\n`);
    csv.append(`${start},2\r\n`);
  }
  assert.equal(text(), "a,b\r\n1,1\r\n1,2\r\n2,1\r\n2,2\r\n3,1\r\n3,2\r\n");
  assert.deepEqual(lines, []);
});

Deno.test("CsvFile begins a file of another name where the columns are others, and goes on in it", () => {
  using folder = tempFolder();
  const { file, text } = csvIn(folder.path);
  file().append("1,1\r\n");
  for (const header of ["a,c\r\n", "a,b,c\r\n", "a\r\n"]) {
    file({ header }).append("x\r\n");
    file({ header }).append("y\r\n");
  }
  file().append("2,2\r\n");
  assert.equal(text(), "a,b\r\n1,1\r\n2,2\r\n");
  assert.equal(text("frames-2.csv"), "a,c\r\nx\r\ny\r\n");
  assert.equal(text("frames-3.csv"), "a,b,c\r\nx\r\ny\r\n");
  assert.equal(text("frames-4.csv"), "a\r\nx\r\ny\r\n");
});

Deno.test("CsvFile takes out a torn last line, says what it was, and goes on", () => {
  using folder = tempFolder();
  const { file, text, put, lines } = csvIn(folder.path);
  put("a,b\r\n1,1\r\n2,");
  file().append("3,3\r\n");
  assert.equal(text(), "a,b\r\n1,1\r\n3,3\r\n");
  assert.match(lines.join(), /^warn .*frames\.csv: its last line had no end and was taken out: 2,$/);
});

Deno.test("CsvFile goes on after any kill within a line", () => {
  const whole = "a,b\r\n1,1\r\n2,2\r\n";
  for (let length = 0; length <= whole.length; length++) {
    using folder = tempFolder();
    const { file, text, put } = csvIn(folder.path);
    put(whole.slice(0, length));
    const csv = file();
    csv.append("9,9\r\n");
    const records = Deno.readTextFileSync(csv.path).split("\r\n");
    assert.equal(records[0], "a,b", `cut at ${length}`);
    assert.deepEqual(records.slice(-2), ["9,9", ""]);
    assert.ok(records.slice(1, -1).every((record) => /^\d,\d$/.test(record)), text());
  }
});

Deno.test("CsvFile goes on in a file that an editor has saved with other line ends or a mark before it", () => {
  using folder = tempFolder();
  const { file, text, put } = csvIn(folder.path);
  put("\uFEFFa,b\n1,1\n");
  file().append("2,2\r\n");
  assert.equal(text(), "\uFEFFa,b\n1,1\n2,2\r\n");
});

Deno.test("CsvFile begins anew where its file was taken away, and looks anew where it was changed", () => {
  using folder = tempFolder();
  const { file, text, put } = csvIn(folder.path);
  const csv = file({ bom: true });
  csv.append("1,1\r\n");
  Deno.removeSync(csv.path);
  csv.append("2,2\r\n");
  assert.equal(text(), "\uFEFFa,b\r\n2,2\r\n");
  put("other,columns,now\r\n");
  csv.append("3,3\r\n");
  assert.equal(text(), "other,columns,now\r\n");
  assert.equal(text("frames-2.csv"), "\uFEFFa,b\r\n3,3\r\n");
});

Deno.test("CsvFile says of a file that another program holds that the line is not there, and reports it once", () => {
  using folder = tempFolder();
  const { file, text, lines } = csvIn(folder.path);
  let held = false;
  const open = (path: string) => {
    if (held) throw new Deno.errors.PermissionDenied("The process cannot access the file (os error 32)");
    return Deno.openSync(path, { read: true, write: true, create: true });
  };
  const csv = file({ open });
  assert.equal(csv.append("1,1\r\n"), true);
  held = true;
  for (let time = 0; time < 3; time++) assert.equal(csv.append("2,x\r\n"), false);
  assert.equal(csv.isWritable, false);
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /^warn Cannot write .*os error 32.*frames wait in the ledger/);
  held = false;
  assert.equal(csv.isWritable, true);
  assert.equal(csv.append("2,x\r\n"), true);
  assert.equal(text(), "a,b\r\n1,1\r\n2,x\r\n");
  assert.match(lines[1]!, /^info .*is written again$/);
});

Deno.test({
  name: "CsvFile leaves no half line on a full disk, and goes on when there is room",
  ignore: !canMount(),
  fn() {
    using volume = new SmallVolume(64);
    const { file, text, lines } = csvIn(volume.join(""));
    const csv = file();
    csv.append("1,1\r\n");
    const ballast = volume.join("ballast");
    Deno.writeFileSync(ballast, new Uint8Array(40 * 1024));
    const long = `2,${"x".repeat(30_000)}\r\n`;
    assert.equal(csv.append(long), false);
    assert.equal(text(), "a,b\r\n1,1\r\n");
    assert.match(lines.join(), /No space left/);
    Deno.removeSync(ballast);
    assert.equal(csv.append(long), true);
    assert.equal(text(), `a,b\r\n1,1\r\n${long}`);
  },
});

Deno.test("a line is on the disk before it counts; without fsync nothing is flushed", () => {
  using folder = tempFolder();
  for (const fsync of [true, false]) {
    const calls: string[] = [];
    const path = join(folder.path, `${fsync}.csv`);
    const open = (at: string) => {
      const file = Deno.openSync(at, { read: true, write: true, create: true });
      const noted = <Name extends "writeSync" | "syncSync">(name: Name) => {
        const real = file[name].bind(file) as (...args: unknown[]) => unknown;
        Object.assign(file, { [name]: (...args: unknown[]) => (calls.push(name), real(...args)) });
      };
      noted("writeSync");
      noted("syncSync");
      return file;
    };
    const reports = { warn: () => {}, info: () => {} };
    const file = new CsvFile(path, { header: "a\r\n", bom: false, reports, fsync, open });
    for (const line of ["1\r\n", "2\r\n"]) {
      assert.ok(file.append(line));
      assert.deepEqual(calls.splice(0), fsync ? ["writeSync", "syncSync"] : ["writeSync"]);
    }
    assert.equal(Deno.readTextFileSync(path), "a\r\n1\r\n2\r\n");
  }
});

Deno.test("two writers of one file lose no line of each other, and write one header", async () => {
  using folder = tempFolder();
  const path = join(folder.path, "frames.csv"), lines = 2000, writers = ["A", "B"];
  const workers = writers.map(() => new Worker(new URL("./csv_writer_worker.ts", import.meta.url), { type: "module" }));
  const done = workers.map((worker) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    worker.onmessage = () => resolve();
    worker.onerror = ({ message }) => reject(new Error(message));
    return promise;
  });
  for (const [index, writer] of writers.entries()) workers[index]!.postMessage({ path, writer, lines });
  await Promise.all(done);
  for (const worker of workers) worker.terminate();
  const [header, ...rows] = Deno.readTextFileSync(path).trimEnd().split("\r\n");
  assert.equal(header, "a,b");
  for (const writer of writers) {
    const own = rows.filter((row) => row.startsWith(writer));
    assert.deepEqual(own, Array.from({ length: lines }, (_, line) => `${writer},${line}`));
  }
  assert.equal(rows.length, writers.length * lines);
});
