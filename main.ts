/** The command line, nothing else: finds the command, runs it, ends with its exit code. */
import { runMain } from "./src/cli/main.ts";

if (import.meta.main) Deno.exit(await runMain(Deno.args));
