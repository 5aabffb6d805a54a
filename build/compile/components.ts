/**
 * components.ts CHECKOUT STAGE BASE [NATIVE…]: writes STAGE/licenses, which the executable embeds: components.json with all
 * that is in the program beside pewatch's own sources, and the text of each licence.
 *
 * BASE says in words what the executable's base is, "official: …" where it is Deno's own. NATIVE are names of
 * build/native/*.sh. NPM packages come on standard input, a line of "NAME VERSION" each.
 */
import { Buffer } from "node:buffer";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { Embedded as EmbeddedByProgram, EmbeddedComponent } from "../../src/cli/embedded.ts";

export interface Component extends EmbeddedComponent {
  readonly kind: "npm" | "native" | "runtime";
  /** https://github.com/package-url/purl-spec */
  readonly purl: string;
  /** Of the archive that it was taken from. */
  readonly hash: { readonly algorithm: "SHA-256" | "SHA-512"; readonly hex: string } | null;
}

/** With what the bill of materials says besides. */
export interface Embedded extends EmbeddedByProgram {
  readonly components: readonly Component[];
}

const OFFICIAL = "official: ";

/** Of the native libraries: no package says them in a form that a program reads. */
const NATIVE_LICENSES: Readonly<Record<string, string>> = {
  tiff: "libtiff",
  hdf5: "BSD-3-Clause",
  zlib: "Zlib",
  cpptango: "LGPL-3.0-or-later",
  omniorb: "LGPL-2.1-or-later",
  zeromq: "LGPL-3.0-or-later",
  cppzmq: "MIT",
};

/** What every library that mingw-w64 built has in it. */
const COMPILER_RUNTIME = [
  { name: "gcc-runtime", license: "GPL-3.0-or-later WITH GCC-exception-3.1" },
  { name: "mingw-w64", license: "ZPL-2.1" },
] as const;

interface Lock {
  readonly npm: Readonly<Record<string, { readonly integrity?: string }>>;
}

/** An npm package, from its entry in deno.lock and its folder in the cache. */
function npmComponent(
  { name, version, folder, lock }: { name: string; version: string; folder: string; lock: Lock },
  licenses: string,
): Component {
  const manifest = JSON.parse(Deno.readTextFileSync(join(folder, "package.json")));
  const file = [...Deno.readDirSync(folder)].map((entry) => entry.name).find((one) => /^licen[sc]e/i.test(one));
  const text = file === undefined ? null : `npm-${name.replaceAll("/", "-")}.txt`;
  if (file !== undefined) Deno.copyFileSync(join(folder, file), join(licenses, text!));
  const integrity = Object.entries(lock.npm).find(([id]) => id.split("_")[0] === `${name}@${version}`)?.[1].integrity;
  return {
    name,
    version,
    kind: "npm",
    license: String(manifest.license ?? "unknown"),
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
    hash: integrity?.startsWith("sha512-")
      ? { algorithm: "SHA-512", hex: Buffer.from(integrity.slice(7), "base64").toString("hex") }
      : null,
    text,
  };
}

/**
 * A native library, from the sums in its build file: `SHA256 NAME_VERSION.orig.tar.xz`.
 * @throws where the file has no such line
 */
export function nativeComponent(name: string, recipe: string): Omit<Component, "text"> {
  const found = /^(?:sums=")?([0-9a-f]{64}) ([^_\s]+)_(\S+?)\.orig\.tar/m.exec(recipe);
  if (found === null) throw new Error(`Cannot read build/native/${name}.sh: it names no archive of its sources`);
  const [, sum, archive, version] = found;
  const license = NATIVE_LICENSES[name];
  if (license === undefined) throw new Error(`Cannot list ${name}: NATIVE_LICENSES in components.ts lacks it`);
  return {
    name,
    version: version!,
    kind: "native",
    license,
    purl: `pkg:deb/debian/${archive}@${encodeURIComponent(version!)}?arch=source`,
    hash: { algorithm: "SHA-256", hex: sum! },
  };
}

/** All libraries that these consist of, by the `needs` of their build files. */
export function withNeeds(names: readonly string[], recipeOf: (name: string) => string): string[] {
  const all = new Set<string>();
  const add = (name: string) => {
    if (all.has(name)) return;
    all.add(name);
    (/^needs="([^"]*)"/m.exec(recipeOf(name))?.[1] ?? "").split(/\s+/).filter(Boolean).forEach(add);
  };
  names.forEach(add);
  return [...all].filter((name) => /^sums=/m.test(recipeOf(name)));
}

if (import.meta.main) {
  const [checkout, stage, base, ...native] = Deno.args as [string, string, string, ...string[]];
  const licenses = join(stage, "licenses");
  Deno.mkdirSync(licenses, { recursive: true });
  for (const entry of Deno.readDirSync(join(import.meta.dirname!, "licenses"))) {
    Deno.copyFileSync(join(import.meta.dirname!, "licenses", entry.name), join(licenses, entry.name));
  }
  const lock: Lock = JSON.parse(Deno.readTextFileSync(join(checkout, "deno.lock")));
  const packages = (await new Response(Deno.stdin.readable).text()).split("\n").filter(Boolean);
  const npm = join(Deno.env.get("DENO_DIR")!, "npm");
  const components: Component[] = packages.map((line) => {
    const [name, version] = line.split(" ") as [string, string];
    const registry = [...Deno.readDirSync(npm)].find((one) => existsSync(join(npm, one.name, name, version)));
    if (registry === undefined) throw new Error(`Cannot find ${name} ${version} in ${npm}`);
    return npmComponent({ name, version, folder: join(npm, registry.name, name, version), lock }, licenses);
  });
  const recipeOf = (name: string) => Deno.readTextFileSync(join(checkout, "build", "native", `${name}.sh`));
  // Texts of native libraries were put into the folder by whoever built them.
  const textOf = (name: string) => existsSync(join(licenses, `${name}.txt`)) ? `${name}.txt` : null;
  for (const name of withNeeds(native, recipeOf)) {
    components.push({ ...nativeComponent(name, recipeOf(name)), text: textOf(name) });
  }
  for (const { name, license } of native.length > 0 ? COMPILER_RUNTIME : []) {
    const purl = `pkg:generic/${name}`;
    components.push({ name, version: "", kind: "native", license, purl, hash: null, text: textOf(name) });
  }
  const official = base.startsWith(OFFICIAL);
  const words = official ? base.slice(OFFICIAL.length) : base;
  const denoVersion = /Deno (\d+\.\d+\.\d+)/.exec(base)?.[1] ?? "unknown";
  components.push({
    name: "deno",
    version: denoVersion,
    kind: "runtime",
    license: "MIT",
    purl: `pkg:github/denoland/deno@v${denoVersion}`,
    hash: null,
    text: textOf("deno"),
  });
  const embedded: Embedded = { build: official ? "release" : "development", base: words, components };
  Deno.writeTextFileSync(join(licenses, "components.json"), `${JSON.stringify(embedded, null, 2)}\n`);
  for (const { name, version, text } of components) {
    if (text === null) console.error(`${basename(name)} ${version} has no file with its licence`);
  }
}
