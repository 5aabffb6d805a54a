/** Requests to a running daemon, by files: what is answered, what is left alone, what does no harm. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { askDaemon, DaemonAnswerError, findDaemon, NoDaemonError } from "../../src/daemon/requests/ask_daemon.ts";
import type { Settings } from "../../src/config/settings.ts";
import { answerPath, REQUEST_BYTES_MAX, requestFolder, requestPath } from "../../src/daemon/requests/request_files.ts";
import { type RequestHandlers, Requests } from "../../src/daemon/requests/requests.ts";
import { FolderInUseError, FolderLock } from "../../src/daemon/settings/folder_lock.ts";
import { type MemoryLog, memoryLog, settingsIn } from "./helpers.ts";
import { replaced } from "../replaced.ts";
import { TempFolder } from "../temp_folder.ts";
import { HOLDER_NAME, LOCK_NAME } from "../../src/files/service_names.ts";

const ID = "00000000-0000-4000-8000-000000000001";
const OTHER_ID = "00000000-0000-4000-8000-000000000002";

/** A daemon that answers nothing to anything. */
const NO_HANDLERS = new Proxy({}, { get: () => () => null }) as RequestHandlers;

/** The daemon's side alone, polled as often as a test asks. */
class Place extends TempFolder implements AsyncDisposable {
  readonly settings: Settings = settingsIn(this.path);
  readonly folder = requestFolder(this.settings);
  readonly log: MemoryLog = memoryLog();
  readonly asked: string[] = [];
  requests: Requests | null = null;
  #ticking: ReturnType<typeof setInterval> | undefined;

  open(
    options: { handlers?: Partial<RequestHandlers>; onStop?: null; now_ms?: () => number } = {},
  ): Requests {
    const handlers: Partial<RequestHandlers> = {
      status: () => ({ state: "RUNNING", asked: this.asked.push("status") }),
      retry: ({ plugin }) => {
        this.asked.push(`retry ${plugin}`);
        if (plugin !== "roi") throw new Error(`There is no ${plugin}`);
      },
      reload: () => void this.asked.push("reload"),
      retry_frames: () => Promise.resolve(`tried, ${this.asked.push("retry frames")}`),
      ...options.handlers,
    };
    const { now_ms, onStop = () => void this.asked.push("stop") } = options;
    const requests = Requests.open({
      folder: this.folder,
      log: this.log,
      handlers: handlers as RequestHandlers,
      onStop,
      ...now_ms ? { now_ms } : {},
    });
    assert.ok(requests, this.log.lines.join("\n"));
    return this.requests = requests;
  }

  /** Polls as a daemon does. */
  tick(): void {
    this.#ticking = setInterval(() => void this.requests?.poll(), 10);
  }

  write(name: string, content: string): void {
    Deno.writeTextFileSync(join(this.folder, name), content);
  }

  /** All names but those of the lock. */
  files(): string[] {
    const names = Array.from(Deno.readDirSync(this.folder), ({ name }) => name);
    return names.filter((name) => name !== LOCK_NAME && name !== HOLDER_NAME).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#ticking);
    await this.requests?.close();
    this[Symbol.dispose]();
  }
}

function request(content: object): string {
  return JSON.stringify({ version: 1, ...content });
}

Deno.test("a request is answered at the next poll, and neither side leaves a file behind", async () => {
  await using place = new Place();
  place.open();
  place.tick();
  const { value, holder } = await askDaemon(place.settings, { what: "status" });
  assert.deepEqual(value, { state: "RUNNING", asked: 1 });
  assert.equal(holder.pid, Deno.pid);
  assert.deepEqual(place.files(), []);
});

Deno.test("retry, reload and stop reach their handlers, and a refusal its asker", async () => {
  await using place = new Place();
  place.open();
  place.tick();
  await askDaemon(place.settings, { what: "retry", plugin: "roi" });
  await askDaemon(place.settings, { what: "reload" });
  assert.equal((await askDaemon(place.settings, { what: "retry_frames" })).value, "tried, 3");
  await askDaemon(place.settings, { what: "stop" });
  await assert.rejects(askDaemon(place.settings, { what: "retry", plugin: "rio" }), {
    name: "DaemonAnswerError",
    message: "There is no rio",
  });
  assert.deepEqual(place.asked, ["retry roi", "reload", "retry frames", "stop", "retry rio"]);
});

Deno.test("an error of the daemon's becomes the answer", async () => {
  await using place = new Place();
  place.open({
    handlers: {
      status() {
        throw new Error("no status today");
      },
    },
    onStop: null,
  });
  place.tick();
  await assert.rejects(askDaemon(place.settings, { what: "status" }), { message: "no status today" });
  await assert.rejects(askDaemon(place.settings, { what: "stop" }), { message: /cannot be asked to stop/ });
});

Deno.test("many askers at once each get their own answer", async () => {
  await using place = new Place();
  place.open({
    handlers: {
      retry({ plugin }) {
        throw new Error(`answer to ${plugin}`);
      },
    },
  });
  place.tick();
  const plugins = Array.from({ length: 40 }, (_, index) => `plugin${index}`);
  const errors = await Promise.all(
    plugins.map((plugin) => askDaemon(place.settings, { what: "retry", plugin }).catch((error) => error.message)),
  );
  assert.deepEqual(errors, plugins.map((plugin) => `answer to ${plugin}`));
  assert.deepEqual(place.files(), []);
});

Deno.test("a request that is written as soon as the lock can be seen is not one of an earlier daemon", async () => {
  await using place = new Place();
  await place.open().close();
  place.write(basename(requestPath("", ID)), request({ what: "stop" }));
  let written = false;
  {
    // Whatever the new daemon lists while its lock is held may hold a request to it.
    using _writing = replaced(Deno, "readDirSync", (readDirSync) => (path) => {
      if (!written && findDaemon(place.settings) !== null) {
        written = true;
        place.write(basename(requestPath("", OTHER_ID)), request({ what: "reload" }));
      }
      return readDirSync(path);
    });
    place.open();
  }
  if (!written) place.write(basename(requestPath("", OTHER_ID)), request({ what: "reload" }));
  await place.requests!.poll();
  assert.deepEqual(place.asked, ["reload"]);
});

Deno.test("where no daemon runs the asker says so at once", async () => {
  await using place = new Place();
  assert.equal(findDaemon(place.settings), null);
  await assert.rejects(askDaemon(place.settings, { what: "status" }), (error) => {
    assert.ok(error instanceof NoDaemonError);
    assert.match(error.message, /^No daemon is running for .*raw$/);
    return true;
  });
});

Deno.test("a daemon that was killed is distinguished from one that runs, though its description is still there", async () => {
  await using place = new Place();
  await place.open().close();
  const dead = await new Deno.Command(Deno.execPath(), { args: ["eval", "console.log(Deno.pid)"] }).output();
  const pid = Number(new TextDecoder().decode(dead.stdout));
  const holder = { pid, host: Deno.hostname(), since: new Date().toISOString(), program: "pewatch" };
  place.write(HOLDER_NAME, JSON.stringify(holder));
  await assert.rejects(askDaemon(place.settings, { what: "status" }), NoDaemonError);
  // Its number now belongs to another process: that one holds no lock.
  place.write(HOLDER_NAME, JSON.stringify({ ...holder, pid: Deno.pid }));
  await assert.rejects(askDaemon(place.settings, { what: "status" }, { patience_s: 0.1 }), NoDaemonError);
});

Deno.test("an asker gives up after its time, names it, and takes its request back", async () => {
  await using place = new Place();
  place.open();
  await assert.rejects(askDaemon(place.settings, { what: "stop" }, { patience_s: 1 }), (error) => {
    assert.ok(error instanceof DaemonAnswerError);
    assert.match(error.message, /process \d+\) did not answer within 1 s$/);
    return true;
  });
  assert.deepEqual(place.files(), []);
  await place.requests?.poll();
  assert.deepEqual(place.asked, []);
});

Deno.test("what a dead daemon was asked does not reach the next one", async () => {
  await using place = new Place();
  await place.open().close();
  place.write(`${ID}.request.json`, request({ what: "stop" }));
  place.write("notes.txt", "a person's");
  await place.open().poll();
  assert.deepEqual(place.asked, []);
  assert.deepEqual(place.files(), ["notes.txt"]);
});

Deno.test("junk is answered with what is wrong with it, and removed", async () => {
  await using place = new Place();
  const requests = place.open();
  const junk = {
    "": /not a JSON object/,
    "{": /not a JSON object/,
    "[1]": /its version is none/,
    "null": /not a JSON object/,
    [JSON.stringify({ version: 2, what: "stop" })]: /its version is 2, this program's 1/,
    [request({ what: "explode" })]: /"explode" is unknown/,
    [request({ what: "__proto__" })]: /"__proto__" is unknown/,
    [request({ what: "retry" })]: /names no plugin/,
    [request({ what: "retry", plugin: "x".repeat(REQUEST_BYTES_MAX) })]: /larger than/,
  };
  for (const [content, words] of Object.entries(junk)) {
    Deno.writeTextFileSync(requestPath(place.folder, ID), content);
    await requests.poll();
    const answer = JSON.parse(Deno.readTextFileSync(answerPath(place.folder, ID)));
    assert.match(answer.error, words);
    assert.deepEqual(place.files(), [`${ID}.answer.json`]);
    Deno.removeSync(answerPath(place.folder, ID));
  }
  assert.deepEqual(place.asked, []);
});

Deno.test("half-written, foreign and impossible files are left alone", async () => {
  await using place = new Place();
  const requests = place.open();
  const names = [`${ID}.request.json.part`, "x.request.json", `..${ID}.request.json`, "notes.txt"];
  for (const name of names) place.write(name, request({ what: "stop" }));
  Deno.mkdirSync(requestPath(place.folder, ID)); // a folder of a request's name
  await requests.poll();
  await requests.poll();
  assert.deepEqual(place.asked, []);
  assert.deepEqual(place.files(), [...names, `${ID}.request.json`].sort());
  assert.deepEqual(place.log.lines.filter((line) => !line.startsWith("debug")), []);
});

Deno.test("answers and parts that nobody fetched are removed after their time, not before", async () => {
  await using place = new Place();
  let later_ms = 0;
  const requests = place.open({ now_ms: () => Date.now() + later_ms });
  place.write(`${ID}.request.json`, request({ what: "reload" }));
  place.write(`${ID}.request.json.part`, "{");
  await requests.poll();
  await requests.poll();
  assert.deepEqual(place.files(), [`${ID}.answer.json`, `${ID}.request.json.part`]);
  later_ms = 11 * 60_000;
  await requests.poll();
  assert.deepEqual(place.files(), []);
});

// Fails where the folder is only looked for: nobody else would make it.
Deno.test("a folder that is removed is made anew with its lock, which is said once, and requests go on", async () => {
  await using place = new Place();
  const requests = place.open();
  Deno.removeSync(place.folder, { recursive: true });
  await requests.poll();
  await requests.poll();
  assert.equal(place.log.lines.filter((line) => line.startsWith("warn")).length, 1);
  assert.throws(() => FolderLock.take([place.folder]), FolderInUseError);
  place.write(`${ID}.request.json`, request({ what: "reload" }));
  await requests.poll();
  assert.deepEqual(place.asked, ["reload"]);
});

Deno.test("where the folder cannot be made the daemon does without, and says what does not work", () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.join("state"), "in the way");
  const log = memoryLog();
  const options = { folder: folder.join("state", "requests"), log, handlers: NO_HANDLERS, onStop: null };
  assert.equal(Requests.open(options), null);
  assert.match(log.lines[0] ?? "", /^warn .*pewatch stop, .* cannot reach this daemon/);
});

Deno.test("daemons that share a state folder are asked apart, by their raw folders", () => {
  const one = settingsIn("/one");
  const two = { ...one, folders: { ...one.folders, raw: "/two/raw" } };
  assert.notEqual(requestFolder(one), requestFolder(two));
  assert.equal(requestFolder(one), requestFolder(settingsIn("/one")));
});

// Fails where one old file that cannot be removed keeps the daemon from taking any request.
Deno.test("an old request that cannot be removed is not carried out, and others are answered", async () => {
  await using place = new Place();
  place.open();
  await place.requests?.close();
  Deno.writeTextFileSync(requestPath(place.folder, ID), request({ what: "stop" }));
  {
    using _refusing = replaced(Deno, "removeSync", (removeSync) => (path, options) => {
      if (String(path).includes(ID)) throw new Error("Operation not permitted (os error 1)");
      removeSync(path, options);
    });
    place.open();
  }
  place.tick();
  assert.equal((await askDaemon(place.settings, { what: "reload" })).value, null);
  assert.deepEqual(place.asked, ["reload"]);
  assert.match(place.log.lines.join("\n"), /of an earlier daemon cannot be removed and is ignored/);
});
