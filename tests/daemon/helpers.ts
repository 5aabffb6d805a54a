/** What the daemon's tests share: a log that remembers, settings in a folder that goes, waiting for a condition. */
import assert from "node:assert/strict";
import type { Settings } from "../../src/config/settings.ts";
import { defaultSettings } from "../../src/config/settings.ts";
import type { Logger } from "../../src/log/logger.ts";
import { PluginHost } from "../../src/plugins/host/plugin_host.ts";
import type { PluginSource } from "../../src/plugins/source.ts";
import { TempFolder } from "../temp_folder.ts";

export interface MemoryLog extends Logger {
  readonly lines: string[];
}

export function memoryLog(): MemoryLog {
  const lines: string[] = [];
  return {
    lines,
    debug: (message) => void lines.push(`debug ${message}`),
    info: (message) => void lines.push(`info ${message}`),
    warn: (message) => void lines.push(`warn ${message}`),
    error: (message) => void lines.push(`error ${message}`),
  };
}

/** Only a test that fails waits so long: a busy machine with a slow disk takes many seconds for one frame. */
const PATIENCE_MS = 120_000;

/** Waits for a condition; fails by name when it does not come. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end_ms = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > end_ms) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function tempFolder(): TempFolder {
  return new TempFolder();
}

/** A program of this folder, once it has said that it holds what it is told to; it does so until it is killed. */
export async function holdInAnotherProcess(program: string, ...args: string[]): Promise<Deno.ChildProcess> {
  const script = new URL(program, import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), { args: ["run", "-A", script, ...args], stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assert.equal(new TextDecoder().decode(value).trim(), "held");
  await reader.cancel();
  return child;
}

export function source(file: string, options: { name?: string; essential?: boolean } = {}): PluginSource {
  const url = new URL(`../plugins/samples/${file}.ts`, import.meta.url).href;
  return {
    url,
    name: options.name ?? file,
    file: null,
    hash: "",
    problem: null,
    essential: options.essential ?? false,
  };
}

/** Default settings below a folder, with tables for plugins and 3 failures in a row at most. */
export function settingsIn(base: string, tables: Settings["plugins"]["tables"] = {}): Settings {
  const settings = defaultSettings(base);
  return { ...settings, plugins: { ...settings.plugins, failures_max: 3, tables } };
}

/** The same for a daemon that ticks 20 times a second and takes a frame 20 ms after it was last written to. */
export function quickSettings(base: string, tables: Settings["plugins"]["tables"] = {}): Settings {
  const { daemon, frames, ...others } = settingsIn(base, tables);
  return {
    ...others,
    daemon: { ...daemon, ticktack: 0.05, multiplier: 1 },
    frames: { ...frames, settle_s: 0.02 },
  };
}

export interface HostUnderTest extends AsyncDisposable {
  readonly host: PluginHost;
  readonly log: MemoryLog;
  readonly conditions: Map<string, string>;
}

export async function startHost(sources: PluginSource[], settings: Settings): Promise<HostUnderTest> {
  const log = memoryLog();
  const conditions = new Map<string, string>();
  const host = new PluginHost({
    sources,
    log,
    settings: () => settings,
    onFrame: () => {},
    onCondition: ({ key, message }) => void (message === null ? conditions.delete(key) : conditions.set(key, message)),
    onBacklog: () => {},
  });
  await host.start();
  return { host, log, conditions, [Symbol.asyncDispose]: () => host.stop() };
}
