/** The parameters of one table of values: set to what was read, or, with the reason, to nothing. */
import type { ParameterValue, PluginContext } from "pewatch";
import { NOT_READ_YET, type ValueReading } from "pewatch/values";

type Context = Pick<PluginContext, "parameters" | "counters" | "log">;

/** One entry of the table. */
interface ValueEntry {
  readonly name: string;
  readonly parameter: string;
  readonly path?: string | undefined;
  readonly unit?: string | undefined;
  readonly log: boolean;
}

/** A note of a parameter is not much longer. */
const REASON_LENGTH_MAX = 900;

/** One for the whole life of a plugin, whatever becomes of its table. */
export class ValueParameters {
  #entries: readonly ValueEntry[] = [];
  #originOf: (name: string) => string = (name) => name;
  #absences: (string | null | undefined)[] = [];
  /** How many have no value, as the counter shows it. */
  #counted = 0;

  /** @param originOf where a person finds the value of an entry of this name */
  begin(entries: readonly ValueEntry[], originOf: (name: string) => string): void {
    this.#entries = entries;
    this.#originOf = originOf;
    this.#absences = [];
  }

  /** Why there is no value, as it was set last; null where there is one, undefined before either. */
  absence(index: number): string | null | undefined {
    return this.#absences[index];
  }

  /**
   * @param until when the value ends to count
   * @returns whether there is a value now
   */
  set(context: Context, index: number, { reading, until }: { reading: ValueReading; until: Date }): boolean {
    const { value, note, time, attributes } = reading;
    const entry = this.#entries[index]!;
    const unit = entry.unit ?? reading.unit;
    if (value === null) return this.setAbsence(context, index, note ?? "it has no value");
    try {
      context.parameters.set(entry.parameter, value, {
        ...this.#optionsOf(entry),
        ...unit === undefined ? {} : { unit },
        time,
        attributes,
        ...entry.log && isNumber(value) ? { over: "exposure" } : {},
        until,
      });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return this.setAbsence(context, index, error.message);
    }
    if (this.#isReported(index)) context.log.info(`${entry.name} is there again`);
    this.#absences[index] = null;
    return true;
  }

  /** Set once: it holds until there is a value, or another reason. Returns false: there is no value. */
  setAbsence(context: Context, index: number, reason: string): false {
    if (this.#absences[index] === reason) return false;
    const entry = this.#entries[index]!;
    const note = reason.slice(0, REASON_LENGTH_MAX);
    context.parameters.set(entry.parameter, null, { ...this.#optionsOf(entry), note });
    this.#absences[index] = reason;
    if (this.#isReported(index)) context.log.warn(`${entry.name}: ${reason}; frames go without ${entry.parameter}`);
    return false;
  }

  /** Brings the counter of those without a value up to date. */
  count({ counters }: Context): void {
    const without = this.#absences.filter((reason) => typeof reason === "string").length;
    if (without !== this.#counted) counters.add("without value", without - this.#counted);
    this.#counted = without;
  }

  /** A start's first second is no fault. */
  #isReported(index: number): boolean {
    const reason = this.#absences[index];
    return typeof reason === "string" && reason !== NOT_READ_YET;
  }

  #optionsOf({ name, path }: ValueEntry) {
    return { origin: this.#originOf(name), ...path === undefined ? {} : { path } };
  }
}

function isNumber(value: ParameterValue): boolean {
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
}
