import assert from "node:assert/strict";
import fc from "fast-check";
import { formatDateString } from "../../src/qxrd/date_time.ts";
import { parseSidecar } from "../../src/qxrd/sidecar.ts";
import { type SidecarView, viewSidecar } from "../../src/qxrd/view.ts";
import { bytesOf, sample, SAMPLES } from "./samples.ts";

function view(text: string): SidecarView {
  return viewSidecar(parseSidecar(bytesOf(text)));
}

for (const { name, bytes } of SAMPLES) {
  Deno.test(`viewSidecar() finds no problem in ${name}, and its dateTime is its dateString`, () => {
    const sidecar = parseSidecar(bytes);
    const { problems, dateTime, dateString, width, height } = viewSidecar(sidecar);
    assert.deepEqual(problems, []);
    assert.ok(sidecar.raw("metadata", "dateTime")?.startsWith("@Variant("));
    assert.equal(formatDateString(dateTime!), dateString);
    assert.ok(width! > 0 && height! > 0);
  });
}

Deno.test("viewSidecar() gives each known key of a sidecar of 0.11.1 with its unit", () => {
  const { problems, ...rest } = viewSidecar(parseSidecar(sample("NAC_dc450").bytes));
  assert.deepEqual(problems, []);
  assert.deepEqual(rest, {
    width: 2048,
    height: 2048,
    dataType: 5,
    dataTypeName: "Subtracted Data",
    readoutMode: 0,
    exposureTime_s: 1,
    summedExposures: 30,
    imageNumber: 0,
    phaseNumber: 0,
    nPhases: 1,
    hBinning: 1,
    vBinning: 1,
    cameraGain: 0,
    triggered: 1,
    imageSaved: 1,
    used: true,
    dateTime: { year: 2014, month: 6, day: 26, hour: 15, minute: 44, second: 59, millisecond: 562 },
    dateTimeClock: { kind: "local", summer: null },
    dateString: "2014.06.26 : 15:44:59.562",
    timeStamp_s: 1403815499.54,
    fileBase: "NAC_dc450-00000.tif",
    fileName: "E:/2014-2/StaffJune14/NAC_dc450-00000.tif",
    title: "NAC_dc450-00000.tif",
    qxrdVersion: "0.11.1",
    qtVersion: "4.8.5",
    userComment1: "GO B: Sat Jun 21 11:53:47 2014",
    userComment2: "9183",
    userComment3: "Thu Jun 26 15:43:35 2014",
    userComment4: "292.9",
    normalization: [],
    extraInputs: [],
    centerfinder: {
      centerX_px: 1035.714,
      centerY_px: 1020.702,
      detectorXPixelSize_um: 200,
      detectorYPixelSize_um: 200,
      detectorDistance_mm: 601.3506,
      energy_ev: 17036.79,
      implementTilt: true,
      detectorTilt_deg: -0.203,
      tiltPlaneRotation_deg: 263.757,
    },
  });
});

Deno.test("viewSidecar() takes the names of 0.13 where the older ones are absent", () => {
  const newer = view("[metadata]\ncreator=QXRD\nversion=0.13.2\nfileIndex=7\nobjectSaved=1\ndetectorNumber=1\n");
  assert.deepEqual(newer, {
    creator: "QXRD",
    qxrdVersion: "0.13.2",
    imageNumber: 7,
    imageSaved: 1,
    detectorNumber: 1,
    problems: [],
  });
  assert.equal(view("[metadata]\nversion=0.13.2\nqxrdVersion=0.11.1\n").qxrdVersion, "0.11.1");
});

Deno.test("viewSidecar() reports a known key whose value cannot be used, and returns the others", () => {
  const { width, height, centerfinder, problems } = view(
    "[metadata]\nwidth=many\nheight=2048\nexposureTime=\n[centerfinder]\nenergy=nan\nimplementTilt=perhaps\ncenterX=1\n",
  );
  assert.equal(width, undefined);
  assert.equal(height, 2048);
  assert.deepEqual(centerfinder, { centerX_px: 1 });
  assert.deepEqual(problems.map(({ key, line }) => [key, line]), [
    ["metadata/width", 2],
    ["metadata/exposureTime", 4],
    ["centerfinder/energy", 6],
    ["centerfinder/implementTilt", 7],
  ]);
  assert.equal(problems[0]?.text, "Cannot read as a whole number");
});

Deno.test("viewSidecar() takes numbers as Qt writes them only", () => {
  const number = (text: string) => view(`[metadata]\nexposureTime=${text}\n`).exposureTime_s;
  assert.equal(number("1e-05"), 1e-5);
  assert.equal(number("-0.5"), -0.5);
  assert.equal(number(" 2 "), 2);
  for (const text of ["0x10", "1,5", "1.2.3", "inf", "Infinity", "1e999", "--1", "1 2", "12abc", "true"]) {
    assert.equal(number(text), undefined, text);
  }
  assert.equal(view("[metadata]\nwidth=2048.5\n").width, undefined);
  assert.equal(view("[metadata]\nwidth=99999999999999999999\n").width, undefined);
});

Deno.test("viewSidecar() takes dateString where there is no dateTime, and reports where they differ", () => {
  const alone = view("[metadata]\ndateString=2017.11.09 : 23:08:28.053\n");
  assert.equal(formatDateString(alone.dateTime!), "2017.11.09 : 23:08:28.053");
  const differing = view(
    String.raw`[metadata]
dateTime=@Variant(\0\0\0\x10\0%\x81\xd3\x4\xf7.\x15\xff)
dateString=2017.11.09 : 23:08:28.054
`,
  );
  assert.equal(formatDateString(differing.dateTime!), "2017.11.09 : 23:08:28.053");
  assert.equal(differing.problems.length, 1);
});

Deno.test("viewSidecar() reads a list as variant, as an array, as a section of its own, or as plain text", () => {
  const two = String.raw`\0\0\0\x2?\xf8\0\0\0\0\0\0@\0\0\0\0\0\0\0`;
  const variant = String.raw`@Variant(\0\0\0\x7f\0\0\0\xfQcepDoubleList\0${two})`;
  assert.deepEqual(view(`[metadata]\nnormalization=${variant}\n`).normalization, [1.5, 2]);
  const array = "normalization=@Invalid()\nnormalization\\size=2\nnormalization\\1\\val=1.5\nnormalization\\2\\val=2\n";
  assert.deepEqual(view(`[metadata]\n${array}`).normalization, [1.5, 2]);
  const section = "[metadata]\nnormalization=@Invalid()\n[normalization]\nsize=2\n1\\val=1.5\n2\\val=2\n";
  assert.deepEqual(view(section).normalization, [1.5, 2]);
  assert.deepEqual(view("[metadata]\nextraInputs=1.5, 2\n").extraInputs, [1.5, 2]);
  assert.deepEqual(view("[metadata]\nextraInputs=\n").extraInputs, []);
  assert.equal(view("[metadata]\nextraInputs=a, b\n").problems.length, 1);
});

Deno.test("viewSidecar() gives a comment whose commas are not quoted as one text", () => {
  assert.equal(view("[metadata]\nuserComment1=warm, then cold\n").userComment1, "warm, then cold");
});

Deno.test("viewSidecar() never throws, whatever stands behind the known keys", () => {
  const ofSamples = SAMPLES.flatMap(({ bytes }) => parseSidecar(bytes).entries.map(({ key }) => key));
  const newer = ["creator", "version", "fileIndex", "objectSaved", "detectorNumber"];
  const keys = new Set([...ofSamples.filter((key) => !key.includes("\\")), ...newer]);
  const values = fc.oneof(
    fc.string(),
    fc.constantFrom("@Variant(", "@Variant(\\0\\0\\0\\x10)", "@Invalid()", "1,2", "@ByteArray(x)", "-1", "\\"),
  );
  const line = fc.tuple(fc.constantFrom(...keys), values).map(([key, value]) =>
    `${key}=${value.replace(/[\0\r\n";]/g, "")}`
  );
  fc.assert(fc.property(fc.array(line), (lines) => {
    // A value that ends in a backslash takes in the next line, so each is followed by an empty one.
    const text = ["[metadata]", "width=1", ...lines, "[centerfinder]", ...lines].join("\n\n");
    assert.ok(Array.isArray(view(text).problems));
  }));
});
