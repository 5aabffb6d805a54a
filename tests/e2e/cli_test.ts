/** Commands as a user types them: interrupted, one after the other, in a narrow terminal. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { makeImage, makeSidecar } from "./frames.ts";
import { pewatch } from "./child.ts";
import { Place } from "./harness.ts";

async function simulated(place: Place): Promise<void> {
  const options = ["--size", "64", "--count", "4", "--darks", "1", "--rate", "0", "--crlf"];
  const ran = await pewatch(["simulate", place.raw, ...options, "--subfolder", "sub"]);
  assert.equal(ran.code, 0, ran.err);
}

Deno.test("process --move that is stopped in the middle goes on at the next call", async () => {
  using place = new Place();
  // More than the 500 that may be in progress at once, which a stop finishes.
  const images = Array.from({ length: 800 }, (_, index) => makeImage({ width: 64, seed: index }));
  images.forEach((image, index) =>
    place.put(`P-${String(index).padStart(5, "0")}.tif`, image, makeSidecar({ width: 64 }))
  );
  const child = place.process();
  await child.until(() => place.delivered().some((name) => name.endsWith(".nxs")), "the first frame");
  child.signal("SIGINT");
  const { code } = await child.ended();
  assert.equal(code, 1, child.text());
  place.assertNothingLost();
  assert.ok(place.delivered().length < 3 * images.length, "it was done before it was stopped: the test shows nothing");
  const again = await pewatch(["process", place.raw, "--output", place.output, "--move", "--json"]);
  assert.equal(again.code, 0, again.err);
  assert.equal(place.delivered().length, 3 * images.length);
  assert.deepEqual(filesBelow(place.raw), []);
  place.assertNothingLost();
});

Deno.test("init writes a configuration that doctor finds healthy and run works with", async () => {
  using place = new Place();
  const folder = join(place.path, "installed");
  const init = await pewatch(["init", folder]);
  assert.equal(init.code, 0, init.err);
  const twice = await pewatch(["init", folder]);
  assert.equal(twice.code, 1, "a configuration was written over");
  const config = join(folder, "pewatch.toml");
  const doctor = await pewatch(["doctor", "--config", config, "--json"], { cwd: folder });
  const { healthy, checks } = JSON.parse(doctor.out);
  assert.deepEqual([doctor.code, healthy], [0, true], doctor.out);
  const names = checks.map(({ name }: { name: string }) => name);
  for (const name of ["libtiff", "HDF5", "folders.raw", "folders.output_root"]) {
    assert.ok(names.includes(name), doctor.out);
  }
  const run = await pewatch(["run", "--config", config, "--for", "0.5"], { cwd: folder });
  assert.equal(run.code, 0, run.err);
});

/** Runs a command in a terminal of so many columns and prints all that it writes, as Python shows bytes. */
const IN_TERMINAL = `
import fcntl, os, pty, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
written = b""
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:
        break
    if not part:
        break
    written += part
print(ascii(written.decode()))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
import { filesBelow } from "../folders.ts";

async function inTerminal(columns: number, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.env.get("PEWATCH_PYTHON") ?? "python3", {
    args: ["-c", IN_TERMINAL, String(columns), new URL("../../build/pewatch", import.meta.url).pathname, ...args],
    env: { TERM: "xterm" },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("in a narrow terminal the progress of process shows its figures, and nothing wipes it away", async () => {
  using place = new Place();
  await simulated(place);
  const written = await inTerminal(30, "process", place.raw, "--output", place.output);
  const [first, last] = [written.indexOf("0/5 frames"), written.lastIndexOf("/5 frames")];
  assert.ok(first >= 0 && last > first, written);
  assert.doesNotMatch(written.slice(first, last), /\\x1b\[2K|\\x1b\[J/, written);
});

Deno.test("help and the list of plugins fit into 80 columns and fewer", async () => {
  for (const args of [["process", "--help"], ["plugins", "list"]]) {
    const columns = args.includes("list") ? 80 : 50;
    const written = await inTerminal(columns, ...args);
    const lines = JSON.parse(
      `"${
        written.trim().slice(1, -1).replaceAll(/\\x1b\[[\d;]*m/g, "").replaceAll('"', '\\"').replaceAll("\\'", "'")
      }"`,
    )
      .split("\r\n") as string[];
    // A path is as long as it is.
    for (const line of lines.filter((line) => !line.includes("folder: "))) {
      assert.ok(line.length <= columns, `${line.length}: ${line}`);
    }
  }
});
