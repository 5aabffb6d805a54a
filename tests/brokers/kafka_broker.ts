/** A real Kafka broker of one node on free ports of this machine; PEWATCH_KAFKA names the folder of its jars. */
import assert from "node:assert/strict";
import { freePort } from "../ffi/tango/ports.ts";
import { TempFolder } from "../temp_folder.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { python } from "./python_tool.ts";

/** A start takes 6 s on an idle machine. */
const START_MS_MAX = 240_000;
/** 22 characters of base64url, any. */
const CLUSTER = "MkU3OEVBNTcwNTJENDM2Qg";

export interface KafkaMessage {
  readonly partition: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly sequence: number; readonly id: string; readonly name: string } & Record<string, unknown>;
}

export class KafkaBroker implements AsyncDisposable {
  readonly #folder: TempFolder;
  readonly #port = freePort();
  readonly #controller = freePort();
  readonly #login = freePort();
  readonly #secure = freePort();
  readonly #mutual = freePort();
  readonly #configuration: string;
  #certificates: Certificates | null = null;
  #child: Deno.ChildProcess | null = null;

  private constructor(options: { readonly on?: string }) {
    this.#folder = new TempFolder(options);
    this.#configuration = this.#folder.join("server.properties");
    const keystore = this.#folder.join("keystore.pem");
    const secure = `localhost:${this.#secure}`;
    const mutual = `localhost:${this.#mutual}`;
    const [port, controller, login] = [this.#port, this.#controller, this.#login].map((one) => `127.0.0.1:${one}`);
    const one = ["offsets.topic", "transaction.state.log", "share.coordinator.state.topic"];
    Deno.writeTextFileSync(
      this.#configuration,
      [
        "process.roles=broker,controller",
        "node.id=1",
        `controller.quorum.voters=1@${controller}`,
        `listeners=PLAINTEXT://${port},CONTROLLER://${controller},SASL_PLAINTEXT://${login},SASL_SSL://${secure},SSL://${mutual}`,
        `advertised.listeners=PLAINTEXT://${port},SASL_PLAINTEXT://${login},SASL_SSL://${secure},SSL://${mutual}`,
        "controller.listener.names=CONTROLLER",
        "inter.broker.listener.name=PLAINTEXT",
        "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT," +
        "SASL_SSL:SASL_SSL,SSL:SSL",
        "listener.name.sasl_plaintext.sasl.enabled.mechanisms=PLAIN",
        "listener.name.sasl_ssl.sasl.enabled.mechanisms=SCRAM-SHA-256",
        "listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=" +
        "org.apache.kafka.common.security.scram.ScramLoginModule required;",
        "listener.name.ssl.ssl.client.auth=required",
        "ssl.truststore.type=PEM",
        `ssl.truststore.location=${this.#folder.join("ca.pem")}`,
        "ssl.keystore.type=PEM",
        `ssl.keystore.location=${keystore}`,
        "listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule " +
        'required username="admin" password="secret" user_pewatch="secret";',
        `log.dirs=${this.#folder.join("logs")}`,
        "auto.create.topics.enable=false",
        ...one.map((name) => `${name}.replication.factor=1`),
        ...one.slice(1).map((name) => `${name}.min.isr=1`),
        "offsets.topic.num.partitions=1",
        "group.initial.rebalance.delay.ms=0",
        "",
      ].join("\n"),
    );
  }

  /** @param options.on the folder that its own one is made in */
  static async start(options: { readonly on?: string } = {}): Promise<KafkaBroker> {
    const broker = new KafkaBroker(options);
    const { cert, key } = broker.#certificates = await makeCertificates(broker.#folder.path);
    const keystore = [key, cert].map((file) => Deno.readTextFileSync(file)).join("");
    Deno.writeTextFileSync(broker.#folder.join("keystore.pem"), keystore);
    const user = ["--add-scram", "SCRAM-SHA-256=[name=pewatch,password=secret]"];
    await broker.#java("kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", broker.#configuration, ...user).status;
    await broker.run();
    return broker;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Where a password is asked for: user pewatch, password secret. */
  get addressWithLogin(): string {
    return `127.0.0.1:${this.#login}`;
  }

  /** With TLS; passwords of the same user by SCRAM-SHA-256. */
  get addressWithTls(): string {
    return `localhost:${this.#secure}`;
  }

  /** With TLS, where clients are known by their certificate alone. */
  get addressForCertificates(): string {
    return `localhost:${this.#mutual}`;
  }

  /** Also a right one of a client. */
  get certificates(): Certificates {
    return this.#certificates!;
  }

  async run(): Promise<void> {
    this.#child = this.#java("kafka.Kafka", this.#configuration);
    for (const end_ms = performance.now() + START_MS_MAX; !await this.#listens();) {
      if (performance.now() > end_ms) throw new Error("Kafka does not start");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    try {
      child?.kill("SIGKILL");
    } catch {
      // it has ended by itself
    }
    await child?.status;
  }

  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  async make(topic: string, options: { partitions?: number; config?: Record<string, string> } = {}): Promise<void> {
    await python("kafka_tool", this.address, "make", JSON.stringify({ topic, ...options }));
  }

  async change(topic: string, config: Record<string, string>): Promise<void> {
    await python("kafka_tool", this.address, "change", JSON.stringify({ topic, config }));
  }

  read(topic: string): Promise<KafkaMessage[]> {
    return python("kafka_tool", this.address, "read", JSON.stringify({ topic }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.#folder[Symbol.dispose]();
  }

  #java(...args: readonly string[]): Deno.ChildProcess {
    const jars = Deno.env.get("PEWATCH_KAFKA");
    assert.ok(jars, "PEWATCH_KAFKA names a folder with Kafka's jars; build/test sets it");
    const quick = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", `${jars}/*`];
    return new Deno.Command("java", { args: [...quick, ...args], stdout: "null", stderr: "null" }).spawn();
  }

  async #listens(): Promise<boolean> {
    try {
      (await Deno.connect({ hostname: "localhost", port: this.#secure })).close();
      return true;
    } catch {
      return false;
    }
  }
}
