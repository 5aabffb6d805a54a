import assert from "node:assert/strict";

// On Windows a signal cannot be sent: Deno.kill ends the process at once.
Deno.test(
  { name: "the first signal asks for the end, the second ends with 130", ignore: Deno.build.os === "windows" },
  async () => {
    const script = new URL("./wait_for_signals.ts", import.meta.url).href;
    const child = new Deno.Command(Deno.execPath(), { args: ["run", "-A", script], stdout: "piped" }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await lines.read()).value, "ready\n");
    child.kill("SIGTERM");
    assert.equal((await lines.read()).value, "SIGTERM\n");
    child.kill("SIGINT");
    assert.equal((await child.status).code, 130);
    await lines.cancel();
  },
);
