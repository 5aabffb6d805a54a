/** A file that another process holds open without sharing it, while the daemon runs. */
import assert from "node:assert/strict";
import { Run } from "../e2e/child.ts";
import { outputOn, WINDOWS_EXECUTABLE, WINDOWS_PROGRAM, windowsPath } from "./programs.ts";
import { TempFolder } from "../temp_folder.ts";

/** A plugin is all that the executable needs to be that other process. */
function holder(path: string, letGo: string): string {
  return `
const { symbols } = Deno.dlopen("kernel32.dll", {
  CreateFileW: { parameters: ["buffer", "u32", "u32", "pointer", "u32", "u32", "pointer"], result: "pointer" },
  CloseHandle: { parameters: ["pointer"], result: "i32" },
});
export const TICKTACK = 1;
let handle: Deno.PointerValue = null;
export function setup(context: { log: { info(text: string): void } }): void {
  const path = ${JSON.stringify(path)} + "\\0";
  const units = Uint16Array.from({ length: path.length }, (_, index) => path.charCodeAt(index));
  handle = symbols.CreateFileW(units, 0x80000000, 0, null, 3, 0, null);
  context.log.info("holds it open");
}
export function work(): void {
  try {
    Deno.lstatSync(${JSON.stringify(letGo)});
  } catch {
    return;
  }
  if (handle !== null) symbols.CloseHandle(handle);
  handle = null;
}
`;
}

/** A copy of the executable that runs in a folder of its own. */
function startIn(folder: string): Run {
  const executable = `${folder}/pewatch.exe`;
  Deno.copyFileSync(WINDOWS_EXECUTABLE, executable);
  return new Run(["run", "--json"], { program: WINDOWS_PROGRAM, cwd: folder, env: { PEWATCH_EXE: executable } });
}

Deno.test("a frame that another process holds open waits, is reported with the file and the time, and goes when it is closed", async () => {
  using folder = new TempFolder();
  const [daemonFolder, otherFolder] = [folder.join("daemon"), folder.join("other")];
  const raw = folder.join("daemon", "pewatch-data", "raw");
  Deno.mkdirSync(folder.join("other", "plugins"), { recursive: true });
  Deno.mkdirSync(raw, { recursive: true });
  await outputOn("linux", ["simulate", raw, "--rate", "0", "--count", "2", "--size", "64", "--base", "P"]);
  const names = [...Deno.readDirSync(raw)].map(({ name }) => name).sort();
  const image = names.find((name) => name.endsWith(".tif"))!;
  Deno.writeTextFileSync(
    folder.join("other", "plugins", "hold.ts"),
    holder(windowsPath(`${raw}/${image}`), windowsPath(folder.join("let-go"))),
  );
  await using other = startIn(otherFolder);
  await other.says(/holds it open/);
  await using daemon = startIn(daemonFolder);
  const name = image.replaceAll(/[.-]/g, "\\$&");
  await daemon.says(new RegExp(`${name} waits: another program holds a file open since 2[^ ]+ \\(${name}: `));
  const output = folder.join("daemon", "pewatch-data", "output");
  const images = () => [...Deno.readDirSync(output)].filter(({ name }) => name.endsWith(".tif")).length;
  assert.equal(images(), 1, "the other frame is not held up");
  Deno.writeTextFileSync(folder.join("let-go"), "");
  await daemon.says(/solved: .*waits: another program/);
  await daemon.says(new RegExp(`${name}: delivered`));
  assert.equal(images(), 2);
  const left = [...Deno.readDirSync(raw)].map(({ name }) => name).filter((name) => !name.startsWith("."));
  assert.deepEqual(left, []);
  for (const run of [daemon, other]) {
    run.signal("SIGINT");
    assert.equal((await run.ended()).code, 0, run.text());
  }
});
