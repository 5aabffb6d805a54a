/** What the workers load that live while nothing happens: each module is memory in each of them. */
import assert from "node:assert/strict";

interface Graph {
  readonly roots: readonly string[];
  readonly redirects?: Readonly<Record<string, string>>;
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly code?: { readonly specifier?: string };
      readonly isDynamic?: boolean;
    }[];
  }[];
}

const known = new Map<string, Promise<string[]>>();

/** All that a module loads when it is imported, by paths below the root and names of packages. */
function loadedBy(entry: string): Promise<string[]> {
  const loaded = known.get(entry) ?? ask(entry);
  known.set(entry, loaded);
  return loaded;
}

async function ask(entry: string): Promise<string[]> {
  const root = new URL("../../", import.meta.url);
  const args = ["info", "--json", "--config", new URL("deno.json", root).pathname, new URL(entry, root).pathname];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const { roots, redirects = {}, modules }: Graph = JSON.parse(new TextDecoder().decode(stdout));
  const byName = new Map(modules.map((module) => [module.specifier, module]));
  const loaded = new Set<string>();
  const visit = (name: string) => {
    const specifier = redirects[name] ?? name;
    if (loaded.has(specifier)) return;
    loaded.add(specifier);
    for (const { code, isDynamic } of byName.get(specifier)?.dependencies ?? []) {
      if (isDynamic !== true && code?.specifier !== undefined) visit(code.specifier);
    }
  };
  roots.forEach(visit);
  return [...loaded].map((specifier) => specifier.replace(root.href, ""));
}

const STAGES = ["plugins/01_prepare_raw.ts", "plugins/02_merge_data.ts", "plugins/03_finalize.ts"];
const WORKERS = [
  ...STAGES,
  "src/plugins/worker/worker.ts",
  "src/frames/deliver/delivery_worker.ts",
  "src/http/worker/http_worker.ts",
];

for (const entry of WORKERS) {
  Deno.test(`${entry} loads no package`, async () => {
    const loaded = await loadedBy(entry);
    assert.ok(loaded.includes(entry));
    assert.deepEqual(loaded.filter((name) => name.startsWith("npm:")), []);
  });
}

Deno.test("a stage loads its own work, and neither that of the others nor libraries of the system", async () => {
  const works = [
    "src/frames/prepare/prepare_raw.ts",
    "src/frames/merge/merge_data.ts",
    "src/frames/deliver/finalize.ts",
  ];
  const libraries = ["ffi/hdf5/open.ts", "ffi/hdf5/mod.ts", "ffi/tiff/mod.ts", "src/nexus/write.ts"];
  for (const [index, stage] of STAGES.entries()) {
    const loaded = await loadedBy(stage);
    assert.deepEqual(loaded.filter((name) => works.includes(name)), [works[index]]);
    if (index !== 1) assert.deepEqual(loaded.filter((name) => libraries.includes(name)), []);
  }
});

Deno.test("the daemon's thread loads neither the page nor what reads frames for it", async () => {
  const loaded = await loadedBy("src/cli/run.ts");
  const parts = [
    "src/http/page/app.ts",
    "src/http/images/",
    "src/http/worker/",
    "src/http/page_files_worker.ts",
    "npm:/preact",
  ];
  assert.deepEqual(loaded.filter((name) => parts.some((part) => name.startsWith(part))), []);
});

Deno.test("the executable has what users' stages import, though no shipped one does", () => {
  const { imports, compile } = JSON.parse(Deno.readTextFileSync(new URL("../../deno.json", import.meta.url)));
  assert.ok(compile.include.includes(imports["pewatch/stages"].replace("./", "")));
});
