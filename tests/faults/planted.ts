/**
 * Plants links, pipes, devices, sockets, folders and files of others under every name that the program opens (its own
 * list says which), in every folder, and runs a daemon among them.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { requestFolder } from "../../src/daemon/requests/request_files.ts";
import { loadSettings } from "../../src/config/load.ts";
import { SERVICE_NAMES, type ServiceFolder } from "../../src/files/service_names.ts";
import { TempFolder } from "../temp_folder.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { SOURCES, writeConfiguration } from "./daemon_child.ts";
import { Random } from "./random.ts";

export interface PlantedRun {
  readonly seed: number;
  /** The account that the daemon runs as; root can make devices and may read everything. */
  readonly ordinary: boolean;
}

/** Longer than any start or delivery on a busy machine; what takes longer hangs. */
const WAIT_MS = 120_000;
const NOBODY = 65_534;
const IMAGE = { width: 32, height: 16 };
const SIDECAR = "[metadata]\nwidth=32\nheight=16\nexposureTime=0.1\n";
/** Of one name this is planted; a name is left free with the rest of the chance. */
const PLANTED_SHARE = 0.8;

interface Place {
  readonly base: string;
  readonly random: Random;
  readonly isRoot: boolean;
  /** Files that must stay as they are, and a folder. */
  readonly victims: { readonly file: string; readonly tiff: string; readonly folder: string };
}

type Plant = (path: string, place: Place) => void;

const PLANTS: Readonly<Record<string, Plant>> = {
  "a link to a file": (path, { victims }) => Deno.symlinkSync(victims.file, path),
  "a link to an image": (path, { victims }) => Deno.symlinkSync(victims.tiff, path),
  "a link to a folder": (path, { victims }) => Deno.symlinkSync(victims.folder, path),
  "a link that leads nowhere": (path, { victims }) => Deno.symlinkSync(`${victims.folder}/none`, path),
  "a pipe": (path) => execFileSync("mkfifo", [path]),
  "a device": (path, { isRoot }) => execFileSync(isRoot ? "mknod" : "mkfifo", isRoot ? [path, "c", "1", "5"] : [path]),
  "a folder": (path) => Deno.mkdirSync(join(path, "in it"), { recursive: true }),
  "a second name of a file": (path, { victims }) => Deno.linkSync(victims.file, path),
  "a file of others": (path) => Deno.writeTextFileSync(path, "of others"),
};

/** Runs one daemon; gives what is not as it should be, a line each. */
export async function runAmongPlanted(run: PlantedRun): Promise<string[]> {
  using folder = new TempFolder();
  const base = join(folder.path, "own");
  const outside = join(folder.path, "outside");
  const victims = makeVictims(outside);
  Deno.mkdirSync(base);
  const configuration = writeConfiguration(base, more(base));
  const place: Place = { base, random: new Random(run.seed), isRoot: Deno.uid() === 0, victims };
  const planted = plantAll(place, configuration.file);
  if (run.ordinary && place.isRoot) execFileSync("chown", ["-hR", `${NOBODY}:${NOBODY}`, folder.path]);
  if (run.ordinary && place.isRoot) Deno.chmodSync(folder.path, 0o755);
  const before = snapshot(outside);
  const problems = await liveThrough(configuration.file, { base, run });
  const after = snapshot(outside);
  for (const line of before.filter((one) => !after.includes(one))) problems.push(`outside, changed or gone: ${line}`);
  for (const line of after.filter((one) => !before.includes(one))) problems.push(`outside, new: ${line}`);
  if (problems.length > 0) problems.push(`seed ${run.seed}, planted:`, ...planted);
  return problems;
}

function more(base: string): string {
  return [
    "[daemon]",
    "ticktack = 0.3",
    `state_dir = '${join(base, "state")}'`,
    "[frames]",
    "settle_s = 0.1",
    "sidecar_wait_s = 1",
    "[dark]",
    'policy = "delete"',
    "reference = true",
    "[nexus]",
    "series = true",
    "[plugins]",
    `dir = '${join(base, "plugins")}'`,
    "[plugins.csv]",
    "[log]",
    `file = '${join(base, "logs", "pewatch.log")}'`,
  ].join("\n");
}

function makeVictims(outside: string): Place["victims"] {
  const victims = { file: join(outside, "file"), tiff: join(outside, "image.tif"), folder: join(outside, "folder") };
  for (const name of ["", "raw", "temp", "proc", "below"]) {
    Deno.mkdirSync(join(victims.folder, name), { recursive: true });
  }
  Deno.writeTextFileSync(victims.file, "precious");
  Deno.writeFileSync(victims.tiff, makeTiff(IMAGE));
  Deno.writeTextFileSync(join(victims.folder, "below", "kept"), "precious too");
  return victims;
}

/** Every path below a folder with what it is, its time and content. */
function snapshot(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    const info = Deno.lstatSync(path);
    if (isDirectory) return [`${path}/`, ...snapshot(path)];
    const content = info.isFile ? createHash("sha256").update(Deno.readFileSync(path)).digest("hex") : "";
    return [`${path} ${info.mode} ${info.mtime?.toISOString()} ${content}`];
  }).sort();
}

/** Gives a line for each. */
function plantAll(place: Place, configurationFile: string): string[] {
  const { base, random } = place;
  const settings = loadSettings({ config: configurationFile }).settings;
  const at = (...parts: string[]) => join(base, ...parts);
  const claims = ["temp", "proc"].flatMap((kind) => [claimAt(place, at(kind)), claimAt(place, at(kind))]);
  const folders: Readonly<Record<ServiceFolder, readonly string[]>> = {
    raw: [at("raw"), at("raw", "exp1")],
    temp: [at("temp")],
    proc: [at("proc")],
    output: [at("output"), at("output", "exp1")],
    claim: claims,
    state: [at("state")],
    requests: [requestFolder(settings)],
    transpiled: [at("state", "plugins")],
    logs: [at("logs")],
  };
  const lines: string[] = [];
  const plant = (path: string) => {
    if (random.share() >= PLANTED_SHARE) return;
    const kinds = Object.keys(PLANTS);
    const kind = kinds[random.integer(kinds.length)]!;
    try {
      Deno.mkdirSync(dirname(path), { recursive: true });
      Deno.lstatSync(path);
      return; // the folder that other names lie in, or a claim's record
    } catch (error) {
      // What lies above is planted itself, as no folder.
      if (!(error instanceof Deno.errors.NotFound)) return;
    }
    PLANTS[kind]!(path, place);
    lines.push(`${path}: ${kind}`);
  };
  // Folders of the list that other names lie in are planted in some runs, and then hold nothing.
  const inOrder = random.share() < 0.5 ? SERVICE_NAMES : SERVICE_NAMES.toReversed();
  for (const { name, folders: kinds } of inOrder) {
    for (const kind of kinds) for (const folder of folders[kind]) plant(join(folder, withIds(name, random)));
  }
  for (const path of otherNames(base)) plant(path);
  return lines;
}

/** Names that the configuration and the frames give. */
function otherNames(base: string): string[] {
  const names = ["logs/pewatch.log", "logs/pewatch.log.1", "plugins/own.ts", "plugins/own.js", "output/frames.csv"];
  for (const end of ["tif", "tif.metadata", "nxs"]) names.push(`output/F-00001.${end}`, `output/exp1/G-00001.${end}`);
  names.push("output/F_master.h5", "output/exp1", "raw/V.tif", "raw/V.tif.metadata", "raw/exp2");
  return names.map((name) => join(base, name));
}

function withIds(name: string, random: Random): string {
  const hex = (digits: number) => Array.from({ length: digits }, () => random.integer(16).toString(16)).join("");
  const uuid = [8, 4, 4, 4, 12].map(hex).join("-");
  return name.replace("UUID", uuid).replace(/\bID\b/, newId(random));
}

function newId(random: Random): string {
  const digits = (count: number) => Array.from({ length: count }, () => random.integer(10)).join("");
  return `20260101T${digits(9)}-${digits(6)}-deadbeef`;
}

/** A claim of a stranger: right in itself, or one that leads out. */
function claimAt({ random, base, victims }: Place, folder: string): string {
  const id = newId(random);
  const claim = join(folder, id);
  Deno.mkdirSync(claim, { recursive: true });
  const image = makeTiff(IMAGE);
  const isOut = random.share() < 0.5;
  const record = {
    version: 1,
    id,
    raw: isOut ? victims.folder : join(base, "raw"),
    folder: isOut ? "below" : "",
    image: "K.tif",
    members: [{ name: "K.tif", role: "image", size: image.length, modified_ms: 1 }],
    dark: false,
    remove: false,
    destination: { root: isOut ? victims.folder : join(base, "output"), dir: isOut ? "below" : "" },
    quarantine: null,
    notes: [],
    written_ms: 1,
    attempts: 0,
    merge: folder.endsWith("proc") ? { tagged: false, imageSize: image.length, nexus: null, notes: [] } : null,
    deliverAs: null,
  };
  Deno.writeTextFileSync(join(claim, "claim.json"), JSON.stringify(record));
  if (random.share() < 0.7) Deno.writeFileSync(join(claim, "K.tif"), image);
  else Deno.symlinkSync(victims.tiff, join(claim, "K.tif"));
  return claim;
}

async function liveThrough(
  configurationFile: string,
  { base, run }: { base: string; run: PlantedRun },
): Promise<string[]> {
  const asOther = run.ordinary && Deno.uid() === 0;
  const [deno, verb, ...sources] = SOURCES;
  const command = [deno!, verb!, "--cached-only", "--no-check", ...sources, "run", "--config", configurationFile];
  const [program, ...args] = asOther ? await asNobody(command, dirname(base)) : command;
  const child = new Deno.Command(program!, { args, stdin: "null", stdout: "null", stderr: "piped" }).spawn();
  let printed = "";
  const reading = child.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({ write: (text) => void (printed += text) }),
  );
  let ended = false;
  const status = child.status.finally(() => ended = true);
  const problems: string[] = [];
  try {
    if (!await until(() => printed.includes("running; Ctrl-C") || ended) || ended) return [`no start:\n${printed}`];
    for (const number of [1, 2, 3]) putFrame(join(base, "raw", `F-0000${number}`), number, asOther);
    for (const number of [1, 2, 3]) {
      if (!await until(() => ended || isDelivered(join(base, "output"), `F-0000${number}`))) {
        problems.push(`frame ${number} is not delivered:\n${printed}`);
        break;
      }
    }
    if (ended) problems.push(`it ended by itself:\n${printed}`);
  } finally {
    if (!ended) child.kill("SIGINT");
    if (!await until(() => ended)) {
      problems.push(`Ctrl-C does not end it:\n${printed}`);
      child.kill("SIGKILL");
    }
    const { code } = await status;
    await reading;
    if (problems.length === 0 && code !== 0) problems.push(`exit code ${code}:\n${printed}`);
  }
  return problems;
}

/**
 * A command that may read Deno and the sources wherever they lie, and write only what is nobody's. Deno asks access(2)
 * for its packages, which heeds no capability: in a mount namespace of its own they lie in `folder`.
 */
async function asNobody(command: readonly string[], folder: string): Promise<string[]> {
  const cache = Deno.env.get("DENO_DIR");
  if (cache === undefined) throw new Error("DENO_DIR is not set: run this by build/test");
  const seen = join(folder, "deno-dir");
  await Deno.mkdir(seen, { recursive: true });
  const capability = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"];
  const account = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", ...capability, "--"];
  const script = 'mount --bind "$0" "$1" && export DENO_DIR="$1" && shift && exec "$@"';
  return ["unshare", "--mount", "sh", "-c", script, cache, seen, "setpriv", ...account, ...command];
}

function putFrame(path: string, seed: number, asOther: boolean): void {
  const image = makeTiff(IMAGE);
  image[image.length >> 1] = seed;
  Deno.writeFileSync(`${path}.tif`, image);
  Deno.writeTextFileSync(`${path}.tif.metadata`, `${SIDECAR}userComment1=${seed}\n`);
  if (asOther) { for (const end of ["tif", "tif.metadata"]) Deno.chownSync(`${path}.${end}`, NOBODY, NOBODY); }
}

/** Under its own name, or with a counter behind it where that is taken. */
function isDelivered(output: string, stem: string): boolean {
  const own = new RegExp(`^${stem}(-\\d{5})?\\.nxs$`);
  return [...Deno.readDirSync(output)].some(({ name, isFile }) =>
    isFile && own.test(name) && isHdf5(join(output, name))
  );
}

function isHdf5(path: string): boolean {
  return new TextDecoder("latin1").decode(Deno.readFileSync(path).subarray(1, 4)) === "HDF";
}

async function until(condition: () => boolean): Promise<boolean> {
  const end_ms = performance.now() + WAIT_MS;
  while (!condition()) {
    if (performance.now() > end_ms) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}
