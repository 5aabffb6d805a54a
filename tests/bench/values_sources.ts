/** What the daemon reads values from: 200 good Tango attributes, a device that hangs, a database that restarts, an IOC. */
import { Ioc } from "../epics/ioc.ts";
import { DATABASE_PACKAGE, TangoDatabase } from "../ffi/tango/database.ts";
import { CAN_READ, ValuesServer } from "../tango/values/servers.ts";
import type { Expected } from "./values_run.ts";

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
/** Of devices whose first attribute is looked at in each frame. */
const WATCHED_EACH = 5;
const EPICS = ["temp", "count", "shutter", "valve", "sample"];

export class ValuesSources implements AsyncDisposable {
  readonly #open: AsyncDisposableStack;
  readonly #database: TangoDatabase;
  #isAway = false;
  #turning: Promise<void> = Promise.resolve();
  readonly count: number;
  readonly tables: string;
  readonly expected: Expected;

  private constructor(
    open: AsyncDisposableStack,
    of: { database: TangoDatabase; good: ValuesServer; bad: readonly string[]; devices: number; ioc: Ioc | null },
  ) {
    this.#open = open;
    this.#database = of.database;
    const attributes = Array.from(
      { length: of.devices },
      (_, device) => ATTRIBUTES.map((name) => of.good.attribute(name, device + 1)),
    ).flat();
    const tango = [...attributes, ...of.bad].map((name, index) =>
      `[[plugins.tango.attributes]]\nname = "${name}"\nparameter = "value ${index}"`
    );
    const pvs = of.ioc === null ? [] : EPICS;
    const epics = pvs.map((name) => `[[plugins.epics.pvs]]\nname = "PW:TEST:${name}"\nparameter = "${name}"`);
    const address = of.ioc === null
      ? []
      : [`[plugins.epics]\nauto_addresses = false\naddresses = ["127.0.0.1:${of.ioc.port}"]`];
    this.count = tango.length + epics.length;
    this.tables = [...tango, ...address, ...epics].join("\n");
    // What the hung device has is never read; the database's attribute goes and comes.
    this.expected = {
      good: [...attributes.map((_, index) => `value ${index}`), ...pvs],
      watched: attributes.flatMap((_, index) =>
        index % (WATCHED_EACH * ATTRIBUTES.length) === 0 ? [`value ${index}`] : []
      ),
    };
  }

  static async start({ devices, epics }: { devices: number; epics: boolean }): Promise<ValuesSources> {
    await using open = new AsyncDisposableStack();
    const good = open.use(await ValuesServer.start({ devices }));
    const hung = open.use(await ValuesServer.start());
    const database = open.use(await TangoDatabase.start());
    const listed = open.use(new ValuesServer({ database: database.address }));
    await listed.register();
    await listed.start();
    hung.freeze(true);
    const ioc = epics ? open.use(await Ioc.start()) : null;
    const bad = [hung.attribute("Position"), listed.attribute("Position")];
    return new ValuesSources(open.move(), { database, good, bad, devices, ioc });
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
