/** A real nats-server with JetStream on a free port of this machine; PEWATCH_NATS_SERVER names the program. */
import assert from "node:assert/strict";
import { freePort } from "../ffi/tango/ports.ts";
import { TempFolder } from "../temp_folder.ts";
import type { Certificates } from "./certificates.ts";
import { python } from "./python_tool.ts";

const START_MS_MAX = 60_000;

export interface NatsMessage {
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly sequence: number; readonly id: string; readonly name: string } & Record<string, unknown>;
}

export interface StreamOptions {
  readonly name: string;
  readonly subjects?: readonly string[];
  readonly max_msgs?: number;
  readonly max_bytes?: number;
  readonly max_msg_size?: number;
  readonly discard?: "new" | "old";
}

export const STREAM: StreamOptions = { name: "PEWATCH", subjects: ["pewatch.frames.*"] };

export interface NatsServerOptions {
  readonly jetstream?: boolean;
  readonly tls?: Certificates | null;
  /** Whether clients have to show a certificate of the same authority. */
  readonly asksForCertificate?: boolean;
}

export class NatsServer implements AsyncDisposable {
  readonly #folder = new TempFolder();
  readonly #port = freePort();
  readonly #configuration = this.#folder.join("nats.conf");
  #child: Deno.ChildProcess | null = null;

  private constructor({ jetstream = true, tls = null, asksForCertificate = false }: NatsServerOptions) {
    Deno.writeTextFileSync(
      this.#configuration,
      [
        `listen: 127.0.0.1:${this.#port}`,
        ...jetstream ? [`jetstream { store_dir: "${this.#folder.join("jetstream")}", max_file_store: 100MB }`] : [],
        `authorization { user: pewatch, password: secret }`,
        ...tls === null ? [] : [
          `tls { cert_file: "${tls.cert}", key_file: "${tls.key}"`,
          ...asksForCertificate ? [`ca_file: "${tls.ca}", verify: true`] : [],
          "}",
        ],
      ].join("\n"),
    );
  }

  static async start(options: NatsServerOptions = {}): Promise<NatsServer> {
    const server = new NatsServer(options);
    await server.run();
    return server;
  }

  get address(): string {
    return `nats://127.0.0.1:${this.#port}`;
  }

  /** For clients that take user and password from the address. */
  get #url(): string {
    return `nats://pewatch:secret@127.0.0.1:${this.#port}`;
  }

  async run(): Promise<void> {
    const program = Deno.env.get("PEWATCH_NATS_SERVER");
    assert.ok(program, "PEWATCH_NATS_SERVER names nats-server; build/test sets it");
    this.#child = new Deno.Command(program, { args: ["-c", this.#configuration], stdout: "null", stderr: "null" })
      .spawn();
    for (const end_ms = performance.now() + START_MS_MAX; !await this.#answers();) {
      if (performance.now() > end_ms) throw new Error("nats-server does not start");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#child?.status;
    this.#child = null;
  }

  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  async make(stream = STREAM): Promise<void> {
    await python("nats_tool", this.#url, "make", JSON.stringify(stream));
  }

  async change(stream: StreamOptions): Promise<void> {
    await python("nats_tool", this.#url, "change", JSON.stringify(stream));
  }

  read(stream = STREAM.name): Promise<NatsMessage[]> {
    return python("nats_tool", this.#url, "read", JSON.stringify({ name: stream }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.#folder[Symbol.dispose]();
  }

  /** It says INFO by itself. */
  async #answers(): Promise<boolean> {
    try {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port: this.#port });
      return (await connection.read(new Uint8Array(16)) ?? 0) > 0;
    } catch {
      return false;
    }
  }
}
