/** Properties of the device go before the configuration, by its rules; a wrong one leaves it as it is. */
import assert from "node:assert/strict";
import { withProperties } from "../../src/tango/properties.ts";
import { settingsIn } from "../daemon/helpers.ts";

const SETTINGS = settingsIn("/base");

function reading(properties: Readonly<Record<string, readonly string[]>>) {
  return withProperties(SETTINGS, new Map(Object.entries(properties)));
}

Deno.test("each property takes the place of its setting, in any case of its name", () => {
  const { settings, taken, refused } = reading({
    dirraw: ["/ram/raw"],
    DirTemp: ["/ram/temp"],
    DirProc: ["/ram/proc"],
    DirOutputRoot: ["/data"],
    DirOutput: ["a\\b"],
    MaxProc: ["3"],
  });
  const { raw, temp, proc, output_root, output_dir } = settings.folders;
  assert.deepEqual([raw, temp, proc, output_root, output_dir], ["/ram/raw", "/ram/temp", "/ram/proc", "/data", "a/b"]);
  assert.equal(settings.daemon.max_proc, 3);
  assert.deepEqual(refused, []);
  assert.equal(taken[0], "DirRaw = /ram/raw");
});

Deno.test("what no property names stays as it was, and other properties are left alone", () => {
  const { settings, taken, refused } = reading({ polled_attr: ["state", "1000"], MaxProc: ["2"] });
  assert.deepEqual(settings, { ...SETTINGS, daemon: { ...SETTINGS.daemon, max_proc: 2 } });
  assert.deepEqual([taken, refused], [["MaxProc = 2"], []]);
});

Deno.test("a wrong value is refused by the property's name, and the configuration's holds; others are taken", () => {
  const { settings, taken, refused } = reading({
    MaxProc: ["10"],
    DirRaw: ["raw"],
    DirOutput: ["../up"],
    DirProc: ["/one", "/two"],
    DirTemp: ["/ram/temp"],
  });
  assert.deepEqual(settings, { ...SETTINGS, folders: { ...SETTINGS.folders, temp: "/ram/temp" } });
  assert.deepEqual(taken, ["DirTemp = /ram/temp"]);
  assert.deepEqual(refused.toSorted(), [
    'property DirOutput: "../up" cannot be used: Cannot use folder "../up": ".." leads out of the folder above',
    "property DirProc: one value is needed, not 2",
    'property DirRaw: "raw" is not an absolute path',
    "property MaxProc: 10 cannot be used: a whole number from 1 to 9 is needed, since more would not be faster: all " +
    "frames share one disk",
  ]);
  assert.deepEqual(reading({ MaxProc: ["five"] }).refused, ['property MaxProc: "five" is not a whole number']);
});

Deno.test("a folder that another setting uses is refused, but two may be exchanged", () => {
  const { refused } = reading({ DirRaw: ["/base/temp"] });
  assert.match(refused.join(), /^property DirRaw: it is the folder that folders\.raw names too/);
  const { settings } = reading({ DirRaw: ["/base/temp"], DirTemp: ["/base/raw"] });
  assert.deepEqual([settings.folders.raw, settings.folders.temp], ["/base/temp", "/base/raw"]);
});
