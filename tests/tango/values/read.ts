/** What is read of some attributes until the end of a test. */
import assert from "node:assert/strict";
import { TangoValues } from "../../../src/values/tango_values.ts";
import type { ValueReading } from "../../../src/values/value_reading.ts";
import { until } from "./servers.ts";

export interface ReadOptions {
  readonly events?: boolean;
  readonly database?: string;
  /** Whether the client may end; else that fails the test. */
  readonly mayEnd?: boolean;
}

export class Read implements AsyncDisposable {
  /** Of each attribute. */
  readonly readings: ValueReading[][];
  /** Why the client has ended, each time. */
  readonly ends: string[] = [];
  readonly values: TangoValues;

  constructor(names: readonly string[], { events = false, database = "", mayEnd = false }: ReadOptions = {}) {
    this.readings = names.map(() => []);
    const attributes = names.map((name) => ({ name, parameter: name, events, as: "text" as const }));
    this.values = new TangoValues({ database, period_s: 0.2, timeout_s: 0.8, attributes }, { database: "" }, {
      onReading: (index, reading) => void this.readings[index]!.push(reading),
      onEnd: (reason) => {
        assert.ok(mayEnd, reason);
        this.ends.push(reason);
      },
    });
    this.values.start();
  }

  last(index = 0): ValueReading | undefined {
    return this.readings[index]!.at(-1);
  }

  get counts(): number[] {
    return this.readings.map(({ length }) => length);
  }

  async until(is: (last: ValueReading | undefined) => boolean, index = 0): Promise<void> {
    await until(() => is(this.last(index)), () => Deno.inspect([this.last(index), this.values.states()[index]]));
  }

  /** More readings of an attribute than now. */
  async more(count = 2, index = 0): Promise<void> {
    const wanted = this.readings[index]!.length + count;
    await until(() => this.readings[index]!.length >= wanted, () => `${this.counts} of ${wanted}; ${this.ends}`);
  }

  async untilAbsent(pattern: RegExp): Promise<void> {
    const absence = () => this.values.absence(0, Date.now()) ?? "it has a value";
    await until(() => pattern.test(absence()), () => `${absence()} is not ${pattern}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.values.stop();
  }
}
