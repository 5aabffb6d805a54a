/** Other people's readers (tests/e2e/python) put to delivered files, many at once, and what they must say. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { TestImage } from "./frames.ts";

const SCRIPTS = new URL("python/", import.meta.url);
/** As long as the slowest machine takes for some dozen files. */
const TIME_LIMIT_MS = 120_000;

export interface Question {
  readonly path: string;
  /** The working folder to open it from. */
  readonly folder?: string;
  readonly application?: boolean;
}

/** What one reader made of one file. */
export interface Reading {
  readonly error: string | null;
  readonly warnings: readonly string[];
  readonly complaints?: readonly string[];
  readonly shape?: readonly number[];
  readonly dtype?: string;
  readonly sha256?: string;
  readonly [more: string]: unknown;
}

export type Readings = Readonly<Record<string, Reading>>;

/** Asks a script about files; it runs in a folder that is not theirs. */
export async function ask(script: string, questions: readonly Question[]): Promise<Readings[]> {
  const cwd = Deno.makeTempDirSync({ prefix: "pewatch-e2e-elsewhere-" });
  try {
    const child = new Deno.Command(pythonOrFail(), {
      args: [fileURLToPath(new URL(`${script}.py`, SCRIPTS))],
      cwd,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      env: { PYTHONDONTWRITEBYTECODE: "1" },
      signal: AbortSignal.timeout(TIME_LIMIT_MS),
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(JSON.stringify(questions)));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    assert.equal(code, 0, `${script}.py ended with ${code}: ${new TextDecoder().decode(stderr)}`);
    return JSON.parse(new TextDecoder().decode(stdout)) as Readings[];
  } finally {
    Deno.removeSync(cwd, { recursive: true });
  }
}

/** Everything at once, the readers of NeXus files after each other: nexusformat locks a file that it has open. */
export async function askAll(
  tiffs: readonly Question[],
  nexus: readonly Question[],
): Promise<{ tiffs: Readings[]; opened: Readings[]; valid: Readings[] }> {
  const ofTiffs = ask("read_tiff", tiffs);
  const opened = await ask("read_nexus", nexus);
  const valid = await ask("validate_nexus", nexus);
  return { tiffs: await ofTiffs, opened, valid };
}

function pythonOrFail(): string {
  const python = Deno.env.get("PEWATCH_PYTHON");
  assert.ok(python, "PEWATCH_PYTHON names no Python with the readers of tests/python; run this by build/test e2e");
  return python;
}

/** What is left out for a file that a reader does not claim to read, with the reason. */
export interface Leave {
  readonly reader: string;
  readonly because: string;
}

/** Every reader read it without a word, and saw the same pixels. */
export function assertTiffRead(name: string, readings: Readings, expected: TestImage, leave: readonly Leave[] = []) {
  for (const [reader, reading] of Object.entries(readings)) {
    if (leave.some((one) => one.reader === reader)) continue;
    const where = `${reader} on ${name}: ${JSON.stringify(reading).slice(0, 1000)}`;
    assert.equal(reading.error, null, where);
    assert.deepEqual([...reading.warnings, ...reading.complaints ?? []], [], where);
    if (reading.shape) assert.deepEqual(reading.shape, [expected.height, expected.width], where);
    if (reading.dtype) assert.equal(reading.dtype, expected.dtype, where);
    if (reading.sha256) assert.equal(reading.sha256, expected.sha256, where);
    if (reader === "GSAS-II") assert.deepEqual([reading.strip, reading.misleading], [8, []], where);
  }
}

/** Every reader found the default image, without a word, with the same pixels. */
export function assertNexusRead(name: string, readings: Readings, expected: TestImage) {
  for (const [reader, reading] of Object.entries(readings)) {
    const where = `${reader} on ${name}: ${JSON.stringify({ ...reading, values: undefined })}`;
    assert.equal(reading.error, null, where);
    assert.deepEqual(reading.warnings, [], where);
    assert.deepEqual(reading.shape, [expected.height, expected.width], where);
    assert.equal(reading.dtype, expected.dtype, where);
    assert.equal(reading.sha256, expected.sha256, where);
  }
  const { silx, fabio } = readings;
  assert.deepEqual([silx?.interpretation, silx?.axes], ["image", ["frame_number", "y", "x"]], name);
  assert.equal(fabio?.frames, 1, name);
}

/**
 * No validator found an error; nxcheck has no warning either unless `warnings` allows some. `outdated` are errors by a
 * definition that has changed since.
 */
export function assertValid(
  name: string,
  readings: Readings,
  options: { warnings?: RegExp; outdated?: RegExp } = {},
) {
  for (const [validator, reading] of Object.entries(readings)) {
    const where = `${validator} on ${name}: ${JSON.stringify(reading, null, 1)}`;
    assert.equal(reading.error, null, where);
    const said = reading.lines as string[];
    const outdated = said.filter((line) => options.outdated?.test(line));
    assert.equal(reading.errors_count, outdated.length, where);
    const lines = said.filter((line) => !options.warnings?.test(line) && !outdated.includes(line));
    assert.deepEqual(lines, [], where);
  }
}
