/** The attributes of a list as they are now: read by the client's process, each with its value, or why there is none. */
import type { TangoAttributeStatus, TangoConfigRecord, TangoRecord } from "../../ffi/tango/client/records.ts";
import { TangoClient } from "./tango_client.ts";
import { maxAgeSeconds, tangoList, type TangoTable } from "./tango_list.ts";
import { tangoReading } from "./tango_reading.ts";
import type { ValueReading } from "./value_reading.ts";

export interface TangoAttributeState {
  readonly status: TangoAttributeStatus;
  /** Why it was not read; empty where it was. */
  readonly reason: string;
  readonly reading: ValueReading | null;
  /** When the reading arrived, milliseconds since 1970; null before the first. */
  readonly read_ms: number | null;
}

export interface TangoValuesEvents {
  onReading?(index: number, reading: ValueReading, read: Date): void;
  /** The client's process has ended, and is started again after a pause. */
  onEnd?(reason: string, pause_ms: number): void;
}

type Kept = { -readonly [Key in keyof TangoAttributeState]: TangoAttributeState[Key] } & {
  config?: TangoConfigRecord;
};

/** Why an attribute has no value right after a start. */
export const NOT_READ_YET = "it has not been read yet";

export class TangoValues {
  readonly #table: TangoTable;
  readonly #events: TangoValuesEvents;
  readonly #client: TangoClient;
  readonly #kept: Kept[];
  /** Why no attribute can be read; null while the client runs. */
  #ended: string | null = null;

  constructor(table: TangoTable, tango: { readonly database: string }, events: TangoValuesEvents = {}) {
    this.#table = table;
    this.#events = events;
    this.#kept = table.attributes.map(() => (
      { status: "waiting", reason: "", reading: null, read_ms: null }
    ));
    const { list, indexes } = tangoList(table, tango);
    this.#client = new TangoClient(list, {
      onRecord: (record) => {
        this.#ended = null;
        if (record.kind === "heartbeat") return;
        for (const index of indexes[record.attribute] ?? []) this.#take(index, record);
      },
      onEnd: (reason, pause_ms) => {
        this.#ended = reason;
        events.onEnd?.(reason, pause_ms);
      },
    });
  }

  start(): void {
    this.#client.start();
  }

  async stop(): Promise<void> {
    await this.#client.stop();
  }

  /** Of the client's process; null between two. */
  get pid(): number | null {
    return this.#client.pid;
  }

  /** In the order of the table. */
  states(): readonly TangoAttributeState[] {
    return this.#kept;
  }

  /** Until when a value counts that arrived at this time. */
  until(index: number, read: Date): Date {
    return new Date(read.getTime() + 1000 * maxAgeSeconds(this.#table, this.#table.attributes[index]!));
  }

  /** Why an attribute has no value now, in one sentence; null where it has one. */
  absence(index: number, now_ms: number): string | null {
    const { reading, read_ms, status, reason } = this.#kept[index]!;
    const fails = this.#ended !== null || (status !== "read" && status !== "waiting");
    const age_s = maxAgeSeconds(this.#table, this.#table.attributes[index]!, { fails });
    if (reading !== null && read_ms !== null && now_ms - read_ms <= 1000 * age_s) {
      return reading.value === null ? reading.note ?? "it has no value" : null;
    }
    if (this.#ended !== null) return this.#ended;
    if (status === "waiting") return NOT_READ_YET;
    return status === "read" ? "it has not been read in time" : reason === "" ? status : `${status}: ${reason}`;
  }

  #take(index: number, record: Exclude<TangoRecord, { kind: "heartbeat" }>): void {
    const kept = this.#kept[index]!;
    switch (record.kind) {
      case "status":
        kept.status = record.status;
        kept.reason = record.reason;
        return;
      case "config":
        kept.config = record;
        return;
      case "value": {
        const { as: form, max_age_s } = this.#table.attributes[index]!;
        const reading = tangoReading(record, { config: kept.config, form });
        // Who sets the bound means the value's own age: a server may repeat what it read long ago.
        const age_s = record.read_s - reading.time.getTime() / 1000;
        kept.reading = max_age_s === undefined || age_s <= max_age_s || reading.value === null ? reading : {
          ...reading,
          value: null,
          note: `its time, ${reading.time.toISOString()}, is older than max_age_s = ${max_age_s}`,
        };
        kept.read_ms = record.read_s * 1000;
        this.#events.onReading?.(index, kept.reading, new Date(kept.read_ms));
      }
    }
  }
}
