/** The DLLs that build/native makes: what they need of a system, and what they offer. PEWATCH_WINDOWS_DLLS names them. */
import assert from "node:assert/strict";
import { basename } from "node:path/posix";
import { exportedNames, importedLibraries, readPe } from "../../build/compile/pe.ts";
import { GLOBALS } from "../../ffi/hdf5/c/native.ts";
import { SYMBOLS as HDF5_SYMBOLS } from "../../ffi/hdf5/c/symbols.ts";
import { CLIENT_SYMBOLS } from "../../ffi/tango/client/symbols.ts";
import { SYMBOLS as TANGO_SYMBOLS } from "../../ffi/tango/symbols.ts";
import { TIFF_SYMBOLS } from "../../ffi/tiff/symbols.ts";

/** Parts of Windows itself, from Windows 7 on. */
const SYSTEM_DLLS = new Set([
  ...["kernel32.dll", "msvcrt.dll", "shlwapi.dll"],
  // Of Tango: sockets, and what its log and omniORB ask of the system.
  ...["advapi32.dll", "comctl32.dll", "gdi32.dll", "iphlpapi.dll", "user32.dll", "ws2_32.dll"],
]);

const dlls = new Map((Deno.env.get("PEWATCH_WINDOWS_DLLS") ?? "").split(":").map((path) => [basename(path), path]));
const ignore = !Deno.env.has("PEWATCH_WINDOWS_DLLS");

function read(name: string): Uint8Array {
  const path = dlls.get(name);
  assert.ok(path, `PEWATCH_WINDOWS_DLLS names no ${name}`);
  return Deno.readFileSync(path);
}

/** What a table of symbols demands of a library. */
function namesOf(symbols: Deno.ForeignLibraryInterface): string[] {
  return Object.entries(symbols)
    .filter(([, symbol]) => !("optional" in symbol && symbol.optional))
    .map(([key, symbol]) => "name" in symbol && symbol.name ? symbol.name : key);
}

for (
  const [name, tables] of [
    ["libtiff.dll", [TIFF_SYMBOLS]],
    ["libhdf5.dll", [HDF5_SYMBOLS, GLOBALS]],
    ["pewatch_tango.dll", [TANGO_SYMBOLS, CLIENT_SYMBOLS]],
  ] as const
) {
  Deno.test(`${name} needs DLLs of Windows only`, { ignore }, () => {
    const imported = importedLibraries(read(name)).map((library) => library.toLowerCase());
    assert.ok(imported.includes("kernel32.dll"), `it imports ${imported}`);
    assert.deepEqual(imported.filter((library) => !SYSTEM_DLLS.has(library)), []);
  });

  Deno.test(`${name} offers every function and variable of the symbol tables`, { ignore }, () => {
    const exported = new Set(exportedNames(read(name)));
    const wanted = tables.flatMap(namesOf);
    assert.ok(wanted.length > 10);
    assert.deepEqual(wanted.filter((symbol) => !exported.has(symbol)), []);
  });

  Deno.test(`${name} is stripped and says nothing of the machine that built it`, { ignore }, () => {
    const bytes = read(name);
    assert.deepEqual(readPe(bytes).sections.filter((section) => section.name.startsWith(".debug")), []);
    assert.equal(readPe(bytes).timestamp_s, 0);
    const text = new TextDecoder("latin1").decode(bytes);
    assert.equal(/[ -~]*(\/tmp\.|\.cache\/pewatch)[ -~]*/.exec(text)?.[0], undefined);
  });
}
