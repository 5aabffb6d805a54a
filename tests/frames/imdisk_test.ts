/**
 * RAM disks made by ImDisk answer no question about folders: none is opened, stat-ed or resolved on the way of a frame.
 *
 * Each call of Deno that would ask is made to fail as ImDisk fails it. On Windows that holds for the removal of folders
 * too, for which Deno asks first; on other systems there are no such disks, folders are removed by Deno, and flushed
 * (frames.fsync), for which they are opened.
 */
import assert from "node:assert/strict";
import { makeFolders } from "../../src/daemon/settings/make_folders.ts";
import { replaced } from "../replaced.ts";
import { sidecarText, Way } from "./way.ts";

type Call = (path: string | URL, options?: { recursive?: boolean }) => unknown;

const ASKING = ["statSync", "lstatSync", "openSync", "readFileSync", "realPathSync", "chmodSync", "utimeSync"] as const;
const ASKING_LATER = ["stat", "lstat", "open", "readFile", "realPath", "chmod", "utime"] as const;

class ImDisk implements Disposable {
  readonly refused: string[] = [];
  readonly #calls = new DisposableStack();

  constructor() {
    const isFolder = (path: string | URL) => {
      try {
        for (const _entry of Deno.readDirSync(path)) break;
        return true;
      } catch {
        return false;
      }
    };
    for (const name of [...ASKING, ...ASKING_LATER]) {
      this.#refuse(name, (path) => /^realPath/.test(name) || isFolder(path));
    }
    // With `recursive` Deno asks what stands in the way.
    for (const name of ["mkdirSync", "mkdir"]) {
      this.#refuse(name, (path, options) => !!options?.recursive && isFolder(path));
    }
    const ofFolders = Deno.build.os === "windows";
    for (const name of ["removeSync", "remove"]) {
      this.#refuse(name, (path, options) => !!options?.recursive || (ofFolders && isFolder(path)));
    }
  }

  #refuse(name: string, asks: (path: string | URL, options?: { recursive?: boolean }) => boolean): void {
    this.#calls.use(replaced(Deno as unknown as Record<string, Call>, name, (call) => (path, options) => {
      if (!asks(path, options)) return call(path, options);
      this.refused.push(`${name} ${path}`);
      throw Object.assign(new Error(`Incorrect function. (os error 1): ${name} '${path}'`), { code: "EISDIR" });
    }));
  }

  [Symbol.dispose](): void {
    this.#calls.dispose();
  }
}

Deno.test("the way of a frame asks nothing about folders, whatever happens on it", async () => {
  using way = new Way({
    frames: { settle_s: 0, sidecar_wait_s: 0, fsync: Deno.build.os === "windows" },
    dark: { reference: true, policy: "delete" },
    nexus: { series: true },
  });
  for (const seed of [1, 2]) way.put({ name: `a/b/P-0000${seed}.tif`, seed });
  way.put({ name: "D.tif", sidecar: sidecarText({ dark: true }) });
  way.put({ name: "bad.tif", image: new Uint8Array(10) });
  using disk = new ImDisk();
  makeFolders(way.settings);
  await way.fire(2);
  way.restart();
  // The name is taken, and on Windows that of a NeXus file by a folder.
  disk[Symbol.dispose]();
  way.put({ name: "a/b/P-00001.tif", seed: 3 });
  way.put({ name: "Q.tif" });
  if (Deno.build.os === "windows") Deno.mkdirSync(`${way.output}/Q.nxs`);
  using again = new ImDisk();
  await way.fire(3);
  const delivered = way.delivered();
  again[Symbol.dispose]();
  assert.deepEqual([...disk.refused, ...again.refused].filter((call) => !/Q\.nxs$/.test(call)), []);
  assert.equal(delivered.filter((name) => /^a\/b\/P-.*\.tif$/.test(name)).length, 3, way.heard.lines.join("\n"));
  assert.ok(delivered.includes(Deno.build.os === "windows" ? "Q-00001.tif" : "Q.tif"), delivered.join("\n"));
  assert.deepEqual(way.inProgress(), []);
});

Deno.test("folders are made in one that is there, without asking about it", () => {
  using way = new Way();
  const { folders } = way.settings;
  const settings = { ...way.settings, folders: { ...folders, raw: `${folders.raw}/c/d`, output_dir: "e/f" } };
  using disk = new ImDisk();
  makeFolders(settings);
  makeFolders(settings);
  assert.deepEqual(disk.refused, []);
  assert.deepEqual([...Deno.readDirSync(`${folders.raw}/c`)].map(({ name }) => name), ["d"]);
});
