/** Plugins do not lie where frames lie: whoever writes there would have code run. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { folderClashes } from "../../src/config/folder_rules.ts";
import { outputFolder, type Settings } from "../../src/config/settings.ts";
import { runOnePass } from "../../src/daemon/one_pass.ts";
import { FolderError } from "../../src/daemon/settings/make_folders.ts";
import { misplacedPlugins } from "../../src/daemon/settings/plugins_apart.ts";
import { memoryLog, settingsIn, source, tempFolder } from "./helpers.ts";
import { Place } from "./place.ts";

const WINDOWS = Deno.build.os === "windows";

function withPlugins(settings: Settings, dir: string): Settings {
  return { ...settings, plugins: { ...settings.plugins, dir } };
}

Deno.test("by their paths, plugins lie outside raw, temp, proc and the output", () => {
  using folder = tempFolder();
  const settings = settingsIn(folder.path);
  const { raw, temp, proc } = settings.folders;
  const clashesOf = (dir: string) =>
    folderClashes(withPlugins(settings, dir), { windows: WINDOWS }).map(({ key }) => key);
  assert.deepEqual(clashesOf(settings.plugins.dir), []);
  for (const path of [raw, temp, proc, outputFolder(settings)]) {
    assert.deepEqual(clashesOf(path), ["plugins.dir"]);
    assert.deepEqual(clashesOf(join(path, "a", "plugins")), ["plugins.dir"]);
  }
});

Deno.test({
  name: "by what is on the disk too: a link into one of them is found, at the start, in a pass, and at a change",
  ignore: WINDOWS, // links need a right there
  async fn() {
    await using place = new Place([source("counts", { essential: true })]);
    const settings = settingsIn(place.path);
    const { raw, temp, proc } = settings.folders;
    const paths = { raw, temp, proc, output_root: outputFolder(settings) };
    const link = place.join("link");
    for (const [key, path] of Object.entries(paths)) {
      Deno.mkdirSync(join(path, "sub"), { recursive: true });
      Deno.symlinkSync(join(path, "sub"), link);
      const misplaced = withPlugins(settings, join(link, "not there yet"));
      for (const byProbe of [false, true]) {
        assert.match(await misplacedPlugins(misplaced, { byProbe }) ?? "", new RegExp(`lies in folders\\.${key}`));
      }
      const daemon = place.daemon(misplaced);
      const isRefusal = (error: unknown) => error instanceof FolderError && error.key === "plugins.dir";
      await assert.rejects(daemon.start(), isRefusal);
      await daemon.close();
      const pass = { log: memoryLog(), stages: [], transpiledRoot: place.join("transpiled") };
      await assert.rejects(runOnePass(misplaced, pass), isRefusal);
      Deno.removeSync(link);
    }
    for (const byProbe of [false, true]) assert.equal(await misplacedPlugins(settings, { byProbe }), null);

    place.make("elsewhere", "plugins");
    Deno.symlinkSync(place.join("elsewhere"), link);
    const daemon = await place.started(withPlugins(settings, join(link, "plugins")));
    const value = place.join("elsewhere");
    await assert.rejects(daemon.change({ key: "raw", value }), /plugins\.dir: .* lies in folders\.raw/);
    // A client's folder is never reached by a link, wherever that leads.
    const other = place.join("other");
    Deno.symlinkSync(value, other);
    await assert.rejects(daemon.change({ key: "raw", value: other }), /it is a link/);
    assert.equal(daemon.settings.folders.raw, raw);
  },
});
