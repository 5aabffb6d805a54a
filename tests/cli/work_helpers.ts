/** Runs pewatch as its users do, on frames of the simulator. */
import { join } from "node:path";
import { simulate } from "../../src/qxrd/simulator/simulate.ts";

const MAIN = new URL("../../main.ts", import.meta.url).href;

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function pewatch(cwd: string, ...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, ...args],
    cwd,
    stdout: "piped",
    stderr: "piped",
  });
}

export async function run(cwd: string, ...args: string[]): Promise<Ran> {
  const { code, stdout, stderr } = await pewatch(cwd, ...args).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** Writes small frames, and darks before them. */
export async function writeFrames(folder: string, options: { count: number; darks?: number }): Promise<void> {
  for await (const _frame of simulate({ folder, base: "S", width: 64, rate_per_s: 0, darks: 0, ...options })) {
    // each is whole when it comes
  }
}

/** All files below a folder with their contents' SHA-256, names relative to it. */
export async function filesBelow(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  async function walk(relative: string): Promise<void> {
    for (const entry of Deno.readDirSync(join(folder, relative))) {
      const name = relative === "" ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory) await walk(name);
      else files.set(name, await sha256(join(folder, name)));
    }
  }
  await walk("");
  return files;
}

async function sha256(path: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", Deno.readFileSync(path));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
