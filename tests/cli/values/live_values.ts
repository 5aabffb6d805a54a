/** A list of values on a terminal: it is painted again with what has changed, and ends by Ctrl-C. */
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * Waits for `first`, changes something, waits for what is shown then, and types Ctrl-C.
 * @returns the exit code and all that was written
 */
export async function liveValues(
  args: readonly string[],
  first: string,
  { change, shown }: { readonly change: () => Promise<void>; readonly shown: RegExp },
): Promise<{ readonly code: number; readonly text: string }> {
  const program = [Deno.execPath(), "run", "-A", "--no-check", `${ROOT}main.ts`, ...args];
  const script = fileURLToPath(new URL("./live_values.py", import.meta.url));
  const process = new Deno.Command("python3", {
    args: [script, ...program],
    env: { NO_COLOR: "1", COLUMNS: "200" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const readUntil = async (isThere: () => boolean) => {
    while (!isThere()) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`it has ended: ${text}`);
      text += value;
    }
  };
  await readUntil(() => text.includes(first));
  await change();
  await readUntil(() => shown.test(text));
  const input = process.stdin.getWriter();
  await input.write(new TextEncoder().encode("\n"));
  for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value;
  await input.close().catch(() => {}); // its reader has ended
  return { code: (await process.status).code, text };
}
