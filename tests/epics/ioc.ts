/** A real IOC for the tests: softioc, which is EPICS base in Python. */
import { fileURLToPath } from "node:url";
import { freePort } from "../ffi/tango/ports.ts";

export const PYTHON = Deno.env.get("PEWATCH_PYTHON");
const SCRIPT = fileURLToPath(new URL("./ioc.py", import.meta.url));

export class Ioc implements AsyncDisposable {
  readonly port = freePort();
  #process: Deno.ChildProcess | null = null;
  #lines: ReadableStreamDefaultReader<string> | null = null;
  #input: WritableStreamDefaultWriter<Uint8Array> | null = null;
  #rest = "";

  static async start(): Promise<Ioc> {
    const ioc = new Ioc();
    await ioc.start();
    return ioc;
  }

  async start(): Promise<void> {
    this.#process = new Deno.Command(PYTHON!, {
      args: [SCRIPT],
      env: {
        EPICS_CA_SERVER_PORT: String(this.port),
        EPICS_CAS_INTF_ADDR_LIST: "127.0.0.1",
        EPICS_CAS_BEACON_ADDR_LIST: "127.0.0.1",
        EPICS_CAS_AUTO_BEACON_ADDR_LIST: "NO",
        EPICS_CA_ADDR_LIST: "127.0.0.1",
        EPICS_CA_AUTO_ADDR_LIST: "NO",
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#lines = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#input = this.#process.stdin.getWriter();
    this.#rest = "";
    await this.#until("READY");
  }

  async call(line: string): Promise<void> {
    await this.#input!.write(new TextEncoder().encode(`${line}\n`));
    await this.#until("OK");
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#process!.kill(signal);
  }

  async kill(): Promise<void> {
    const process = this.#process;
    if (process === null) return;
    this.#process = null;
    process.kill("SIGKILL");
    await process.status;
    await this.#lines?.cancel().catch(() => {});
    await this.#input?.abort().catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #until(word: string): Promise<void> {
    while (!this.#rest.split("\n").includes(word)) {
      const { value, done } = await this.#lines!.read();
      if (done) throw new Error(`The IOC ended: ${this.#rest}`);
      this.#rest += value;
    }
    this.#rest = "";
  }
}
