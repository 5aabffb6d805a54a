/** The Windows executable reads Tango attributes: its client is the same executable, with cppTango 10 in it. */
import assert from "node:assert/strict";
import { join } from "node:path/posix";
import { TempFolder } from "../temp_folder.ts";
import { freePort } from "../ffi/tango/ports.ts";
import { PYTHONS } from "../ffi/tango/environment.ts";
import { until, ValuesServer } from "../tango/values/servers.ts";
import { DaemonChild, writeConfiguration } from "../faults/daemon_child.ts";
import { runOn, WINDOWS_PROGRAM } from "./programs.ts";

Deno.test("the executable reads attributes of PyTango servers of two versions, and says why one has none", async () => {
  using folder = new TempFolder();
  const config = join(folder.path, "pewatch.toml");
  const servers = await Promise.all(PYTHONS.map(({ python }) => ValuesServer.start({ python })));
  try {
    const names = servers.flatMap((server) =>
      ["Position", "Shutter", "Proposal"].map((name) => server.attribute(name))
    );
    const dead = `tango://127.0.0.1:${freePort()}/a/b/c/d#dbase=no`;
    const tables = [...names, dead].map((name, index) =>
      `[[plugins.tango.attributes]]\nname = "${name}"\nparameter = "p${index}"`
    );
    Deno.writeTextFileSync(config, tables.join("\n"));
    const { code, out, err } = await runOn("windows", ["tango", "values", "--json", "--config", config]);
    assert.equal(code, 1, err);
    const { values } = JSON.parse(out) as {
      values: { value: unknown; unit: string | null; quality: string | null; status: string }[];
    };
    const read = values.map(({ value, unit, quality }) => [value, unit, quality]);
    const expected = [[1.5, "mm", "VALID"], ["OPEN", null, "VALID"], ["I-20260001 Größe", null, "VALID"]];
    assert.deepEqual(read, [...PYTHONS.flatMap(() => expected), [null, null, null]]);
    assert.equal(values.at(-1)?.status, "not running");
  } finally {
    for (const server of servers) await server.stop();
  }
});

/** Clients of the executable on this machine; Wine shows their arguments with blanks between, or with NULs. */
function clients(): number[] {
  return [...Deno.readDirSync("/proc")].filter(({ name }) => /^\d+$/.test(name)).map(({ name }) => Number(name)).filter(
    (pid) => {
      try {
        return /pewatch\.exe"?[\0 ]+tango[\0 ]+client[\0 ]*$/i.test(Deno.readTextFileSync(`/proc/${pid}/cmdline`));
      } catch {
        return false;
      }
    },
  );
}

function threadsOf(pid: number): number {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/task`)].length;
  } catch {
    return 0;
  }
}

Deno.test("the client of the executable ends with its daemon, which is killed", async () => {
  using folder = new TempFolder();
  const name = `tango://127.0.0.1:${freePort()}/a/b/c/d#dbase=no`;
  const configuration = writeConfiguration(
    folder.path,
    `[log]\nfile = ''\n[[plugins.tango.attributes]]\nname = "${name}"`,
  );
  const before = new Set(clients());
  const started = () => clients().filter((pid) => !before.has(pid));
  await using daemon = new DaemonChild(configuration, WINDOWS_PROGRAM);
  // One that Wine is still making has a single thread, and stays where its maker is killed.
  await until(() => started().some((pid) => threadsOf(pid) > 4), () => "no client");
  Deno.kill(daemon.pid, "SIGKILL");
  await until(() => started().length === 0, () => `${started()} run on`);
});
