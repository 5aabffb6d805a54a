import { strict as assert } from "node:assert";
import { join } from "node:path";
import { openTangoLibrary, TangoError } from "../../../ffi/tango/mod.ts";
import { DATABASE_PACKAGE, TangoDatabase } from "./database.ts";
import { LIBRARY, PYTHONS } from "./environment.ts";
import { check, DEVICE, Served } from "./served.ts";

const ignore = LIBRARY === undefined || DATABASE_PACKAGE === undefined || PYTHONS.length === 0;
/** One for all tests of this file, each of which says what has to be in it. */
const running = ignore ? null : await TangoDatabase.start();
Deno.test.afterAll(() => running?.[Symbol.asyncDispose]());
const database = running?.address ?? "";
const command = [Deno.execPath(), "run", "-A", "-q", join(import.meta.dirname!, "serve.ts")];
const PLACE = { database, server: "PeWatchTest", instance: "1", device: DEVICE };
const REGISTRATION = { ...PLACE, className: "PeWatchTest" };

async function python(code: string): Promise<void> {
  const { code: result, stderr } = await new Deno.Command(PYTHONS[0]!.python, {
    args: ["-c", `import tango\ndb = tango.Database(*${JSON.stringify(database.split(":"))})\n${code}`],
    stderr: "piped",
  }).output();
  assert.equal(result, 0, new TextDecoder().decode(stderr));
}

/** One library for all: cppTango's client lives as long as the process. */
const library = ignore ? null : openTangoLibrary();

// The threads of a client of cppTango outlive the test.
const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore, fn, sanitizeResources: false, sanitizeOps: false });

test("a device that is not registered cannot be served, and the error says so", async () => {
  await library!.unregister(PLACE).catch(() => {});
  await using served = new Served({ command, database, endpoint: "" });
  assert.match(await served.line("failed"), /^not_registered test\/pewatch\/1 is not registered in the Tango database/);
});

test("a registered device is served to both clients with the name that the database has", async () => {
  await library!.register(REGISTRATION);
  await using served = new Served({ command, database, endpoint: "" });
  assert.equal(await served.name, `tango://${database}/${DEVICE}`);
  // A second time changes nothing: clients find the server that runs.
  await library!.register(REGISTRATION);
  await check(PYTHONS[0]!.python, await served.name, ["reads"]);
  for (const { python } of PYTHONS) await check(python, await served.name, ["events", "state_events"]);
  await check(PYTHONS[0]!.python, await served.name, ["restarts"]);

  await using second = new Served({ command, database, endpoint: "" });
  assert.match(
    await second.line("failed"),
    /^already_running test\/pewatch\/1 is served already by PeWatchTest\/1 on /,
  );
  await assert.rejects(library!.unregister(PLACE), /is running on .*: stop it first/);
  assert.equal(await served.stop(), 0, served.errors);
});

test("a server that was killed does not hinder the next one", async () => {
  await library!.register(REGISTRATION);
  await using first = new Served({ command, database, endpoint: "" });
  await first.name;
  first.kill("SIGKILL");
  await first.ended();
  await using second = new Served({ command, database, endpoint: "" });
  await second.name;
  assert.equal(await second.stop(), 0, second.errors);
});

test("properties of the device come with all their values", async () => {
  await library!.register(REGISTRATION);
  await python(`db.put_device_property("${DEVICE}", {"MaxProc": ["7"], "Folders": ["/a", "/b\\u00b5"]})`);
  const properties = await library!.deviceProperties({ database, device: DEVICE });
  assert.deepEqual([...properties].sort(), [["Folders", ["/a", "/bµ"]], ["MaxProc", ["7"]]]);
});

test("a device that belongs to another server is left there", async () => {
  await library!.register(REGISTRATION);
  const other = { ...REGISTRATION, instance: "2" };
  await assert.rejects(library!.register(other), TangoError);
  await assert.rejects(library!.unregister(other), /belongs to the server PeWatchTest\/1/);
});

test("an unregistered device leaves nothing in the database", async () => {
  await library!.register(REGISTRATION);
  await library!.unregister(PLACE);
  await assert.rejects(library!.unregister(PLACE), /is not registered/);
  await python(`assert list(db.get_server_list("PeWatchTest/*")) == [], db.get_server_list("PeWatchTest/*")`);
});
