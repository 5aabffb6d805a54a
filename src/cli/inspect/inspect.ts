/** `pewatch inspect`: shows what is in a TIFF, a sidecar or a NeXus file. */
import { argument, message, object, string } from "@optique/core";
import { Hdf5Error } from "../../../ffi/hdf5/error.ts";
import { NativeLibraryError } from "../../../ffi/locate.ts";
import { messageOf } from "../../files/errors.ts";
import { isSidecarName } from "../../qxrd/frame_name.ts";
import { SidecarError } from "../../qxrd/sidecar_error.ts";
import { TiffFormatError } from "../../tiff/format_error.ts";
import { command, CommandError, EXIT, JSON_OPTION } from "../console/arguments.ts";
import { KIND_BYTES, kindOf } from "./kind.ts";
import type { InspectionReport } from "./report.ts";
import { painterFor } from "../console/terminal.ts";
import { printable } from "../../log/terminal_text.ts";

const ARGUMENTS = object({
  file: argument(string({ metavar: "FILE" }), { description: message`A TIFF, a .metadata or a NeXus (HDF5) file.` }),
  json: JSON_OPTION,
});

export const runInspect = command(ARGUMENTS, {
  command: "inspect",
  brief: message`Shows the layout and tags of a TIFF, the keys of a sidecar, or the tree of a NeXus file.`,
  footer:
    message`The SHA-256 that a NeXus file holds is checked against the TIFF beside it. Exit codes: 0 shown, 1 unreadable or a checksum that does not fit, 2 wrong usage.`,
}, async ({ file, json }) => {
  try {
    const report = await inspect(file);
    if (json) console.log(JSON.stringify({ file, kind: report.kind, ...report.data }, jsonValue, 2));
    else print(file, report);
    return report.fault ? EXIT.failed : EXIT.done;
  } catch (error) {
    if (!isExpected(error)) throw error;
    if (json) console.log(JSON.stringify({ file, error: messageOf(error) }, null, 2));
    throw new CommandError(`${file}: ${messageOf(error)}`);
  }
});

/** Reads the file as what it is. The libraries are loaded only for the kind that needs them. */
async function inspect(path: string): Promise<InspectionReport> {
  const found = kindOf(readStart(path));
  // With NUL bytes, or in UTF-16, only its name shows a sidecar.
  const kind = found === "other" && isSidecarName(path) ? "sidecar" : found;
  switch (kind) {
    case "tiff":
      return (await import("./tiff.ts")).inspectTiff(path);
    case "hdf5":
      return (await import("./nexus.ts")).inspectNexus(path);
    case "sidecar":
      return (await import("./sidecar.ts")).inspectSidecar(Deno.readFileSync(path));
    case "empty":
      throw new CommandError("the file is empty");
    case "other":
      throw new CommandError("it is neither a TIFF, nor a QXRD .metadata file, nor a NeXus (HDF5) file");
  }
}

function readStart(path: string): Uint8Array {
  using file = Deno.openSync(path);
  const start = new Uint8Array(KIND_BYTES);
  return start.subarray(0, file.readSync(start) ?? 0);
}

function isExpected(error: unknown): boolean {
  return error instanceof CommandError || error instanceof TiffFormatError || error instanceof SidecarError ||
    error instanceof Hdf5Error || error instanceof NativeLibraryError || isOfTheSystem(error);
}

/** A file that is missing, a folder, or one that may not be read. */
function isOfTheSystem(error: unknown): boolean {
  return Object.values(Deno.errors).some((kind) => error instanceof kind) ||
    (error instanceof Error && "code" in error);
}

/** JSON has no 64-bit integers; one that a number cannot hold becomes a text. */
function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

function print(file: string, report: InspectionReport): void {
  const paint = painterFor(Deno.stdout);
  console.log(paint("bold", `${printable(file)}: ${report.kind}`));
  for (const line of report.lines) console.log(/^\S/.test(line) ? paint("bold", line) : line);
}
