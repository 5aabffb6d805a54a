/** A server of one device: its table, its values, its requests. */
import {
  ENDED,
  FAILURES,
  FLAGS,
  FORMATS,
  LEVELS,
  PROPERTIES,
  PT_INVALID,
  PT_TAKE_WAIT_MS_MAX,
  PT_VALID,
  TYPES,
} from "./constants.ts";
import { TangoError } from "./error.ts";
import {
  TANGO_STATES,
  type TangoAttribute,
  type TangoAttributeNamed,
  type TangoPlace,
  type TangoRequest,
  type TangoServer,
  type TangoState,
  type TangoTable,
  type TangoValueOf,
} from "./library.ts";
import type { Native } from "./native.ts";
import { readRequest } from "./requests.ts";
import { cText, escapeForTango } from "./text.ts";
import { encodeValue } from "./values.ts";

/** Enough for any path; a longer request makes it grow. */
const REQUEST_BYTES = 4096;

export class NativeServer<T extends TangoTable> implements TangoServer<T> {
  readonly #native: Native;
  readonly #numbers = new Map<string, { readonly number: number; readonly attribute: TangoAttribute }>();
  #buffer = new Uint8Array(REQUEST_BYTES);
  #iterating = false;

  constructor(native: Native, table: T) {
    this.#native = native;
    this.#define(table);
  }

  #define({ className, description, attributes, commands }: T): void {
    const { symbols } = this.#native;
    this.#native.checked(symbols.pt_define_class(cText(className), cText(description)));
    for (const attribute of attributes) {
      this.#numbers.set(attribute.name, { number: this.#addAttribute(attribute), attribute });
    }
    for (const command of commands) {
      this.#native.checked(symbols.pt_add_command(
        cText(command.name),
        TYPES[command.input],
        TYPES[command.output],
        LEVELS[command.level ?? "operator"],
        cText(command.inputDescription),
        cText(command.outputDescription),
      ));
    }
  }

  #addAttribute(attribute: TangoAttribute): number {
    const { symbols } = this.#native;
    const flags = (attribute.writable ? FLAGS.writable : 0) | (attribute.events ? FLAGS.events : 0) |
      (attribute.onDemand ? FLAGS.onDemand : 0);
    const [x, y] = attribute.size ?? [1];
    const number = this.#native.checked(symbols.pt_add_attribute(
      cText(attribute.name),
      TYPES[attribute.type],
      FORMATS[attribute.format ?? "scalar"],
      flags,
      LEVELS[attribute.level ?? "operator"],
      x,
      y ?? 0,
    ));
    for (const property of Object.keys(PROPERTIES) as (keyof typeof PROPERTIES)[]) {
      const text = attribute[property];
      if (text === undefined) continue;
      this.#native.checked(symbols.pt_describe_attribute(number, PROPERTIES[property], cText(text)));
    }
    return number;
  }

  async start(place: TangoPlace): Promise<string> {
    const { symbols } = this.#native;
    const { server, instance, device, database = "", endpoint = "" } = place;
    this.#native.checked(
      symbols.pt_start(cText(server), cText(instance), cText(device), cText(database), cText(endpoint)),
    );
    this.#native.started = true;
    for (;;) {
      const taken = await this.#take();
      if (taken === "ended") break;
      if (taken !== null && taken.kind === "event" && taken.name === "serving") return taken.text;
    }
    await symbols.pt_join();
    let failure = 0;
    const words = this.#native.words((text, size) => failure = symbols.pt_failure(text, size));
    throw new TangoError(words || "Cannot start: the server was stopped", FAILURES[failure] ?? "other");
  }

  set<N extends T["attributes"][number]["name"]>(
    name: N,
    value: TangoValueOf<TangoAttributeNamed<T, N>>,
    options: { readonly time?: Date } = {},
  ): void {
    const found = this.#numbers.get(name);
    if (found === undefined) throw new TangoError(`There is no attribute ${name}`);
    const { bytes, x, y } = encodeValue(found.attribute, value);
    const quality = value === null ? PT_INVALID : PT_VALID;
    const time_s = (options.time?.getTime() ?? 0) / 1000;
    this.#native.checked(
      this.#native.symbols.pt_set(found.number, bytes, BigInt(bytes.length), x, y, quality, time_s),
    );
  }

  setState(state: TangoState, status: string): void {
    const text = cText(escapeForTango(status));
    this.#native.checked(this.#native.symbols.pt_set_state(TANGO_STATES.indexOf(state), text));
  }

  async *requests(): AsyncIterableIterator<TangoRequest> {
    if (this.#iterating) throw new TangoError("Cannot take requests twice at a time");
    this.#iterating = true;
    try {
      for (;;) {
        const taken = await this.#take();
        if (taken === "ended") return;
        if (taken === null) continue;
        if (taken.kind !== "event") yield taken;
        else if (taken.name === "init" || taken.name === "restart" || taken.name === "stopped") {
          yield { kind: "notice", notice: taken.name, text: taken.text };
        }
      }
    } finally {
      this.#iterating = false;
    }
  }

  /** Null where none came for half a second. Nothing else waits in Deno's pool of threads for so long. */
  async #take() {
    const result = await this.#native.symbols.pt_take(this.#buffer, this.#buffer.length, PT_TAKE_WAIT_MS_MAX);
    if (result === ENDED) return "ended";
    if (result < 0) this.#buffer = new Uint8Array(-result);
    return result <= 0 ? null : readRequest(this.#native, this.#buffer.subarray(0, result));
  }

  async stop(): Promise<void> {
    this.#native.checked(this.#native.symbols.pt_stop());
    await this.#native.symbols.pt_join();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
