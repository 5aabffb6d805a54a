/** The command line, nothing else: finds the command, runs it, ends with its exit code. */
import { runMain } from "./src/cli/main.ts";
import { endProcess } from "./src/cli/process_end.ts";

if (import.meta.main) endProcess(await runMain(Deno.args));
