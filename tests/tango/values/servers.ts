/** Device servers of other people's making for the tests of the client, and what is wrong at a port without one. */
import { join } from "node:path";
import { LIBRARY_OF_CLIENT, PYTHONS } from "../../ffi/tango/environment.ts";
import { freePort } from "../../ffi/tango/ports.ts";
import { TextLineStream } from "../../text_lines.ts";

const HERE = import.meta.dirname!;

export const CAN_READ = LIBRARY_OF_CLIENT !== undefined && PYTHONS.length > 0;

/** A PyTango server with devices `test/values/1` … without a database. */
export class ValuesServer implements AsyncDisposable {
  readonly address = `127.0.0.1:${freePort()}`;
  readonly #python: string;
  readonly #devices: number;
  readonly #database: string | null;
  #process: Deno.ChildProcess | null = null;
  #operator: Operator | null = null;

  constructor(
    { python = PYTHONS[0]!.python, devices = 1, database = null }: {
      python?: string;
      devices?: number;
      database?: string | null;
    } = {},
  ) {
    this.#python = python;
    this.#devices = devices;
    this.#database = database;
  }

  static async start(options: ConstructorParameters<typeof ValuesServer>[0] = {}): Promise<ValuesServer> {
    const server = new ValuesServer(options);
    await server.start();
    return server;
  }

  /** Of the attribute, as the configuration names it. */
  attribute(name: string, device = 1): string {
    return `${this.device(device)}/${name}`.replace(/(#dbase=no)\/(.*)$/, "/$2$1");
  }

  device(number = 1): string {
    const name = `test/values/${number}`;
    return this.#database === null ? `tango://${this.address}/${name}#dbase=no` : `tango://${this.#database}/${name}`;
  }

  /** Its devices stand in the database. */
  async register(): Promise<void> {
    const script = `
import sys, tango
host, port = sys.argv[1].split(":")
database = tango.Database(host, int(port))
for number in range(1, int(sys.argv[2]) + 1):
    info = tango.DbDevInfo()
    info.server, info._class, info.name = "Values/test", "Values", f"test/values/{number}"
    database.add_device(info)
database.put_device_alias("test/values/1", "sample_x")
`;
    const args = ["-c", script, this.#database!, String(this.#devices)];
    const { success, stderr } = await new Deno.Command(PYTHONS[0]!.python, { args }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  }

  async start(): Promise<void> {
    const devices = Array.from({ length: this.#devices }, (_, index) => `test/values/${index + 1}`);
    const place = this.#database === null ? ["-nodb", "-dlist", devices.join(",")] : [];
    this.#process = new Deno.Command(this.#python, {
      args: [join(HERE, "server.py"), "test", ...place, "-ORBendPoint", `giop:tcp:${this.address}`],
      env: this.#database === null ? {} : { TANGO_HOST: this.#database },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    await untilReady(this.#process.stdout);
  }

  async call(command: string, argument?: unknown, device = 1): Promise<void> {
    await this.#operate("command", this.device(device), command, ...argument === undefined ? [] : [argument]);
  }

  /** Starts one of its devices anew, as an operator does through the server's own device. */
  async restartDevice(device = 1): Promise<void> {
    const place = this.#database === null ? this.address : this.#database;
    const end = this.#database === null ? "#dbase=no" : "";
    const admin = `tango://${place}/dserver/Values/test${end}`;
    await this.#operate("command", admin, "DevRestart", `test/values/${device}`);
  }

  /** Changes what the server says of an attribute: unit, label, enum_labels. */
  async configure(name: string, change: Record<string, unknown>, device = 1): Promise<void> {
    await this.#operate("configure", this.device(device), name, change);
  }

  async #operate(what: string, ...of: readonly unknown[]): Promise<void> {
    this.#operator ??= new Operator(this.#python);
    await this.#operator.do(what, ...of);
  }

  /** It answers nothing any more, but its port is open. */
  freeze(frozen: boolean): void {
    this.#process?.kill(frozen ? "SIGSTOP" : "SIGCONT");
  }

  async stop(): Promise<void> {
    const process = this.#process;
    this.#process = null;
    if (process === null) return;
    try {
      process.kill("SIGKILL");
    } catch {
      // It has crashed: what the test waits for says so.
    }
    await process.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#operator?.[Symbol.asyncDispose]();
    await this.stop();
  }
}

/** Who works at the devices: one process for all that is done, one thing after the other. */
class Operator implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #lines: AsyncIterableIterator<string>;

  constructor(python: string) {
    const args = [join(HERE, "operate.py")];
    this.#child = new Deno.Command(python, { args, stdin: "piped", stdout: "piped", stderr: "null" }).spawn();
    this.#input = this.#child.stdin.getWriter();
    const text = this.#child.stdout.pipeThrough(new TextDecoderStream());
    this.#lines = text.pipeThrough(new TextLineStream()).values();
  }

  /** @throws what the device says */
  async do(what: string, ...of: readonly unknown[]): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify([what, ...of])}\n`));
    const { value, done } = await this.#lines.next();
    const failure = done ? `${what} has ended the operator's program` : JSON.parse(value);
    if (failure !== null) throw new Error(failure);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#lines.return?.();
    await this.#child.status;
  }
}

async function untilReady(output: ReadableStream<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  const reader = output.getReader();
  for (let text = ""; !text.includes("Ready to accept request");) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The server has ended: ${text}`);
    text += decoder.decode(value);
  }
  void (async () => {
    while (!(await reader.read()).done);
  })();
}

/** Accepts connections and never answers; with `rubbish` it answers each with that, with "" it closes each. */
export class OddPort implements Disposable {
  readonly address: string;
  readonly #listener: Deno.TcpListener;
  readonly #connections: Deno.Conn[] = [];

  constructor(rubbish: string | null = null) {
    const listener = this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.address = `127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}`;
    void (async () => {
      for await (const connection of listener) {
        if (rubbish !== "") this.#connections.push(connection);
        if (rubbish === "") connection.close();
        else if (rubbish !== null) await connection.write(new TextEncoder().encode(rubbish)).catch(() => {});
      }
    })();
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
  }
}

/** Waits until it is so; the limit is only for what never comes. */
export async function until(what: () => boolean | Promise<boolean>, message: () => string): Promise<void> {
  const end_ms = performance.now() + 120_000;
  while (!await what()) {
    if (performance.now() > end_ms) throw new Error(message());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
