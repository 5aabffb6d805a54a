/** From the program's arguments to a command and its exit code. */
import { ConfigurationError } from "../config/error.ts";
import { NativeLibraryError } from "../../ffi/locate.ts";
import { firstLine, thrownText } from "../text/thrown_text.ts";
import { EXIT } from "./console/arguments.ts";
import { COMMANDS } from "./commands.ts";
import { commandLines, runCommands } from "./console/run_commands.ts";
import { guardConsole } from "../log/terminal_text.ts";
import { painterFor } from "./console/terminal.ts";
import { PROGRAM_VERSION } from "../config/program.ts";

/** Runs what `args` ask for and gives the exit code: 0 done, 1 failed, 2 wrong usage or configuration. */
export async function runMain(args: readonly string[]): Promise<number> {
  guardConsole();
  if (args.length === 0 && Deno.build.os === "windows") {
    const { runInOwnWindow } = await import("./window.ts");
    const code = await runInOwnWindow(runCommand);
    if (code !== null) return code;
  }
  return await runCommand(args);
}

async function runCommand(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    console.error(`${painterFor(Deno.stderr)("red", "pewatch:")} ${explain(error)}`);
    return error instanceof ConfigurationError ? EXIT.usage : EXIT.failed;
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  if (args[0] === "--version" || args[0] === "-V") {
    const { describeVersions } = await import("./version.ts");
    console.log(describeVersions().join("\n"));
    return EXIT.done;
  }
  if (args[0] === "--licenses") {
    const { licenseLines, readEmbedded } = await import("./embedded.ts");
    console.log(licenseLines(readEmbedded()).join("\n"));
    return EXIT.done;
  }
  const otherWords = ["help", "--help", "--version", "--licenses"];
  return await runCommands({ name: "pewatch", commands: COMMANDS, otherWords, overview }, args);
}

function overview(): string {
  return [
    `pewatch ${PROGRAM_VERSION}: takes the frames of an X-ray detector from QXRD and delivers them with their metadata`,
    "",
    "Usage: pewatch COMMAND [OPTIONS]",
    "",
    ...commandLines(COMMANDS),
    "",
    "pewatch help COMMAND shows a command's options, pewatch --version the versions of all",
    "parts, pewatch --licenses their licences.",
    "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.",
  ].join("\n");
}

/** Errors that are meant for persons as they are; others say how to get their details. */
function explain(error: unknown): string {
  if (Deno.env.get("PEWATCH_DEBUG") === "1") return Deno.inspect(error);
  const text = thrownText(error);
  if (error instanceof ConfigurationError || error instanceof NativeLibraryError) return text;
  const name = error instanceof Error && error.name !== "Error" ? `${error.name}: ` : "";
  return `${name}${firstLine(text)} (details: set PEWATCH_DEBUG=1 and run it again)`;
}
