/** A real memcached on a free port of this machine; PEWATCH_MEMCACHED names the program. */
import { Buffer } from "node:buffer";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { until } from "../daemon/helpers.ts";

export const MEMCACHED = Deno.env.get("PEWATCH_MEMCACHED");
export const PYTHON = Deno.env.get("PEWATCH_PYTHON");
const SET_KEY = fileURLToPath(new URL("./set_key.py", import.meta.url));
const START_MS_MAX = 10_000;

export class MemcachedServer implements AsyncDisposable {
  readonly port: number;
  readonly #child: Deno.ChildProcess;

  private constructor(port: number, child: Deno.ChildProcess) {
    this.port = port;
    this.#child = child;
  }

  /** @param port of one that was stopped, to come back in its place; a free one by default */
  static async start(port = freePort(), args: readonly string[] = []): Promise<MemcachedServer> {
    const user = Deno.build.os === "linux" && Deno.uid() === 0 ? ["-u", "nobody"] : [];
    const child = new Deno.Command(MEMCACHED!, {
      args: ["-l", "127.0.0.1", "-p", String(port), "-U", "0", ...user, ...args],
      stdout: "null",
      stderr: "null",
    }).spawn();
    const server = new MemcachedServer(port, child);
    const end_ms = performance.now() + START_MS_MAX;
    while (!await server.#answers()) {
      if (performance.now() > end_ms) throw new Error("memcached does not start");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** As an external program would, with any bytes and flags. */
  async set(key: string, value: string | Uint8Array, flags = 0): Promise<void> {
    const bytes = Buffer.from(value as string);
    const answer = await this.#command(Buffer.concat([
      Buffer.from(`set ${key} ${flags} 0 ${bytes.length}\r\n`),
      bytes,
      Buffer.from("\r\n"),
    ]));
    if (answer !== "STORED\r\n") throw new Error(`memcached says ${answer}`);
  }

  async delete(key: string): Promise<void> {
    await this.#command(Buffer.from(`delete ${key}\r\n`));
  }

  /** Stops answering without closing anything, as a computer that hangs. Comes back when no thread runs any more. */
  async pause(): Promise<void> {
    const { pid } = this.#child;
    Deno.kill(pid, "SIGSTOP");
    await until(() => Deno.build.os !== "linux" || threadStates(pid).every((state) => state === "T"), "its stop");
  }

  resume(): void {
    Deno.kill(this.#child.pid, "SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
  }

  async #answers(): Promise<boolean> {
    return (await this.#command(Buffer.from("version\r\n")).catch(() => "")).startsWith("VERSION");
  }

  #command(command: Buffer): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: "127.0.0.1", port: this.port });
      let answer = "";
      socket.on("error", reject);
      socket.on("data", (chunk) => {
        answer += chunk;
        if (answer.endsWith("\r\n")) socket.end();
      });
      socket.on("close", () => resolve(answer));
      socket.write(command);
    });
  }
}

/** Sets a key by a Python program that knows nothing of pewatch. */
export async function setByPython(server: MemcachedServer, key: string, value: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(PYTHON!, { args: [SET_KEY, String(server.port), key, value] })
    .output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** One letter for each thread, "T" for one that is stopped (proc(5)). */
function threadStates(pid: number): string[] {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => {
    const stat = Deno.readTextFileSync(`/proc/${pid}/task/${name}/stat`);
    return stat.slice(stat.lastIndexOf(")") + 2)[0] ?? "";
  });
}
