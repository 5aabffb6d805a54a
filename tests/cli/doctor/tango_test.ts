/** What the doctor finds of the Tango device server, with a library of the test's own. */
import assert from "node:assert/strict";
import { hostname } from "node:os";
import { NativeLibraryError } from "../../../ffi/locate.ts";
import { TangoError } from "../../../ffi/tango/mod.ts";
import { checkTango, type TangoChecks } from "../../../src/cli/doctor/tango.ts";
import type { TangoSettings } from "../../../src/config/settings.ts";
import { settingsIn } from "../../daemon/helpers.ts";
import { FakeLibrary } from "../../tango/fakes.ts";

async function found(tango: Partial<TangoSettings>, checks: Partial<TangoChecks> = {}): Promise<string[]> {
  const settings = settingsIn("/base");
  const all = { openLibrary: () => new FakeLibrary(), running: false, tangoHost: undefined, ...checks };
  const findings = await checkTango({ ...settings, tango: { ...settings.tango, enabled: true, ...tango } }, all);
  return findings.map(({ name, status, finding, remedy }) => `${name} ${status}: ${finding}; ${remedy ?? ""}`);
}

/** Something that listens, as a database does. */
function listen(): { address: string } & Disposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return { address: `127.0.0.1:${listener.addr.port}`, [Symbol.dispose]: () => listener.close() };
}

Deno.test("where Tango is off nothing is looked at", async () => {
  assert.deepEqual(await found({ enabled: false }), ["device server ok: off ([tango] enabled = false); "]);
});

Deno.test("without a database: names, library, endpoint", async () => {
  assert.deepEqual(await found({}), [
    "names ok: device pewatch/daemon/1, server PEWatchDaemon/1; ",
    "name for clients ok: tango://127.0.0.1:PORT/pewatch/daemon/1#dbase=no; PORT is another at each start, and is in the " +
    'log: [tango] endpoint = "127.0.0.1:45450" gives one that stays; ',
    "library ok: cppTango 0.0.0 (fake); ",
    "endpoint ok: 127.0.0.1:0 is free; ",
  ]);
});

Deno.test("the whole name that a client needs is shown", async () => {
  const names = async (tango: Partial<TangoSettings>) => (await found(tango)).filter((line) => /^name for/.test(line));
  assert.deepEqual(await names({ endpoint: "127.0.0.1:45450" }), [
    "name for clients ok: tango://127.0.0.1:45450/pewatch/daemon/1#dbase=no; ",
  ]);
  assert.deepEqual(await names({ endpoint: "0.0.0.0:45450" }), [
    `name for clients ok: tango://${hostname()}:45450/pewatch/daemon/1#dbase=no; `,
  ]);
  assert.deepEqual(await names({ database: "db.invalid:10000", device: "a/b/c" }), [
    "name for clients ok: tango://db.invalid:10000/a/b/c; ",
  ]);
});

Deno.test("a library that is missing is a problem with its own words", async () => {
  const openLibrary = () => {
    throw new NativeLibraryError("the Tango shim cannot be opened");
  };
  assert.match((await found({}, { openLibrary })).join("\n"), /library problem: the Tango shim cannot be opened/);
});

Deno.test("a TANGO_HOST that the configuration does not follow is a warning", async () => {
  assert.match(
    (await found({}, { tangoHost: "db:10000" })).join("\n"),
    /TANGO_HOST warning: it is db:10000, but \[tango\]/,
  );
});

Deno.test("a host that is not known, and one where nothing listens", async () => {
  assert.match((await found({ database: "no-such-host.invalid:10000" })).join("\n"), /the host .* is not known/);
  const { address } = (() => {
    using listening = listen();
    return listening;
  })();
  assert.match((await found({ database: address })).join("\n"), /database problem: nothing is reached at 127/);
});

Deno.test("a device that is not registered is a problem with the command that helps", async () => {
  using database = listen();
  const library = Object.assign(new FakeLibrary(), { checked: new TangoError("it is not there", "not_registered") });
  const all = await found({ database: database.address }, { openLibrary: () => library });
  assert.deepEqual(all.slice(3), [
    `database ok: ${database.address} is reached; `,
    "registration problem: it is not there; Type: pewatch tango register",
  ]);
});

Deno.test("a device that is served is well where pewatch runs, and a problem where it does not", async () => {
  using database = listen();
  const checked = new TangoError("it is served already", "already_running");
  const openLibrary = () => Object.assign(new FakeLibrary(), { checked });
  const running = await found({ database: database.address }, { openLibrary, running: true });
  assert.match(running.join("\n"), /registration ok: pewatch\/daemon\/1 is registered, and it is running/);
  const other = await found({ database: database.address }, { openLibrary });
  assert.match(other.join("\n"), /registration problem: it is served already; Stop the other one/);
});

Deno.test("properties are named, wrong ones are a problem", async () => {
  using database = listen();
  const properties = Promise.resolve(new Map([["MaxProc", ["7"]], ["DirOutput", [".."]]]));
  const openLibrary = () => Object.assign(new FakeLibrary(), { properties });
  const all = (await found({ database: database.address }, { openLibrary })).join("\n");
  assert.match(all, /properties ok: MaxProc = 7 \(instead of the configuration's\)/);
  assert.match(all, /properties problem: property DirOutput: /);
});

Deno.test("an endpoint that another program has is a problem, unless pewatch itself has it", async () => {
  using other = listen();
  assert.match((await found({ endpoint: other.address })).join("\n"), /endpoint problem: .*: another program listens/);
  const running = await found({ endpoint: other.address }, { running: true });
  assert.match(running.join("\n"), /endpoint ok: .* is in use by pewatch/);
});
