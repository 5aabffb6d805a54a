import assert from "node:assert/strict";
import { join } from "node:path";
import { RotatingFile } from "../../src/log/rotating_file.ts";
import { tempFolder } from "./helpers.ts";
import { namesIn } from "../folders.ts";

/** Writes `line number 1` and so on, each of them flushed. */
async function writeLines(path: string, count: number, limits: { sizeMax: number; filesMax: number }): Promise<void> {
  const file = new RotatingFile(path, limits);
  for (let line = 1; line <= count; line++) {
    file.write(`line number ${line}\n`);
    await file.flush();
  }
  await file.close();
}

Deno.test("RotatingFile keeps as many files as it may, the newest lines in the first", async () => {
  using folder = tempFolder();
  const path = join(folder.path, "log", "p.log");
  await writeLines(path, 6, { sizeMax: 20, filesMax: 3 });
  assert.deepEqual(namesIn(join(folder.path, "log")), ["p.log", "p.log.1", "p.log.2"]);
  assert.equal(Deno.readTextFileSync(path), "line number 6\n");
  assert.equal(Deno.readTextFileSync(`${path}.2`), "line number 4\n");
});

Deno.test("RotatingFile of one file empties it", async () => {
  using folder = tempFolder();
  const path = join(folder.path, "p.log");
  await writeLines(path, 3, { sizeMax: 20, filesMax: 1 });
  assert.deepEqual(namesIn(folder.path), ["p.log"]);
  assert.equal(Deno.readTextFileSync(path), "line number 3\n");
});

Deno.test("RotatingFile goes on in a file that another run began", async () => {
  using folder = tempFolder();
  const path = join(folder.path, "p.log");
  Deno.writeTextFileSync(path, "before\n");
  const file = new RotatingFile(path, { sizeMax: 1000, filesMax: 3 });
  file.write("after\n");
  await file.close();
  assert.equal(Deno.readTextFileSync(path), "before\nafter\n");
});

Deno.test("RotatingFile loses no line where the full file cannot be renamed", async () => {
  using folder = tempFolder();
  const path = join(folder.path, "p.log");
  Deno.mkdirSync(join(`${path}.1`, "in the way"), { recursive: true });
  await writeLines(path, 3, { sizeMax: 10, filesMax: 2 });
  assert.equal(Deno.readTextFileSync(path), "line number 1\nline number 2\nline number 3\n");
});

Deno.test("RotatingFile writes lines in order, whatever is flushed when", async () => {
  using folder = tempFolder();
  const path = join(folder.path, "p.log");
  const file = new RotatingFile(path, { sizeMax: 1e6, filesMax: 2 });
  const lines = Array.from({ length: 2000 }, (_, number) => `${number}\n`);
  for (const [number, line] of lines.entries()) {
    file.write(line);
    if (number % 7 === 0) void file.flush();
  }
  await file.close();
  assert.equal(Deno.readTextFileSync(path), lines.join(""));
});
