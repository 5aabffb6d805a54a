/** Devices that are restarted and attributes whose configuration changes while they are read, by polling and by events. */
import assert from "node:assert/strict";
import { DATABASE_PACKAGE, TangoDatabase } from "../../ffi/tango/database.ts";
import { PYTHONS } from "../../ffi/tango/environment.ts";
import type { ValueReading } from "../../../src/values/value_reading.ts";
import { Read } from "./read.ts";
import { CAN_READ, until, ValuesServer } from "./servers.ts";

/** What the device had before its restart bears a time of before. */
async function restartWhileRead(server: ValuesServer, read: Read, set: "SetPosition" | "Push"): Promise<void> {
  const { pid } = read.values;
  await server.call(set, 42);
  await read.until((last) => last?.value === 42);
  await server.call("SetInit", 3);
  const restart = server.restartDevice();
  // Its start takes some periods: there is no value meanwhile, and the reason is the device's.
  await read.untilAbsent(
    /^not defined: The server no longer has this device$|^not defined: The server of .* has no device/,
  );
  const gone_ms = Date.now();
  await restart;
  await read.until((last) => last?.value === 1.5);
  await server.call(set, 43);
  await read.until((last) => last?.value === 43);
  for (const { value, time } of read.readings[0]!) {
    if (value === 42) assert.ok(time.getTime() < gone_ms, `${time.toISOString()} after the restart`);
  }
  assert.equal(read.values.absence(0, Date.now()), null);
  assert.equal(read.values.pid, pid, "the client went on");
}

for (const { name: version, python } of PYTHONS) {
  Deno.test({
    name:
      `a device that is restarted while it is polled has no value meanwhile, and its new ones after it, of ${version}`,
    ignore: !CAN_READ,
    async fn() {
      await using server = await ValuesServer.start({ python, devices: 2 });
      await using read = new Read([server.attribute("Position"), server.attribute("Position", 2)]);
      await read.until((last) => last?.value === 1.5);
      await restartWhileRead(server, read, "SetPosition");
      const other = read.readings[1]!.length;
      await until(() => read.readings[1]!.length > other, () => "the other device is not read any more");
    },
  });
}

Deno.test({
  name: "a device that is restarted while its events come has no value meanwhile, and its events come again",
  ignore: !CAN_READ || DATABASE_PACKAGE === undefined || Deno.build.os === "windows",
  async fn() {
    await Promise.all(PYTHONS.map(async ({ python }) => {
      await using database = await TangoDatabase.start();
      await using server = await registered({ python, database: database.address });
      const names = ["Position", "Temperature"].map((name) => server.attribute(name));
      await using read = new Read(names, { events: true });
      let pushed = 100;
      // While events come the attribute is read rarely, where the other one, which pushes none, is read at the full rate.
      const eventsCome = async () => {
        await until(async () => {
          await server.call("Push", ++pushed);
          const [of, other] = read.counts as [number, number];
          await until(() => read.readings[1]!.length >= other + 15, () => "the other attribute is not read");
          return read.last()?.value === pushed && read.readings[0]!.length <= of + 4;
        }, () => Deno.inspect(read.last()));
      };
      await eventsCome();
      await restartWhileRead(server, read, "Push");
      await eventsCome();
    }));
  },
});

Deno.test({
  name: "unit, label and enumeration texts that are changed while they are read are followed",
  ignore: !CAN_READ || DATABASE_PACKAGE === undefined || Deno.build.os === "windows",
  async fn() {
    // Without a database a server of PyTango 9 crashes when its configuration is changed.
    await Promise.all(PYTHONS.map(async ({ python }) => {
      await using database = await TangoDatabase.start();
      await using server = await registered({ python, database: database.address });
      // A name that is wrong does not keep those of the others from being followed.
      await using read = new Read(["Position", "Shutter", "Nothing"].map((name) => server.attribute(name)));
      await read.until((last) => last?.unit === "mm" && last.attributes["label"] === "Sample x");
      await read.until((last) => last?.value === "OPEN", 1);
      // With one of the next values, of which there are five a second.
      const soon = async (index: number, change: Record<string, unknown>, is: (last: ValueReading) => boolean) => {
        await server.configure(["Position", "Shutter"][index]!, change);
        const before = read.readings[index]!.length;
        await read.until((last) => last !== undefined && is(last), index);
        const count = read.readings[index]!.findIndex((one, at) => at >= before && is(one)) - before;
        assert.ok(count < 60, `${count} values had the former configuration`);
      };
      await soon(
        0,
        { unit: "um", label: "Sample x, fine" },
        ({ unit, attributes }) => unit === "um" && attributes["label"] === "Sample x, fine",
      );
      await soon(
        1,
        { enum_labels: ["zu", "offen", "unterwegs"] },
        ({ value, attributes }) => value === "offen" && attributes["number"] === 1,
      );
      // An empty text means those of the server again.
      await server.configure("Position", { unit: "", label: "" });
      await read.until((last) => last?.unit === "mm" && last.attributes["label"] === "Sample x");
    }));
  },
});

async function registered(options: { readonly python: string; readonly database: string }): Promise<ValuesServer> {
  const server = new ValuesServer(options);
  await server.register();
  await server.start();
  return server;
}
