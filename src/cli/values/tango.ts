/** The attributes that `[plugins.tango]` lists, read by a client's process of the command's own. */
import type { Settings } from "../../config/settings.ts";
import { faultOfDatabase, type TangoTable } from "../../values/tango_list.ts";
import { TangoValues } from "../../values/tango_values.ts";
import { checkedTable, type ListedValue, listedValue, type ListedValues, type ValueSource } from "./listed_values.ts";
import { valuesCommand } from "./show.ts";

export const TANGO_VALUES: ValueSource = {
  name: "tango",
  noun: "ATTRIBUTE",
  counted: "attributes of devices",
  async open(settings) {
    const table = await checkedTable(settings, "tango");
    if (table === null || typeof table === "string") return table;
    const fault = faultOfDatabase(table as TangoTable, settings.tango);
    return fault === null ? new ListedTangoValues(table as TangoTable, settings) : `[plugins.tango] ${fault}`;
  },
};

export const runTangoValues = valuesCommand(TANGO_VALUES);

class ListedTangoValues implements ListedValues {
  readonly #table: TangoTable;
  readonly #values: TangoValues;
  #fault: string | null = null;

  constructor(table: TangoTable, { tango }: Settings) {
    this.#table = table;
    this.#values = new TangoValues(table, tango, {
      onReading: () => void (this.#fault = null),
      onEnd: (reason) => void (this.#fault = reason),
    });
    this.#values.start();
  }

  isTried(): boolean {
    return this.#values.states().every(({ status }) => status !== "waiting");
  }

  fault(): string | null {
    return this.#fault;
  }

  read(now_ms: number): ListedValue[] {
    return this.#values.states().map(({ reading, status }, index) => {
      const reason = this.#values.absence(index, now_ms);
      return listedValue(this.#table.attributes[index]!, reading, { status, reason });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#values.stop();
  }
}
