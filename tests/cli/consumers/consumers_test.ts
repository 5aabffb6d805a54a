/** `pewatch consumers list` and `forget`: with a running daemon and without. */
import assert from "node:assert/strict";
import { PageDaemon } from "../../page/daemon.ts";
import { eventually } from "../../http/eventually.ts";
import { runHere } from "../run_cli.ts";

Deno.test("consumers are listed with their lag; one that is gone is forgotten, one that reads is not", async () => {
  await using daemon = new PageDaemon({ "plugins.csv": {} });
  const cli = (...args: string[]) => runHere(["consumers", ...args], { cwd: daemon.place.path });
  const list = async () => {
    const { code, out, err } = await cli("list", "--json");
    assert.equal(code, 0, err);
    return JSON.parse(out) as { running: boolean; consumers: { name: string; behind: number; active: boolean }[] };
  };
  await daemon.start();
  const made = await daemon.post("api/ledger/archive", { body: { from: "oldest" } });
  assert.equal(made.status, 200, made.error);
  await daemon.simulate(3, { width: 64 });
  const { running, consumers } = await eventually(
    list,
    ({ consumers }) =>
      consumers.some(({ behind }) => behind === 3) &&
      consumers.some(({ name, behind }) => name === "csv" && behind === 0),
  );
  assert.deepEqual([running, consumers.map(({ name, active }) => [name, active])], [
    true,
    [["csv", true], ["http:archive", false]],
  ]);
  const active = await cli("forget", "csv");
  assert.deepEqual([active.code, /csv reads the ledger now/.test(active.err)], [1, true], active.err);
  await daemon.run!.stop();
  assert.match((await cli("list")).out, /^http:archive +3 +0 /m);
  const wrong = await cli("forget", "http:archiv");
  assert.deepEqual([wrong.code, /There is no consumer http:archiv; did you mean http:archive\?/.test(wrong.err)], [
    1,
    true,
  ]);
  assert.equal((await cli("forget", "csv")).code, 0);
  assert.deepEqual((await list()).consumers.map(({ name }) => name), ["http:archive"]);
  await daemon.start();
  assert.equal((await cli("forget", "http:archive")).out, "http:archive is forgotten\n");
  assert.ok(!(await list()).consumers.some(({ name }) => name === "http:archive"));
});
