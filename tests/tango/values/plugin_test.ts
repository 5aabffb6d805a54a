/** The plugin `tango` against PyTango servers of two versions: what becomes of each kind of attribute. */
import assert from "node:assert/strict";
import { PYTHONS } from "../../ffi/tango/environment.ts";
import { PluginUnderTest } from "../../shipped/plugin_context.ts";
import { CAN_READ, until, ValuesServer } from "./servers.ts";

const PERIOD_S = 0.2;

function attributesOf(server: ValuesServer, names: readonly (string | Record<string, unknown>)[]) {
  return names.map((one) => {
    const { name, ...rest } = typeof one === "string" ? { name: one } : one as { name: string };
    return { name: server.attribute(name), parameter: name, ...rest };
  });
}

async function untilSet(under: PluginUnderTest, names: readonly string[]): Promise<void> {
  await until(
    () => names.every((name) => under.parameters.get(name) !== undefined),
    () => `not all are set: ${[...under.parameters.keys()]}\n${under.lines.join("\n")}`,
  );
}

for (const { name: version, python } of PYTHONS) {
  Deno.test({
    name: `tango: each type of attribute becomes a parameter of its own kind, of ${version}`,
    ignore: !CAN_READ,
    async fn() {
      await using server = await ValuesServer.start({ python });
      const expected: Record<string, unknown> = {
        Position: 1.5,
        Temperature: 295.25,
        Short: -3n,
        Byte: 200n,
        UShort: 65535n,
        Long: -2147483648n,
        ULong: 4294967295n,
        Long64: 9007199254740993n,
        ULong64: 2 ** 64,
        Enabled: true,
        Proposal: "I-20260001 Größe",
        Shutter: "OPEN",
        State: "MOVING",
        Names: ["CeO2", "LaB6"],
        Flags: [true, false, true],
        Spectrum: Float64Array.of(0, 1, 2, 3),
      };
      const names = Object.keys(expected);
      await using under = await PluginUnderTest.start("tango", {
        period_s: PERIOD_S,
        attributes: [
          ...attributesOf(server, names),
          { name: server.attribute("Shutter"), parameter: "shutter number", as: "number" },
          { name: server.attribute("State"), parameter: "state number", as: "number" },
        ],
      });
      await untilSet(under, [...names, "shutter number", "state number"]);
      for (const [name, value] of Object.entries(expected)) {
        const { value: got, attributes } = under.parameters.get(name)!;
        assert.deepEqual(got, value, name);
        assert.equal(attributes?.["quality"], "VALID", name);
      }
      const position = under.parameters.get("Position")!;
      assert.equal(position.unit, "mm");
      assert.equal(position.attributes?.["label"], "Sample x");
      assert.equal(position.origin, server.attribute("Position"));
      assert.equal(under.parameters.get("Shutter")?.attributes?.["number"], 1);
      const shutter = under.parameters.get("shutter number")!;
      assert.equal(shutter.value, 1n);
      assert.equal(shutter.attributes?.["text"], "OPEN");
      assert.equal(under.parameters.get("state number")?.attributes?.["text"], "MOVING");
    },
  });
}

Deno.test({
  name: "tango: INVALID is never a number, other qualities are written, odd times are flagged",
  ignore: !CAN_READ,
  async fn() {
    await using server = await ValuesServer.start();
    await using under = await PluginUnderTest.start("tango", {
      period_s: PERIOD_S,
      attributes: attributesOf(server, ["Position", "Long"]),
    });
    await untilSet(under, ["Position"]);
    const position = () => under.parameters.get("Position")!;
    for (const quality of ["ALARM", "WARNING", "CHANGING"]) {
      await server.call("SetQuality", quality);
      await until(() => position().attributes?.["quality"] === quality, () => Deno.inspect(position()));
      assert.equal(position().value, 1.5);
    }
    await server.call("SetQuality", "INVALID");
    await until(() => position().value === null, () => Deno.inspect(position()));
    assert.equal(position().note, "its quality is INVALID");
    await server.call("SetQuality", "VALID");
    await until(() => position().value === 1.5, () => Deno.inspect(position()));

    const ahead_s = Date.now() / 1000 + 3600;
    for (const stamp_s of [1000, ahead_s]) {
      await server.call("SetStamp", stamp_s);
      await until(() => position().attributes?.["time_note"] !== undefined, () => Deno.inspect(position()));
      assert.ok(Math.abs(position().time.getTime() - Date.now()) < 60_000, "the time is when it was read");
      await server.call("SetStamp", -1);
      await until(() => position().attributes?.["time_note"] === undefined, () => Deno.inspect(position()));
    }
    // Its own time, where that can be.
    const before_s = Math.floor(Date.now() / 1000) - 100;
    await server.call("SetStamp", before_s);
    await until(() => position().time.getTime() === before_s * 1000, () => Deno.inspect(position()));
  },
});

Deno.test({
  name: "tango: what cannot be a value is refused in words, and the others are read",
  ignore: !CAN_READ,
  async fn() {
    await using server = await ValuesServer.start();
    const names = ["Position", "Image", "Broken", "Nothing"];
    await using under = await PluginUnderTest.start("tango", {
      period_s: PERIOD_S,
      attributes: attributesOf(server, names),
    });
    await untilSet(under, ["Position"]);
    const noteOf = (name: string) => under.parameters.get(name)?.note ?? "";
    await until(
      async () => {
        await under.fire();
        return ["Image", "Broken", "Nothing"].every((name) => noteOf(name).length > 30);
      },
      () => under.lines.join("\n"),
    );
    assert.match(noteOf("Image"), /is an image; scalars and spectra are taken/);
    assert.match(noteOf("Broken"), /the controller says no/);
    assert.match(noteOf("Nothing"), /no attribute: .*[Nn]othing/);
    assert.equal(under.parameters.get("Position")?.value, 1.5);
  },
});
