/** The device's table is what clients of the first implementation know, and what a client needs to show it. */
import assert from "node:assert/strict";
import type { TangoAttribute } from "../../ffi/tango/mod.ts";
import { DEVICE_TABLE } from "../../src/tango/table.ts";

const ATTRIBUTES: readonly TangoAttribute[] = DEVICE_TABLE.attributes;

Deno.test("attributes have the names, types, units and access that clients know", () => {
  assert.equal(DEVICE_TABLE.className, "PeWatchDaemon");
  const table = ATTRIBUTES.map(({ name, type, unit, writable, format, size }) =>
    [name, type, writable ? "read-write" : "read", unit ?? "", format ?? "scalar", size ?? []].flat().join(" ")
  );
  assert.deepEqual(table, [
    "TickTackPeriod double read s scalar",
    "NumThreads long64 read  scalar",
    "DirRaw string read-write  scalar",
    "DirTemp string read-write  scalar",
    "DirProc string read-write  scalar",
    "DirOutputRoot string read-write  scalar",
    "DirOutput string read-write  scalar",
    "MaxProc long64 read-write  scalar",
    "FramesDelivered long64 read  scalar",
    "FramesFailed long64 read  scalar",
    "DarksRemoved long64 read  scalar",
    "Backlog long64 read  scalar",
    "BytesDelivered long64 read bytes scalar",
    "FrameRate double read 1/s scalar",
    "Latency double read s scalar",
    "RamDiskFree long64 read bytes scalar",
    "OutputFree long64 read bytes scalar",
    "LastFrame string read  scalar",
    "LastError string read  scalar",
    "Plugins string read  spectrum 256",
    "Consumers string read  spectrum 256",
    "Preview ushort read  image 512 512",
    "PreviewLow double read counts scalar",
    "PreviewHigh double read counts scalar",
  ]);
});

Deno.test("commands have the names and types that clients know", () => {
  const table = DEVICE_TABLE.commands.map(({ name, input, output }) => `${name} ${input} ${output}`);
  assert.deepEqual(table, [
    "Start void void",
    "Stop void void",
    "PluginInfo string string",
    "ReloadPlugins void void",
    "Retry void string",
  ]);
});

Deno.test("each attribute and command is described, in Latin-1", () => {
  for (const { name, description, label } of ATTRIBUTES) {
    assert.ok(description.length > 10 && label !== undefined && label.length > 2, name);
  }
  const texts = DEVICE_TABLE.commands.flatMap(({ inputDescription, outputDescription }) => [
    inputDescription,
    outputDescription,
  ]);
  for (const text of [...texts, ...ATTRIBUTES.map(({ description }) => description)]) {
    assert.match(text, /^[\x20-\xff]+$/);
  }
});

Deno.test("every scalar pushes events, and every double says how many digits it is worth", () => {
  for (const { name, format, events, type, numberFormat } of ATTRIBUTES) {
    assert.equal(events ?? false, format === undefined, name);
    assert.equal(numberFormat !== undefined, type === "double", name);
  }
});

Deno.test("MaxProc has its limits in its configuration", () => {
  const { min, max } = ATTRIBUTES.find(({ name }) => name === "MaxProc")!;
  assert.deepEqual([min, max], ["1", "9"]);
});
