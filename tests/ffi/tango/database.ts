/** A Tango database of a test's own: MariaDB and Debian's tango-db on this machine alone, in a folder that goes with it. */
import { join } from "node:path";
import { PYTHONS } from "./environment.ts";
import { freePort } from "./ports.ts";

/** The server's package unpacked; build/lib/tango_tests.sh sets it. Without it there is no database to test with. */
export const DATABASE_PACKAGE = Deno.env.get("PEWATCH_TANGO_DATABASE");

/** A start takes about a second; only one that hangs takes so long. */
const START_MS_MAX = 60_000;
const LOOK_MS = 20;
/** Not all systems have servers in the PATH of every user. */
const PATH = `${Deno.env.get("PATH")}:/usr/sbin`;

const UNTIL_IT_ANSWERS = `
import sys, time, tango
end = time.monotonic() + ${START_MS_MAX / 1000}
while True:
    try:
        tango.Database(sys.argv[1], int(sys.argv[2])).get_info()
        break
    except tango.DevFailed:
        if time.monotonic() > end:
            raise
        time.sleep(0.02)
`;

export class TangoDatabase implements AsyncDisposable {
  /** "127.0.0.1:port", the same over all stops and starts. */
  readonly address = `127.0.0.1:${freePort()}`;
  readonly #folder: string;
  readonly #mariadbPort = freePort();
  #mariadb: Deno.ChildProcess | null = null;
  #server: Deno.ChildProcess | null = null;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Empty, and serving. */
  static async start(): Promise<TangoDatabase> {
    const database = await TangoDatabase.prepare();
    await database.serve();
    return database;
  }

  /** Its address is known, but nothing answers there yet. */
  static async prepare(): Promise<TangoDatabase> {
    const database = new TangoDatabase(Deno.makeTempDirSync({ prefix: "pewatch-tango-db-" }));
    try {
      await database.#startMariadb();
      return database;
    } catch (error) {
      await database[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #startMariadb(): Promise<void> {
    const user = Deno.uid() === 0 ? ["--user=root"] : [];
    const data = `--datadir=${join(this.#folder, "data")}`;
    // Two that are made at a time must not meet in the system's temporary folder.
    const temporary = join(this.#folder, "tmp");
    Deno.mkdirSync(temporary);
    const rights = [`--tmpdir=${temporary}`, "--auth-root-authentication-method=normal", "--skip-test-db"];
    await this.#run("mariadb-install-db", ["--no-defaults", ...user, data, ...rights]);
    const small = ["--innodb-log-file-size=4M", "--innodb-flush-log-at-trx-commit=0"];
    const network = ["--bind-address=127.0.0.1", "--skip-name-resolve", `--port=${this.#mariadbPort}`];
    const place = [
      `--tmpdir=${temporary}`,
      `--socket=${this.#socket}`,
      `--pid-file=${join(this.#folder, "pid")}`,
      ...network,
    ];
    this.#mariadb = this.#spawn("mariadbd", ["--no-defaults", ...user, data, ...small, ...place]);
    const deadline = performance.now() + START_MS_MAX;
    while (await this.#sql("SELECT 1") !== "") {
      if (performance.now() > deadline) throw new Error("MariaDB does not start");
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    const words = await this.#sql(this.#schema());
    if (words !== "") throw new Error(`Cannot make the database: ${words}`);
  }

  /** As the package would make it, whose files lie elsewhere here. */
  #schema(): string {
    const package_ = DATABASE_PACKAGE!;
    const path = join(package_, "usr/share/dbconfig-common/data/tango-db/install/mysql");
    const text = Deno.readTextFileSync(path).replaceAll("/usr/share/", `${package_}/usr/share/`);
    const right = "GRANT ALL ON tango.* TO 'tango'@'127.0.0.1' IDENTIFIED BY 'tango'";
    return `CREATE DATABASE tango;\n${right};\nUSE tango;\n${text}`;
  }

  get #socket(): string {
    return join(this.#folder, "socket");
  }

  /** Starts Tango's server, for the first time or again: what was in it is there. */
  async serve(): Promise<void> {
    this.#server = this.#spawn(
      join(DATABASE_PACKAGE!, "usr/lib/tango/DataBaseds"),
      ["2", "-ORBendPoint", `giop:tcp:${this.address}`],
      {
        MYSQL_HOST: `127.0.0.1:${this.#mariadbPort}`,
        MYSQL_USER: "tango",
        MYSQL_PASSWORD: "tango",
        MYSQL_DATABASE: "tango",
        TANGO_HOST: this.address,
      },
    );
    // It listens before it answers.
    const [host, port] = this.address.split(":");
    await this.#run(PYTHONS[0]!.python, ["-c", UNTIL_IT_ANSWERS, host!, port!]);
  }

  /** Tango's server goes, as when its host is switched off; what is in it stays. */
  async away(): Promise<void> {
    await end(this.#server);
    this.#server = null;
  }

  /** It hangs, or goes on: whoever asks it gets no answer. */
  freeze(frozen: boolean): void {
    this.#server?.kill(frozen ? "SIGSTOP" : "SIGCONT");
  }

  /** Gives what went wrong, "" where nothing did. */
  async #sql(text: string): Promise<string> {
    const client = new Deno.Command("mariadb", {
      args: ["--no-defaults", "--user=root", `--socket=${this.#socket}`],
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const writer = client.stdin.getWriter();
    // Where it cannot connect it ends without reading.
    await writer.write(new TextEncoder().encode(text)).then(() => writer.close()).catch(() => {});
    const { success, stderr } = await client.output();
    return success ? "" : new TextDecoder().decode(stderr) || "?";
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    const { success, stderr } = await new Deno.Command(program, { args: [...args], env: { PATH } }).output();
    if (!success) throw new Error(`Cannot run ${program}: ${new TextDecoder().decode(stderr)}`);
  }

  #spawn(program: string, args: readonly string[], env: Record<string, string> = {}): Deno.ChildProcess {
    return new Deno.Command(program, {
      args: [...args],
      cwd: this.#folder,
      env: { PATH, ...env },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#server);
    await end(this.#mariadb);
    await Deno.remove(this.#folder, { recursive: true });
  }
}

async function end(child: Deno.ChildProcess | null): Promise<void> {
  try {
    child?.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // it has ended by itself
  }
  await child?.status;
}
