/** Every bad kind of device at once: the good ones are read as before, and each bad one has its own reason, soon. */
import assert from "node:assert/strict";
import { DATABASE_PACKAGE, TangoDatabase } from "../../ffi/tango/database.ts";
import { freePort } from "../../ffi/tango/ports.ts";
import { TangoValues } from "../../../src/values/tango_values.ts";
import { CAN_READ, OddPort, until, ValuesServer } from "./servers.ts";

const PERIOD_S = 1;
const READS = 8;

function tableOf(names: readonly string[]) {
  return {
    period_s: PERIOD_S,
    timeout_s: 0.8,
    attributes: names.map((name) => ({ name, parameter: name, events: false, as: "text" as const })),
  };
}

Deno.test({
  name:
    "no bad device holds up a good one: hung, slow, dead, mute, rubbish, closing, mute database, undefined, wrong alias; " +
    "each has its reason within two periods",
  ignore: !CAN_READ || DATABASE_PACKAGE === undefined,
  async fn() {
    await using database = await TangoDatabase.start();
    await using good = await ValuesServer.start({ devices: 2 });
    await using hung = await ValuesServer.start();
    await using slow = await ValuesServer.start({ devices: 2 });
    await slow.call("SetHang", 0.4, 1);
    await slow.call("SetHang", 2, 2);
    using mute = new OddPort();
    using closing = new OddPort("");
    using rubbish = new OddPort("HTTP/1.1 400 Bad Request\r\n\r\n");
    const bad: Record<string, RegExp> = {
      [hung.attribute("Position")]: /^timed out: /,
      [slow.attribute("Position", 2)]: /^timed out: /,
      [good.attribute("Hanging", 2)]: /^timed out: /,
      [good.attribute("Broken")]: /^failed: .*the controller says no/,
      [good.attribute("Nothing")]: /^no attribute: /,
      [`tango://127.0.0.1:${freePort()}/test/values/1/Position#dbase=no`]: /^not running: /,
      [`tango://${good.address}/test/values/9/Position#dbase=no`]: /^not defined: /,
      [`tango://${mute.address}/test/values/1/Position#dbase=no`]: /^timed out: /,
      [`tango://${rubbish.address}/test/values/1/Position#dbase=no`]: /^not running: |^refused: |^timed out: /,
      [`tango://${closing.address}/test/values/1/Position#dbase=no`]: /^not running: /,
      [`tango://${closing.address}/test/values/1/Position`]: /^no database: /,
      [`tango://${mute.address}/test/values/1/Position`]: /^no database: /,
      [`tango://${rubbish.address}/test/values/1/Position`]: /^no database: /,
      [`tango://127.0.0.1:${freePort()}/test/values/1/Position`]: /^no database: /,
      [`tango://${database.address}/test/undefined/1/Position`]: /^not defined: /,
      [`tango://${database.address}/no_such_alias/Position`]: /^not defined: /,
    };
    hung.freeze(true);
    // What is slow but answers in time is read, too.
    const goods = [good.attribute("Position"), good.attribute("Temperature"), slow.attribute("Position")];
    const names = [...goods, ...Object.keys(bad)];
    const arrivals = names.map((): number[] => []);
    const values = new TangoValues(tableOf(names), { database: "" }, {
      onReading: (index, _reading, read) => void arrivals[index]!.push(read.getTime()),
    });
    values.start();
    try {
      // Of each, how often a good attribute had been read when its reason was known.
      const known = new Map<string, number>();
      await until(
        () => {
          for (const [index, { status }] of values.states().entries()) {
            if (status !== "waiting" && !known.has(names[index]!)) known.set(names[index]!, arrivals[0]!.length);
          }
          return goods.every((_, index) => arrivals[index]!.length >= READS);
        },
        () => `read: ${arrivals.map((list) => list.length).join(" ")}`,
      );
      const states = values.states();
      for (const [index, name] of names.entries()) {
        if (index < goods.length) {
          const gaps_ms = arrivals[index]!.slice(1).map((time_ms, at) => time_ms - arrivals[index]![at]!);
          assert.ok(Math.max(...gaps_ms) < 2000 * PERIOD_S, `${name}: ${gaps_ms}`);
          assert.equal(values.absence(index, Date.now()), null);
        } else {
          // One reading at the start, and one for each period.
          assert.ok(known.get(name)! <= 1 + 2, `${name}: its reason is known after ${known.get(name)} readings`);
          assert.match(`${states[index]!.status}: ${states[index]!.reason}`, bad[name]!, name);
          assert.notEqual(values.absence(index, Date.now()), null, name);
        }
      }
    } finally {
      await values.stop();
    }
  },
});
