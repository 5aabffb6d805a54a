import assert from "node:assert/strict";

// On Windows a signal cannot be sent: Deno.kill ends the process at once.
Deno.test({
  name: "while the main thread is blocked the first Ctrl-C reports what is in progress, the second ends with 130",
  ignore: Deno.build.os === "windows",
  async fn() {
    const script = new URL("./blocked_main.ts", import.meta.url).href;
    const args = ["run", "-A", script];
    await using child = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "piped" }).spawn();
    const lines = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    const out = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await out.read()).value, "blocked\n");
    // The worker listens a moment after its start; a signal before that is the main thread's.
    const signals = setInterval(() => tryToKill(child), 50);
    const { value } = await lines.read();
    assert.match(
      value!,
      /^pewatch test: stopping after the step in progress: copying \S+a\.tif\. A second Ctrl-C ends /,
    );
    assert.ok(!value!.includes("\x1b"), value);
    const { code } = await child.status;
    clearInterval(signals);
    assert.equal(code, 130);
    assert.equal((await out.read()).done, true, "its main thread was not blocked: the test shows nothing");
    await lines.cancel();
  },
});

function tryToKill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGINT");
  } catch {
    // it has ended
  }
}
