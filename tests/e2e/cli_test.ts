/** The commands as a user types them, one after the other on the same frames. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { makeImage, makeSidecar, sha256 } from "./frames.ts";
import { pewatch } from "./child.ts";
import { exists, filesBelow, Place } from "./harness.ts";

/** Contents by name of all files below a folder. */
function contents(folder: string): Map<string, string> {
  return new Map(filesBelow(folder).map((name) => [name, sha256(Deno.readFileSync(join(folder, name)))]));
}

async function simulated(place: Place): Promise<void> {
  const options = ["--size", "64", "--count", "4", "--darks", "1", "--rate", "0", "--crlf"];
  const ran = await pewatch(["simulate", place.raw, ...options, "--subfolder", "sub"]);
  assert.equal(ran.code, 0, ran.err);
}

const SETS = ["CeO2-00001", "CeO2-00002", "CeO2-00003", "CeO2-00004"];
const ARCHIVED = ["nxs", "tif", "tif.metadata"].map((ending) => `dark/sub/CeO2-00001.dark.${ending}`);
const DELIVERED = SETS.flatMap((name) => [`sub/${name}.nxs`, `sub/${name}.tif`, `sub/${name}.tif.metadata`]).sort();

Deno.test("simulate, process --dry-run, --keep and --move, each with --json, and inspect of all that was made", async (test) => {
  using place = new Place();
  await simulated(place);
  const before = contents(place.raw);
  assert.equal(before.size, 10);

  await test.step("--dry-run tells and does nothing", async () => {
    const ran = await pewatch(["process", place.raw, "--output", place.output, "--dry-run", "--json"]);
    assert.equal(ran.code, 0, ran.err);
    const { frames } = JSON.parse(ran.out);
    assert.deepEqual(frames.map(({ what }: { what: string }) => what).sort(), [
      "archive dark",
      "deliver",
      "deliver",
      "deliver",
      "deliver",
    ]);
    assert.deepEqual(contents(place.raw), before);
    assert.deepEqual(place.delivered(), []);
  });
  await test.step("--keep delivers and leaves the folder as it was", async () => {
    const ran = await pewatch(["process", place.raw, "--output", place.output, "--keep", "--json"]);
    assert.equal(ran.code, 0, ran.err);
    const { found, delivered, darksRemoved, left, problems } = JSON.parse(ran.out);
    assert.deepEqual([found, delivered, darksRemoved, left, problems], [5, 5, 0, 0, []]);
    assert.deepEqual(contents(place.raw), before);
    assert.deepEqual(filesBelow(place.output), [...ARCHIVED, ...DELIVERED]);
  });
  await test.step("--move of the same frames finds them delivered, doubles nothing and empties the folder", async () => {
    const first = contents(place.output);
    const ran = await pewatch(["process", place.raw, "--output", place.output, "--move", "--json"]);
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual([JSON.parse(ran.out).delivered, JSON.parse(ran.out).alreadyThere], [5, 5]);
    assert.deepEqual(contents(place.output), first);
    assert.deepEqual(filesBelow(place.raw), []);
  });
  await test.step("inspect shows each file, for a person and for a program", async () => {
    for (const name of DELIVERED.slice(0, 3)) {
      const [plain, json] = await Promise.all([
        pewatch(["inspect", place.outputPath(name)]),
        pewatch(["inspect", place.outputPath(name), "--json"]),
      ]);
      assert.deepEqual([plain.code, json.code], [0, 0], plain.err + json.err);
      assert.match(plain.out, name.endsWith(".nxs") ? /\/entry|entry/ : /exposureTime/);
      assert.equal(JSON.parse(json.out).file, place.outputPath(name));
    }
  });
  await test.step("inspect says where the TIFF is no longer the one that was delivered", async () => {
    const path = place.outputPath("sub/CeO2-00004.tif");
    const bytes = Deno.readFileSync(path);
    bytes[1000] = bytes[1000]! ^ 1;
    Deno.writeFileSync(path, bytes);
    const ran = await pewatch(["inspect", place.outputPath("sub/CeO2-00004.nxs")]);
    assert.equal(ran.code, 1, ran.out);
    assert.match(ran.out, /does not fit|differs|not the/i);
  });
});

Deno.test("process says what it could not deliver, and ends with 1", async () => {
  using place = new Place();
  place.put("bad.tif", new TextEncoder().encode("no image"), makeSidecar());
  place.put("good.tif", makeImage(), makeSidecar());
  const ran = await pewatch(["process", place.raw, "--output", place.output]);
  assert.equal(ran.code, 1, ran.err);
  assert.match(ran.err, /bad\.tif: is not a readable TIFF; moved to .*pewatch-quarantine.*: Cannot read TIFF/);
  assert.match(ran.out, /1 frame .* delivered to .*\n1 frame in quarantine/);
  place.assertNothingLost();
});

Deno.test("process --move that is stopped in the middle goes on at the next call", async () => {
  using place = new Place();
  const images = Array.from({ length: 40 }, (_, index) => makeImage({ width: 256, seed: index }));
  images.forEach((image, index) =>
    place.put(`P-${String(index).padStart(5, "0")}.tif`, image, makeSidecar({ width: 256 }))
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

Deno.test("demo delivers all that it simulates, by the same code, and says where", async () => {
  using place = new Place();
  const dir = join(place.path, "demo");
  const ran = await pewatch(["demo", "--json", "--seconds", "1", "--size", "128", "--rate", "8", "--dir", dir]);
  assert.equal(ran.code, 0, ran.err);
  const { good, simulated, delivered, failed, files } = JSON.parse(ran.out);
  assert.deepEqual([good, simulated, delivered, failed], [true, { frames: 8, darks: 1 }, 8, 0]);
  assert.equal(files.length, 24);
  for (const file of files) assert.ok(exists(file), file);
});

Deno.test("each command has --help; what is misspelt is told with what was meant", async () => {
  const commands = ["run", "process", "simulate", "demo", "inspect", "doctor", "init"];
  const helped = await Promise.all(commands.map((command) => pewatch([command, "--help"])));
  helped.forEach(({ code, out }, index) => {
    assert.equal(code, 0, commands[index]);
    assert.ok(out.includes(`pewatch ${commands[index]}`), out);
  });
  const misspelt = await pewatch(["proces"]);
  assert.equal(misspelt.code, 2);
  assert.match(misspelt.err, /Did you mean process\?/);
  const version = await pewatch(["--version"]);
  assert.match(version.out, /^pewatch \d+\.\d+\.\d+ .*\nDeno .*\nlibtiff \d.*\nHDF5 \d/);
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
