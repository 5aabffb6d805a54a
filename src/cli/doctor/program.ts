/** The program itself: its version, Deno's, and the native libraries. */
import type { LibraryFinding } from "../version.ts";
import { type Embedded, readEmbedded } from "../embedded.ts";
import { PROGRAM_VERSION } from "../../config/program.ts";
import { type Finding, ok, problem, warning } from "./check.ts";

/** Before it, Deno could not read files on RAM disks made by ImDisk (denoland/deno issue 26257). */
const DENO_FOR_IMDISK = [2, 8, 2] as const;

export function checkDeno(version: string = Deno.version.deno, os: string = Deno.build.os): Finding {
  const name = "Deno";
  if (os === "windows" && isOlder(version, DENO_FOR_IMDISK)) {
    return warning(
      name,
      `${version} cannot work on RAM disks made by ImDisk`,
      `Use a pewatch that was built with Deno ${DENO_FOR_IMDISK.join(".")} or newer, or another RAM disk`,
    );
  }
  return ok(name, version);
}

export function checkProgram(embedded: Embedded | null = readEmbedded()): Finding {
  if (embedded === null) return ok("pewatch", `${PROGRAM_VERSION} from source`);
  const finding = `${PROGRAM_VERSION} (${Deno.execPath()})`;
  return embedded.build === "release"
    ? ok("pewatch", finding)
    : ok("pewatch", `${finding}, development build: ${embedded.base}`);
}

export function checkLibrary({ name, version, path, problem: reason }: LibraryFinding): Finding {
  if (version !== null) return ok(name, `${version} (${path})`);
  // The library's own error says where it was looked for and what to do, in this order.
  const variable = name === "libtiff" ? "PEWATCH_LIBTIFF" : "PEWATCH_LIBHDF5";
  return problem(name, reason ?? "not found", `Install it, or name a copy of it by ${variable}`);
}

/** Of versions such as "2.9.5". */
export function isOlder(version: string, than: readonly number[]): boolean {
  const parts = version.split(/[.+-]/).map(Number);
  for (const [index, limit] of than.entries()) {
    const part = parts[index] ?? 0;
    if (part !== limit) return part < limit;
  }
  return false;
}
