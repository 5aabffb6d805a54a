/** Native libraries that cannot be opened at once. */
import assert from "node:assert/strict";
import { type LibraryNeed, NativeLibraryError, openLibrary } from "../../ffi/locate.ts";
import { openTiffLibrary } from "../../ffi/tiff/mod.ts";
import { TempFolder } from "../temp_folder.ts";

const SYMBOLS = { TIFFGetVersion: { parameters: [], result: "pointer" } } as const;

function need(...candidates: string[]): LibraryNeed {
  return { name: "libtiff", variable: "PEWATCH_TEST_LIBRARY", candidates, remedy: "Install it." };
}

/** Where the system's loader found it. */
function tiffOfThisMachine(): string {
  using _ = openTiffLibrary();
  const [path] = Deno.readTextFileSync("/proc/self/maps").match(/\/.*libtiff\.so.*/) ?? [];
  assert.ok(path);
  return path;
}

Deno.test("a library that another program holds for a moment is opened then", async () => {
  using folder = new TempFolder();
  const [library, whole] = [folder.join("libtiff.so"), folder.join("whole")];
  Deno.writeTextFileSync(library, "held");
  // A moment that the caller, who waits without leaving JavaScript, cannot end itself.
  const other = new Deno.Command("bash", {
    args: ["-c", 'sleep 0.2; cp "$0" "$1" && mv "$1" "$2"', tiffOfThisMachine(), whole, library],
  }).spawn();
  const opened = openLibrary(need(library), SYMBOLS, 30_000);
  assert.equal(opened.path, library);
  assert.notEqual(opened.library.symbols.TIFFGetVersion(), null);
  opened.library.close();
  assert.ok((await other.status).success);
});

Deno.test("a damaged library is given up after that moment, and one that is not there at once", () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.join("damaged.so"), "no library");
  const started_ms = performance.now();
  assert.throws(() => openLibrary(need(folder.join("damaged.so")), SYMBOLS, 100), NativeLibraryError);
  assert.ok(performance.now() - started_ms >= 100);
  const HOUR_MS = 3_600_000;
  for (const absent of [folder.join("absent.so"), "libpewatch_absent.so"]) {
    assert.throws(() => openLibrary(need(absent), SYMBOLS, HOUR_MS), /libtiff cannot be opened; looked for: .*absent/);
  }
});
