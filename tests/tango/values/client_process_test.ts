/** The client's process: its supervision, its end with its parent, sanitizers, events, and a database that goes and comes. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { CLIENT_HOSTS } from "../../ffi/tango/environment.ts";
import { DATABASE_PACKAGE, TangoDatabase } from "../../ffi/tango/database.ts";
import { freePort } from "../../ffi/tango/ports.ts";
import { DaemonChild, writeConfiguration } from "../../faults/daemon_child.ts";
import { TempFolder } from "../../temp_folder.ts";
import { putPresentFrame } from "./present_frames.ts";
import { Read } from "./read.ts";
import { CAN_READ, OddPort, until, ValuesServer } from "./servers.ts";

const ROOT = join(import.meta.dirname!, "..", "..", "..");

Deno.test({
  name: "a client that is killed or hangs is started again; values are absent meanwhile, with the reason",
  ignore: !CAN_READ || Deno.build.os === "windows",
  async fn() {
    await using server = await ValuesServer.start();
    await using read = new Read([server.attribute("Position")], { mayEnd: true });
    await read.more();
    const first = read.values.pid!;
    Deno.kill(first, "SIGKILL");
    await until(() => read.ends.length === 1, () => "no end");
    assert.match(read.ends[0]!, /^the Tango client has ended: it ended with SIGKILL$/);
    await read.untilAbsent(/the Tango client has ended/);
    await read.more();
    const second = read.values.pid!;
    assert.notEqual(second, first);
    Deno.kill(second, "SIGSTOP");
    await until(() => read.ends.length === 2, () => "it hangs unnoticed");
    assert.match(read.ends[1]!, /it sent nothing for 5 s/);
    await read.more();
  },
});

/** A client in a worker, as in the plugin's: `worker.ts` of a folder. */
function writeWorker(folder: TempFolder): string {
  const script = folder.join("worker.ts");
  const name = `tango://127.0.0.1:${freePort()}/a/b/c/d#dbase=no`;
  const list = { database: "", period_s: 1, timeout_s: 1, attributes: [{ name, events: false }] };
  Deno.writeTextFileSync(
    script,
    `import { TangoClient } from ${JSON.stringify(join(ROOT, "src/values/tango_client.ts"))};
     const onRecord = () => self.postMessage(client.pid);
     const client = new TangoClient(${JSON.stringify(list)}, { onRecord, onEnd: () => {} });
     client.start();`,
  );
  return script;
}

Deno.test({
  name: "the client ends with the worker of its plugin, which is terminated",
  ignore: !CAN_READ || Deno.build.os !== "linux",
  async fn() {
    using folder = new TempFolder();
    const worker = new Worker(new URL(`file://${writeWorker(folder)}`), { type: "module" });
    const pid = await new Promise<number>((resolve) => worker.onmessage = ({ data }) => resolve(data));
    assert.ok(isRunning(pid), `${pid}`);
    worker.terminate();
    await until(() => !isRunning(pid), () => `${pid} runs on`);
  },
});

function readIfThere(path: string): string | null {
  try {
    return new TextDecoder("latin1").decode(Deno.readFileSync(path));
  } catch {
    return null;
  }
}

/** Of a daemon, by its parent. */
function clientsOf(parent: number): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => {
    if (!Number.isInteger(pid) || !isRunning(pid)) return false;
    try {
      const command = Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0");
      const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
      return command.includes("client") && Number(stat.slice(stat.lastIndexOf(")")).split(" ")[2]) === parent;
    } catch {
      return false;
    }
  });
}

Deno.test({
  name: "the client of a daemon that is killed ends with it; one that is stopped is replaced, and frames go on",
  ignore: !CAN_READ || Deno.build.os !== "linux",
  async fn() {
    await using server = await ValuesServer.start();
    using folder = new TempFolder();
    const configuration = writeConfiguration(
      folder.path,
      `[log]\nfile = ''\n[plugins.tango]\nperiod_s = 0.2\n[[plugins.tango.attributes]]\n` +
        `name = "${server.attribute("Position")}"\nparameter = "sample_x"\n`,
    );
    await using daemon = new DaemonChild(configuration);
    await daemon.holdsFolders();
    const client = async (other: number) => {
      const found = () => clientsOf(daemon.pid).filter((pid) => pid !== other);
      await until(() => found().length === 1, () => `clients: ${clientsOf(daemon.pid)}`);
      return found()[0]!;
    };
    const first = await client(0);
    let number = 0;
    const next = async () => {
      const name = `P-0000${++number}`;
      await putPresentFrame(configuration.folders.raw, `${name}.tif`, { side: 64, seed: number });
      const path = join(configuration.folders.output, `${name}.nxs`);
      await until(() => readIfThere(path) !== null, () => `${path} is not delivered`);
      return readIfThere(path)!;
    };
    const hasValue = (file: string) => file.includes("sample_x") && !file.includes("sample_x has no value");
    await until(async () => hasValue(await next()), () => "no frame has the value");
    Deno.kill(first, "SIGSTOP");
    await next();
    const second = await client(first);
    await until(() => !isRunning(first), () => `${first} runs on`);
    // It sees that its input has ended.
    assert.notEqual((await daemon.end("SIGKILL")).code, 0);
    await until(() => !isRunning(second), () => `${second} runs on`);
  },
});

Deno.test({
  name: "the client ends with its parent, which is killed",
  ignore: !CAN_READ || Deno.build.os !== "linux",
  async fn() {
    using folder = new TempFolder();
    const script = folder.join("parent.ts");
    Deno.writeTextFileSync(
      script,
      `const worker = new Worker(${JSON.stringify(`file://${writeWorker(folder)}`)}, { type: "module" });
       worker.onmessage = ({ data }) => console.log(data);`,
    );
    const parent = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", "--no-check", "--cached-only", "--config", join(ROOT, "deno.json"), script],
      stdout: "piped",
    }).spawn();
    const { value } = await parent.stdout.getReader().read();
    const pid = Number(new TextDecoder().decode(value).split("\n")[0]);
    assert.ok(isRunning(pid), `${pid}`);
    parent.kill("SIGKILL");
    await parent.status;
    await until(() => !isRunning(pid), () => `${pid} runs on`);
  },
});

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

Deno.test({
  name: "a client whose library cannot be opened says which, and is retried",
  ignore: !CAN_READ || Deno.build.os === "windows",
  async fn() {
    const variable = "PEWATCH_LIBTANGO_CLIENT";
    const library = Deno.env.get(variable)!;
    Deno.env.set(variable, "/nowhere/libpewatch_tango_client.so");
    try {
      await using read = new Read(["tango://127.0.0.1:1/a/b/c/d#dbase=no"], { mayEnd: true });
      await until(() => read.ends.length === 1, () => "no end");
      assert.match(read.ends[0]!, /the Tango client cannot be opened.*nowhere/);
      await read.untilAbsent(/the Tango client has ended: .*cannot be opened/);
    } finally {
      Deno.env.set(variable, library);
    }
  },
});

Deno.test({
  name: "a server that restarts, freezes and changes its unit is followed; a device that is restarted too",
  ignore: !CAN_READ || Deno.build.os === "windows",
  async fn() {
    await using server = await ValuesServer.start();
    await using read = new Read([server.attribute("Position")]);
    await read.more();
    server.freeze(true);
    await read.untilAbsent(/^timed out: did not answer within 800 ms/);
    server.freeze(false);
    await read.more();
    await server.stop();
    await read.untilAbsent(/^not running: /);
    await server.start();
    await read.more();
    assert.equal(read.values.absence(0, Date.now()), null);
    assert.equal(read.last()?.unit, "mm");
  },
});

Deno.test({
  name: "with a database: names and aliases, events, a database and a server that go and come",
  ignore: !CAN_READ || DATABASE_PACKAGE === undefined || Deno.build.os === "windows",
  async fn() {
    await using database = await TangoDatabase.start();
    await using server = new ValuesServer({ database: database.address });
    await server.register();
    await server.start();
    const names = ["sample_x/Position", "test/values/1/Temperature"];
    await using read = new Read(names, { events: true, database: database.address });
    const isRead = () => read.values.states().every(({ status }) => status === "read");
    await until(isRead, () => Deno.inspect(read.values.states()));

    // While events come it is read every 10 s alone, where the other one, which pushes none, is read at the full rate.
    let pushed = 100;
    await until(async () => {
      await server.call("Push", ++pushed);
      return read.readings[0]!.some(({ value }) => typeof value === "number" && value > 100);
    }, () => Deno.inspect(read.readings));
    const [position, temperature] = read.counts as [number, number];
    await until(() => read.counts[1]! >= temperature + 15, () => `${read.counts}`);
    assert.ok(read.counts[0]! <= position + 3, `${read.counts} after ${position}, ${temperature}`);

    await database.away();
    await server.call("Push", 500).catch(() => {});
    // A device that is connected does not need it.
    await read.more(1, 1);
    assert.equal(read.values.states()[1]!.status, "read");
    await server.stop();
    await until(() => !isRead(), () => "it is read without a server");
    await until(
      () => read.values.states().every(({ status }) => status === "no database" || status === "not running"),
      () => Deno.inspect(read.values.states()),
    );
    await database.serve();
    await server.start();
    await until(isRead, () => Deno.inspect(read.values.states()));
  },
});

const SANITIZERS = [
  {
    program: "host_asan",
    // The order: tests/faults/disk may be loaded before all else.
    env: { ASAN_OPTIONS: "detect_leaks=0:detect_stack_use_after_return=1:verify_asan_link_order=0" },
  },
  { program: "host_tsan", env: { TSAN_OPTIONS: "second_deadlock_stack=1" } },
];

for (const { program, env } of SANITIZERS) {
  Deno.test({
    name: `the client reads good and bad devices under a sanitizer, which finds nothing (${program})`,
    ignore: !CAN_READ || CLIENT_HOSTS === undefined,
    async fn() {
      await using server = await ValuesServer.start({ devices: 2 });
      using mute = new OddPort();
      using rubbish = new OddPort("rubbish\r\n\r\n");
      const good = ["Position", "Spectrum", "Names", "Flags", "Shutter", "State", "Proposal", "Long64"];
      const names = [
        ...good.map((name) => server.attribute(name)),
        server.attribute("Image"),
        server.attribute("Broken"),
        server.attribute("Nothing"),
        server.attribute("Hanging", 2),
        `tango://${mute.address}/a/b/c/d#dbase=no`,
        `tango://${rubbish.address}/a/b/c/d#dbase=no`,
        `tango://${rubbish.address}/a/b/c/d`,
        `tango://127.0.0.1:${freePort()}/a/b/c/d#dbase=no`,
      ];
      const { code, stdout, stderr } = await new Deno.Command(join(CLIENT_HOSTS!, program), {
        args: ["6", "", "100", "500", ...names],
        env,
      }).output();
      const [lines, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [string, string];
      assert.equal(errors, "");
      assert.equal(code, 0);
      for (const name of good) assert.ok(lines.includes(`${server.attribute(name)} kind 1`), `${name}: ${lines}`);
    },
  });
}
