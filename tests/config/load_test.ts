/** Where a configuration is found, what it gives, and what is said of each fault. */
import assert from "node:assert/strict";
import { dirname, join, resolve } from "node:path";
import { ConfigurationError, type ConfigurationProblem } from "../../src/config/error.ts";
import { CONFIGURATION_NAME, DATA_FOLDER, loadSettings, parseSettings } from "../../src/config/load.ts";
import { keysOfTables } from "../../src/config/schema.ts";
import { defaultSettings } from "../../src/config/settings.ts";
import { TempFolder } from "../temp_folder.ts";

const DOCUMENTED = join(import.meta.dirname!, "..", "..", "config", "pewatch.toml");
const LINUX = { cwd: "/work", executableFolder: null, windows: false };
const WINDOWS = { cwd: "C:\\work", executableFolder: null, windows: true };

function problemsOf(text: string, here = LINUX): readonly ConfigurationProblem[] {
  try {
    parseSettings(text, here.windows ? "C:\\etc\\pewatch.toml" : "/etc/pewatch.toml", here);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, String(error));
    return error.problems;
  }
  return [];
}

function soleProblem(text: string, here = LINUX): ConfigurationProblem {
  const problems = problemsOf(text, here);
  assert.equal(problems.length, 1, JSON.stringify(problems));
  return problems[0]!;
}

Deno.test("the documented configuration says exactly what the defaults are", () => {
  const loaded = loadSettings({ config: DOCUMENTED });
  assert.deepEqual(loaded.settings, defaultSettings(join(dirname(resolve(DOCUMENTED)), DATA_FOLDER)));
  assert.equal(loaded.file, resolve(DOCUMENTED));
});

Deno.test("[detector] time_zone is an IANA name; Windows' names and offsets are refused with what to write", () => {
  const { detector } = parseSettings('[detector]\ntime_zone = "Asia/Kathmandu"\n', "/etc/pewatch.toml", LINUX);
  assert.equal(detector.time_zone, "Asia/Kathmandu");
  const said = (zone: string) => soleProblem(`[detector]\ntime_zone = ${zone}\n`);
  assert.match(said('"Europe/Berln"').message, /"Europe\/Berln" cannot be used: .*did you mean "Europe\/Berlin"\?/);
  for (const zone of ['"W. Europe Standard Time"', '"+01:00"', '""', "1", "true"]) {
    const { line, key, message } = said(zone);
    assert.deepEqual([line, key], [2, "detector.time_zone"], zone);
    assert.match(message, /the IANA name of a time zone is needed, such as "Europe\/Berlin"|did you mean/, zone);
  }
});

Deno.test("[user] and [beamline] are refused where they cannot be right, with the reason", () => {
  const { user, beamline } = parseSettings(
    '[beamline]\npolarization = 1\nproposal = "A"\nexperiment_identifier = "A"\n' +
      '[user]\nemail = "name@example.org"\norcid = "https://orcid.org/0000-0002-1694-233X"\n',
    "/etc/pewatch.toml",
    LINUX,
  );
  assert.deepEqual(user, { email: "name@example.org", orcid: "https://orcid.org/0000-0002-1694-233X" });
  assert.equal(beamline.polarization, 1);
  const said = (table: string, line: string) => soleProblem(`[${table}]\n${line}\n`).message;
  assert.match(said("user", 'orcid = "0000-0002-1825-0098"'), /its last digit does not fit the others/);
  assert.match(said("user", 'orcid = "1825"'), /an ORCID iD is needed, such as/);
  assert.match(said("user", 'email = "nobody"'), /an e-mail address is needed/);
  assert.match(said("user", 'name = ""'), /remove the key/);
  assert.match(said("beamline", "polarization = 95"), /a number from 0 to 1 is needed/);
  assert.match(said("beamline", "polarization_angle_deg = 90"), /polarization is needed too/);
  assert.match(said("beamline", 'proposal = "A"\nexperiment_identifier = "B"'), /remove one of the two/);
});

// Fails without reportFutile() in check.ts.
Deno.test("what the other keys make impossible is refused with its line and what to set", () => {
  for (
    const [text, key, line, what] of [
      ['[nexus]\nimage = "external"\nseries = true', "nexus.series", 3, /image = "external" leaves them out/],
      ['[nexus]\nseries = true\nimage = "none"', "nexus.series", 2, /set image = "embed"/],
      ['[nexus]\ncompression = "gzip"\nimage = "external"', "nexus.compression", 2, /TIFF, which is not compressed/],
      ['[nexus]\nimage = "none"\ncompression = "gzip"', "nexus.compression", 3, /leaves them out; set image = "embed"/],
      ['[nexus]\nimage = "none"\nprofile = "nxmx"', "nexus.profile", 3, /NXmx needs the image/],
      ["[tiff]\ntags = false\nimage_description = true", "tiff.image_description", 3, /tags = false writes no tags/],
      ['[dark]\nreference = true\n[nexus]\nimage = "none"', "dark.reference", 2, /leaves images out/],
    ] as const
  ) {
    const problem = soleProblem(text);
    assert.deepEqual([problem.key, problem.line], [key, line]);
    assert.match(problem.message, what);
  }
  assert.deepEqual(problemsOf('[nexus]\nimage = "external"\nprofile = "nxmx"'), []);
  assert.deepEqual(problemsOf('[nexus]\ncompression = "gzip"\nseries = true'), []);
});

Deno.test("paths of Windows: drives, shares, both slashes, a relative one, and a long one", () => {
  const long = "x".repeat(200);
  const { folders, daemon, log, plugins } = parseSettings(
    [
      "[folders]",
      "raw = 'R:/xrd\\raw/'",
      "temp = '\\\\ramdisk\\share\\temp'",
      "proc = '//ramdisk/share/proc'",
      `output_root = 'D:\\${long}\\${long}'`,
      "output_dir = 'a/b\\c'",
      "[daemon]",
      "state_dir = '..\\state'",
      "[log]",
      "file = 'logs/pewatch.log'",
      "[plugins]",
      "dir = '\\\\server\\share'",
    ].join("\n"),
    "C:\\etc\\pewatch.toml",
    WINDOWS,
  );
  assert.equal(folders.raw, "R:\\xrd\\raw");
  assert.equal(folders.temp, "\\\\ramdisk\\share\\temp");
  assert.equal(folders.proc, "\\\\ramdisk\\share\\proc");
  assert.equal(folders.output_root, `D:\\${long}\\${long}`);
  assert.equal(folders.output_dir, "a\\b\\c");
  assert.equal(daemon.state_dir, "C:\\state");
  assert.equal(log.file, "C:\\etc\\logs\\pewatch.log");
  assert.equal(plugins.dir, "\\\\server\\share\\");
});

Deno.test("folders that Windows cannot have are refused by name, on Windows", () => {
  for (
    const [path, reason] of [
      ["R:\\con\\raw", /"con" is the name of a device/],
      ["R:/raw/Aux.frames", /"Aux" is the name of a device/],
      ["\\\\server\\share\\raw.", /"raw\." ends with a dot/],
      ["R:\\raw \\x", /"raw " ends with a dot or a space/],
      ["R:\\raw?", /character that Windows does not allow/],
      ["\\\\?\\R:\\raw", /as Windows shows it/],
      ["\\\\.\\R:\\raw", /as Windows shows it/],
    ] as const
  ) {
    const { key, message } = soleProblem(`[folders]\nraw = '${path}'`, WINDOWS);
    assert.equal(key, "folders.raw");
    assert.match(message, reason);
  }
  assert.deepEqual(problemsOf("[folders]\nraw = '/data/con/raw.'", LINUX), []);
});

Deno.test("the documented configuration names every key under its table, each with its comment", () => {
  const lines = Deno.readTextFileSync(DOCUMENTED).split(/\r?\n/);
  const named = new Map<string, string[]>();
  let table = "";
  for (const line of lines) {
    table = /^(?:# )?\[\[?([a-z.]+)\]/.exec(line)?.[1] ?? table;
    const key = /^(?:# )?([a-z_]+) = /.exec(line)?.[1];
    if (key) named.set(table, [...named.get(table) ?? [], key]);
  }
  for (const [name, keys] of keysOfTables()) {
    // An array of tables stands behind the keys of its table, as [[nexus.map]].
    const inTable = keys.filter((key) => !named.has(`${name}.${key}`));
    assert.deepEqual(named.get(name), inTable, `[${name}]`);
  }
});

Deno.test("every example that the documented configuration holds is one that can be used", () => {
  const text = Deno.readTextFileSync(DOCUMENTED).replace(/^# ([a-z_]+ = |\[plugins\.|\[\[nexus\.)/gm, "$1");
  // A PONI file stands in place of seven keys.
  const settings = parseSettings(text.replace(/^poni = .*$/m, ""), "/etc/pewatch.toml", LINUX);
  assert.equal(settings.detector.distance_mm, 400);
  const geometry = /^(x_pixel|y_pixel|distance|beam_center|tilt)[a-z_]* = .*$/gm;
  assert.equal(
    parseSettings(text.replace(geometry, ""), "/etc/pewatch.toml", LINUX).detector.poni,
    "/etc/ceo2.poni",
  );
  assert.deepEqual(settings.nexus.map.map(({ key, pattern }) => [key, pattern]), [
    ["metadata/userComment4", "T *= *([0-9.]+)"],
  ]);
  assert.deepEqual(Object.keys(settings.plugins.tables), [
    "memcached",
    "roi",
    "integrate",
    "csv",
    "notify",
    "nats",
    "kafka",
    "wrdn",
    "tango",
    "epics",
  ]);
  // Its files are relative to the configuration, words in their place are not.
  const { mask, dark, flat } = settings.plugins.tables["integrate"]!;
  assert.deepEqual([mask, dark, flat], ["/etc/mask.msk", "none", "/etc/flat.tif"]);
});

Deno.test("without any configuration the defaults lie in pewatch-data of the working folder", () => {
  using temporary = new TempFolder();
  const folder = temporary.path;
  const loaded = loadSettings({ cwd: folder, executableFolder: null });
  assert.equal(loaded.file, null);
  assert.deepEqual(loaded.settings, defaultSettings(join(folder, "pewatch-data")));
  assert.deepEqual(loaded.lookedFor, [join(folder, "pewatch.toml")]);
});

Deno.test("the file beside the executable goes before the one in the working folder, and --config before both", () => {
  using temporary = new TempFolder();
  const folder = temporary.path;
  const program = join(folder, "program");
  Deno.mkdirSync(program);
  Deno.writeTextFileSync(join(folder, CONFIGURATION_NAME), "[daemon]\nmax_proc = 1\n");
  Deno.writeTextFileSync(join(program, CONFIGURATION_NAME), "[daemon]\nmax_proc = 2\n");
  Deno.writeTextFileSync(join(folder, "own.toml"), "[daemon]\nmax_proc = 3\n");
  function maxProc(options: { executableFolder: string | null; config?: string }): number {
    return loadSettings({ cwd: folder, ...options }).settings.daemon.max_proc;
  }
  assert.equal(maxProc({ executableFolder: null }), 1);
  assert.equal(maxProc({ executableFolder: program }), 2);
  assert.equal(maxProc({ executableFolder: program, config: "own.toml" }), 3);
});

Deno.test("a compiled program keeps state, plugins and log beside itself", () => {
  const settings = parseSettings("", "/etc/pewatch.toml", { ...LINUX, executableFolder: "/opt/pewatch" });
  assert.equal(settings.daemon.state_dir, "/opt/pewatch/state");
  assert.equal(settings.plugins.dir, "/opt/pewatch/plugins");
  assert.equal(settings.log.file, "/opt/pewatch/logs/pewatch.log");
  assert.equal(settings.folders.raw, "/etc/pewatch-data/raw");
});

Deno.test("relative paths are relative to the folder of the configuration", () => {
  const settings = parseSettings("[folders]\nraw = '../raw'\n[log]\nfile = ''", "/etc/pewatch/pewatch.toml", LINUX);
  assert.equal(settings.folders.raw, "/etc/raw");
  assert.equal(settings.log.file, "");
});

Deno.test("output_dir takes both slashes on every system", () => {
  assert.equal(parseSettings("folders.output_dir = 'a\\b/./c/'", "/etc/x.toml", LINUX).folders.output_dir, "a/b/c");
});

Deno.test("tables of plugins pass through as they are", () => {
  const text =
    "[plugins]\nfailures_max = 7\n[plugins.notify]\nhosts = ['a', 'b']\ndeep = { x = 1 }\n[plugins.'02 x']\ny = 2";
  const { plugins } = parseSettings(text, "/etc/pewatch.toml", LINUX);
  assert.equal(plugins.failures_max, 7);
  assert.deepEqual(plugins.tables, { notify: { hosts: ["a", "b"], deep: { x: 1 } }, "02 x": { y: 2 } });
});

Deno.test("a memory limit below what a worker itself needs is refused with its range", () => {
  assert.equal(parseSettings("", "/etc/pewatch.toml", LINUX).plugins.memory_limit_mib, 512);
  assert.throws(
    () => parseSettings("plugins.memory_limit_mib = 8", "/etc/pewatch.toml", LINUX),
    /memory_limit_mib.*a whole number from 64 to 65536 is needed/s,
  );
});

Deno.test("all faults of a file are reported at once, each with its line and its key, in the order of the file", () => {
  const text = [
    "[folders]",
    "output_rot = '/data'",
    "[daemon]",
    "max_proc = 12",
    "ticktack = 'one'",
    "[frames]",
    "verify = 'compere'",
    "[nexsus]",
    "image = 'embed'",
  ].join("\r\n");
  const problems = problemsOf(text);
  assert.deepEqual(problems.map(({ line, key }) => [line, key]), [
    [2, "folders.output_rot"],
    [4, "daemon.max_proc"],
    [5, "daemon.ticktack"],
    [7, "frames.verify"],
    [8, "nexsus"],
  ]);
  assert.equal(problems[0]!.message, "unknown key; did you mean output_root?");
  assert.match(problems[1]!.message, /^12 cannot be used: a whole number from 1 to 9 is needed/);
  assert.match(problems[3]!.message, /^"compere" cannot be used: one of "compare", "size" is needed/);
  assert.equal(problems[4]!.message, "unknown table; did you mean [nexus]?");
});

Deno.test("the message of an error has file, line and key in the form that editors jump to", () => {
  assert.throws(() => parseSettings("\n[daemon]\nmax_prok = 3\n", "/etc/pewatch.toml", LINUX), {
    name: "ConfigurationError",
    message: "Cannot use the configuration /etc/pewatch.toml:\n" +
      "  /etc/pewatch.toml:3: daemon.max_prok: unknown key; did you mean max_proc?",
  });
});

/** The key that the last line of a text sets. */
function lastKeyOf(text: string): string {
  return text.split("\n").at(-1)!.split(" = ")[0]!;
}

for (
  const [what, text, message, key = lastKeyOf(text)] of [
    ["0 frames at once", "daemon.max_proc = 0", /1 to 9/],
    ["half a frame at once", "daemon.max_proc = 2.5", /whole number/],
    ["a multiplier below 1", "daemon.multiplier = 0", /1 to 1000.*tick takes ticktack \/ multiplier/],
    ["a tick of no length", "daemon.ticktack = 0", /0.01 to 3600/],
    ["a tick of endless length", "daemon.ticktack = inf", /0.01 to 3600/],
    ["a settling time in milliseconds", "frames.settle_s = 200", /0 to 60/],
    ["a negative wait", "frames.sidecar_wait_s = -1", /0 to 86400/],
    ["a date for a number", "frames.settle_s = 2026-01-01", /^a date cannot be used/],
    ["a quoted boolean", "frames.fsync = 'true'", /without quotes/],
    ["a key of another table", "daemon.settle_s = 1", /belongs under \[frames\]/],
    ["a key in no table", "max_proc = 3", /belongs under \[daemon\]/],
    ["a table that is a number", "frames = 3", /a table is needed: \[frames\]/],
    ["a plugin's setting without its table", "plugins.notify = 3", /unknown key/],
    ["an empty path", "folders.raw = ''", /the path of a folder is needed/],
    ["an empty fact", "beamline.name = ''", /remove the key/],
    ["a negative energy", "beamline.energy_kev = -1", /above 0.*keV/],
    ["an energy in eV", "beamline.energy_kev = 42700", /1 to 1000.*in keV; it looks like eV/],
    ["a wavelength in metres", "beamline.wavelength_angstrom = 3e-11", /like nanom/],
    ["a distance in metres", "detector.distance_mm = 0.4", /millimetres; it looks like metres/],
    ["a distance of 0", "detector.distance_mm = 0", /above 0/],
    ["no number for a distance", "detector.distance_mm = nan", /a number is needed/],
    ["a pixel size in mm", "detector.x_pixel_size_um = 0.2", /it looks like millimetres/],
    ["a tilt along the beam", "detector.tilt_deg = 90", /-89 to 89/],
    ["half a tilt", "detector.tilt_deg = 1", /tilt_plane_rotation_deg is needed too/],
    ["the other half of a tilt", "detector.tilt_plane_rotation_deg = 1", /tilt_deg is needed too/],
    [
      "a geometry beside a PONI file",
      "detector.poni = 'a.poni'\ndetector.distance_mm = 400",
      /poni already holds the whole geometry/,
    ],
    [
      "an unknown kind of geometry file",
      "geometry.files = ['cbf']",
      /a list of "poni" and "imctrl"/,
      "geometry.files.0",
    ],
    ["one kind twice", "geometry.files = ['poni', 'poni']", /once only/],
    ["a kind without its list", "geometry.files = 'poni'", /a list of/],
    ["a key without its unit", "detector.distance = 400", /did you mean distance_mm\?/],
    ["an output outside the root", "folders.output_dir = '../x'", /leads out/],
    ["a path of Windows elsewhere", "folders.raw = 'R:\\raw'", /a Windows path, but pewatch runs on /],
    ["escapes in a path", 'folders.raw = "R:\\raw"', /single quotes/],
    ["the quarantine", "dark.archive_dir = 'Pewatch-Quarantine'", /uses itself/],
    ["a folder in the quarantine", "folders.output_dir = 'pewatch-quarantine./a'", /dot|itself/],
    ["an output in a quarantine", "folders.output_root = '/d/pewatch-quarantine/s'", /uses itself/],
    ["pewatch's own name", "folders.output_dir = 'a/.pewatch-copies'", /uses itself/],
    ["the name of a device", "dark.archive_dir = 'a/nul.d'", /device on Windows/],
    [
      "a wavelength that does not fit the energy",
      "beamline.energy_kev = 42.7\nbeamline.wavelength_angstrom = 0.5",
      /0\.290361 angstrom/,
    ],
  ] as const
) {
  Deno.test(`${what} is refused, with what would be right`, () => {
    const problem = soleProblem(text);
    assert.equal(problem.key, key);
    assert.equal(problem.line, text.split("\n").length);
    assert.match(problem.message, message);
  });
}

for (
  const [what, text, key, message] of [
    ["raw and temp the same", "raw = '/r'\ntemp = '/r'", "folders.temp", /the folder that folders\.raw names too/],
    ["raw and temp the same, another way", "raw = '/r/'\ntemp = '/x/../r'", "folders.temp", /names too/],
    ["temp inside raw", "raw = '/r'\ntemp = '/r/t'", "folders.temp", /lies inside folders\.raw/],
    ["proc inside temp", "temp = '/t'\nproc = '/t/p'", "folders.proc", /lies inside folders\.temp/],
    ["the output inside raw", "raw = '/r'\noutput_root = '/r/out'", "folders.output_root", /lies inside folders\.raw/],
    [
      "raw inside the output",
      "raw = '/o/x/raw'\noutput_root = '/o'\noutput_dir = 'x'",
      "folders.output_dir",
      /inside it/,
    ],
    ["the state inside proc", "proc = '/p'\n[daemon]\nstate_dir = '/p/s'", "daemon.state_dir", /inside folders\.proc/],
    [
      "darks in the output of frames",
      "output_dir = 'a'\n[dark]\npolicy = 'archive'\narchive_dir = 'a/'",
      "dark.archive_dir",
      /set another one for darks/,
    ],
  ] as const
) {
  Deno.test(`folders that meet are refused: ${what}`, () => {
    const problem = soleProblem(`[folders]\n${text}`);
    assert.equal(problem.key, key);
    assert.notEqual(problem.line, null);
    assert.match(problem.message, message);
  });
}

Deno.test("an output root around the other folders is allowed where nothing is delivered into them", () => {
  assert.deepEqual(problemsOf("[folders]\nraw = '/d/raw'\noutput_root = '/d'\noutput_dir = 'out'"), []);
  assert.deepEqual(problemsOf("[folders]\nraw = '/d/raw'\ntemp = '/d/raw2'"), []);
});

Deno.test("folders are compared without regard to case and slash on Windows, with regard elsewhere", () => {
  assert.match(soleProblem("[folders]\nraw = 'R:\\raw'\ntemp = 'r:/RAW/'", WINDOWS).message, /names too/);
  assert.match(soleProblem("[folders]\nraw = 'R:\\'\ntemp = 'r:\\temp'", WINDOWS).message, /lies inside/);
  assert.deepEqual(problemsOf("[folders]\nraw = '/r'\ntemp = '/R'"), []);
});

Deno.test("a drive without a slash is refused on Windows", () => {
  assert.match(soleProblem("[folders]\nraw = 'R:raw'", WINDOWS).message, /slash is needed after the drive/);
});

Deno.test("text that is not TOML is reported with line and column, and with the usual slip on Windows", () => {
  const open = soleProblem("[daemon]\nmax_proc = \n");
  assert.equal(open.line, 2);
  assert.ok(open.column! > 1);
  assert.match(open.message, /^this is not valid TOML: |^cannot read this value; /);
  const escape = soleProblem('\n[folders]\nraw = "D:\\data"');
  assert.equal(escape.line, 3);
  assert.match(escape.message, /single quotes: 'D:\\data'/);
  assert.equal(soleProblem("[daemon]\nmax_proc = 1\nmax_proc = 2").line, 3);
  assert.equal(soleProblem("[daemon]\n[daemon]\n").line, 2);
  assert.equal(soleProblem("[plugins.__proto__]\nx = 1").line, 1);
});

Deno.test("what editors on Windows write is read: a byte order mark and CRLF; UTF-16 and Latin-1 are reported", () => {
  using temporary = new TempFolder();
  const folder = temporary.path;
  const file = join(folder, "x.toml");
  Deno.writeTextFileSync(file, "\ufeff[daemon]\r\nmax_proc = 4\r\n");
  assert.equal(loadSettings({ config: file }).settings.daemon.max_proc, 4);
  Deno.writeFileSync(file, new Uint8Array([0xff, 0xfe, 0x5b, 0x00]));
  assert.throws(() => loadSettings({ config: file }), /x\.toml:1: the file is UTF-16/);
  Deno.writeFileSync(file, new Uint8Array([...new TextEncoder().encode("[sample]\nname = '"), 0xfc, 0x27, 0x0a]));
  assert.throws(() => loadSettings({ config: file }), /x\.toml:2: a character is not UTF-8/);
});

Deno.test("a file that --config names and that is not there is an error that says how to get one", () => {
  using temporary = new TempFolder();
  const folder = temporary.path;
  assert.throws(
    () => loadSettings({ config: "none.toml", cwd: folder }),
    (error: Error) =>
      error instanceof ConfigurationError && /none\.toml: the file does not exist; pewatch init/.test(error.message),
  );
});

Deno.test("the table of Tango: its names are checked, and a slip is answered with the key that was meant", () => {
  const settings = parseSettings(
    "[tango]\nenabled = true\ndatabase = 'db:10000'\nendpoint = '0.0.0.0:45000'",
    "/etc/pewatch.toml",
    LINUX,
  );
  assert.deepEqual(settings.tango, {
    enabled: true,
    server: "PEWatchDaemon",
    instance: "1",
    device: "pewatch/daemon/1",
    database: "db:10000",
    endpoint: "0.0.0.0:45000",
  });
  assert.match(soleProblem("[tango]\nendpiont = '127.0.0.1:0'").message, /did you mean endpoint\?/);
  const { line, key, message } = soleProblem("[tango]\n\ndevice = 'daemon'");
  assert.deepEqual([line, key], [3, "tango.device"]);
  assert.match(message, /^"daemon" cannot be used: three names with slashes between are needed/);
  assert.match(soleProblem("[tango]\ndatabase = 'db'").message, /host and port are needed/);
});
