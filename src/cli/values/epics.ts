/** The process variables that `[plugins.epics]` lists, read over Channel Access by the command itself. */
import { type EpicsTable, EpicsValues } from "../../values/epics/epics_values.ts";
import { readingOf } from "../../values/epics/epics_reading.ts";
import type { ValueReading } from "../../values/value_reading.ts";
import { checkedTable, type ListedValue, listedValue, type ListedValues, type ValueSource } from "./listed_values.ts";
import { valuesCommand } from "./show.ts";

export const EPICS_VALUES: ValueSource = {
  name: "epics",
  noun: "VARIABLE",
  counted: "process variables",
  async open(settings) {
    const table = await checkedTable(settings, "epics");
    return table === null || typeof table === "string" ? table : new ListedEpicsValues(table as EpicsTable);
  },
};

export const runEpicsValues = valuesCommand(EPICS_VALUES);

class ListedEpicsValues implements ListedValues {
  readonly #table: EpicsTable;
  readonly #values: EpicsValues;
  /** Of each, the last reading, also of one that is lost. */
  readonly #readings: (ValueReading | undefined)[] = [];

  constructor(table: EpicsTable) {
    this.#table = table;
    this.#values = new EpicsValues(table, (index) => this.#take(index, Date.now()));
    this.#values.start();
  }

  #take(index: number, now_ms: number): void {
    const state = this.#values.state(index);
    if (state.reason === null) this.#readings[index] = readingOf(state, this.#table.pvs[index]!, { now_ms });
  }

  isTried(): boolean {
    return !this.#table.pvs.some((_, index) => this.#values.isPending(index));
  }

  fault(): null {
    return null;
  }

  read(now_ms: number): ListedValue[] {
    return this.#table.pvs.map((of, index) => {
      const state = this.#values.state(index);
      // A bound of its age may be reached without a new reading.
      this.#take(index, now_ms);
      const reading = this.#readings[index];
      const reason = state.reason ?? (reading?.value === null ? reading.note ?? "it has no value" : null);
      return listedValue(of, reading, { status: state.status, reason });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#values.stop();
    return Promise.resolve();
  }
}
