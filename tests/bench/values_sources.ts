/** What the daemon reads values from: 200 good Tango attributes, a device that hangs, a database that restarts. */
import { DATABASE_PACKAGE, TangoDatabase } from "../ffi/tango/database.ts";
import { CAN_READ, ValuesServer } from "../tango/values/servers.ts";

export const CAN_HAVE_SOURCES = CAN_READ && DATABASE_PACKAGE !== undefined && Deno.build.os === "linux";

const ATTRIBUTES = [
  "Position",
  "Temperature",
  "Short",
  "Byte",
  "UShort",
  "Long",
  "ULong",
  "Long64",
  "Enabled",
  "Proposal",
];
const DEVICES = 20;

export class ValuesSources implements AsyncDisposable {
  readonly #open: AsyncDisposableStack;
  readonly #database: TangoDatabase;
  #isAway = false;
  #turning: Promise<void> = Promise.resolve();
  readonly count: number;
  readonly tables: string;
  /** The parameters that each frame has: what the hung device has is never read; the database's attribute goes and comes. */
  readonly expected: readonly string[];

  private constructor(
    open: AsyncDisposableStack,
    of: { database: TangoDatabase; good: ValuesServer; bad: readonly string[] },
  ) {
    this.#open = open;
    this.#database = of.database;
    const attributes = Array.from(
      { length: DEVICES },
      (_, device) => ATTRIBUTES.map((name) => of.good.attribute(name, device + 1)),
    ).flat();
    const tables = [...attributes, ...of.bad].map((name, index) =>
      `[[plugins.tango.attributes]]\nname = "${name}"\nparameter = "value ${index}"`
    );
    this.count = tables.length;
    this.tables = tables.join("\n");
    this.expected = attributes.map((_, index) => `value ${index}`);
  }

  static async start(): Promise<ValuesSources> {
    await using open = new AsyncDisposableStack();
    const good = open.use(await ValuesServer.start({ devices: DEVICES }));
    const hung = open.use(await ValuesServer.start());
    const database = open.use(await TangoDatabase.start());
    const listed = open.use(new ValuesServer({ database: database.address }));
    await listed.register();
    await listed.start();
    hung.freeze(true);
    const bad = [hung.attribute("Position"), listed.attribute("Position")];
    return new ValuesSources(open.move(), { database, good, bad });
  }

  /** Stops the database's server or starts it again; one at a time, whenever it is done. */
  databaseAway(isAway: boolean): void {
    if (isAway === this.#isAway) return;
    this.#isAway = isAway;
    const turn = () => isAway ? this.#database.away() : this.#database.serve();
    this.#turning = this.#turning.then(turn, turn);
  }

  /** @throws where the database could not be stopped or started */
  async settled(): Promise<void> {
    await this.#turning;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turning.catch(() => {});
    await this.#open.disposeAsync();
  }
}
