import assert from "node:assert/strict";
import { join } from "node:path";
import { formatLocalIso } from "../../src/qxrd/date_time.ts";
import { parseSidecar } from "../../src/qxrd/sidecar.ts";
import type { SidecarValue } from "../../src/qxrd/sidecar_values.ts";
import { encodeKey, encodeText, renderSidecar } from "../../src/qxrd/sidecar_writer.ts";
import { bytesOf, DATA_FOLDER } from "./samples.ts";

interface Cases {
  readonly qt: string;
  readonly read: readonly { readonly latin1: string; readonly values: Record<string, unknown> }[];
  readonly write: readonly { readonly key: string; readonly text: string; readonly file: string }[];
  readonly dates: readonly { readonly iso: string; readonly file: string }[];
}

/** Made by Qt itself: tests/qxrd/make_qsettings_cases.py. */
const CASES: Cases = JSON.parse(Deno.readTextFileSync(join(DATA_FOLDER, "qsettings_cases.json")));

function asQtSays(value: SidecarValue | undefined): unknown {
  if (value === undefined || value === null || typeof value === "string") return value;
  if (!("kind" in value)) return value;
  return value.kind === "bytes" ? { bytes: hex(value.bytes) } : value;
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

Deno.test(`parseSidecar() reads ${CASES.read.length} scrambled files as Qt ${CASES.qt} does`, () => {
  for (const { latin1, values } of CASES.read) {
    // What has more flawed lines than keys is refused; these keys in front of the text keep it from that.
    const padding = "padding=\n".repeat(50);
    const sidecar = parseSidecar(Uint8Array.from(padding + latin1, (character) => character.charCodeAt(0)));
    const own: Record<string, unknown> = {};
    for (const { section, name } of sidecar.entries) {
      if (name === "padding") continue;
      own[section === "" ? name : `${section}/${name}`] = asQtSays(sidecar.value(section, name));
    }
    assert.deepEqual(own, values, JSON.stringify(latin1));
  }
});

Deno.test(`encodeText() and encodeKey() write as Qt ${CASES.qt} does`, () => {
  for (const { key, text, file } of CASES.write) {
    const entry = { section: "", key: encodeKey(key), raw: encodeText(text) };
    assert.equal(renderSidecar([entry], "\n"), file);
    assert.equal(parseSidecar(bytesOf(file)).value("", key), text);
  }
});

Deno.test(`parseSidecar() reads dates that Qt ${CASES.qt} wrote`, () => {
  for (const { iso, file } of CASES.dates) {
    const value = parseSidecar(bytesOf(file)).value("", "dateTime");
    assert.ok(value !== null && typeof value === "object" && "kind" in value && value.kind === "dateTime", file);
    assert.equal(formatLocalIso(value.dateTime), iso);
  }
});
