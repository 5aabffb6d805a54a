/** What a plugin tells, checked before it goes on: a plugin may send anything, and the main thread must not fall over it. */
import type { Backlog, Condition, FrameEvent, Logger } from "../../frames/events.ts";
import type { PluginServices, ServedPlugin } from "./services.ts";
import type { WorkerMessage } from "../messages.ts";

export interface WorkerMessagesOptions {
  readonly log: Logger;
  readonly services: PluginServices;
  /** Whether it stands in the place of what is shipped: only then its frames are frames of the way. */
  readonly ofTheWay: boolean;
  plugin(): ServedPlugin;
  reply(id: number, value: unknown): void;
  onFrame(event: FrameEvent): void;
  onCondition(condition: Condition): void;
  onBacklog(backlog: Backlog): void;
  /** It went wrong beside a firing, or what it told makes no sense. */
  onFailure(message: string): void;
}

/** Standing at once, of one plugin. */
const CONDITIONS_MAX = 100;
const TEXT_LENGTH_MAX = 4096;

/** What was logged under a `once`, of each log. */
const saidOnce = new WeakMap<Logger, Set<string>>();
const SAID_ONCE_MAX = 1000;

export class WorkerMessages {
  readonly #options: WorkerMessagesOptions;
  readonly #standing = new Set<string>();
  #saidStranger = false;

  constructor(options: WorkerMessagesOptions) {
    this.#options = options;
  }

  receive(message: WorkerMessage): void {
    try {
      this.#receive(message);
    } catch (error) {
      this.#options.onFailure(`told what makes no sense: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** Its conditions end with it. */
  clearConditions(): void {
    for (const key of this.#standing) this.#options.onCondition({ key, message: null });
    this.#standing.clear();
  }

  #receive(message: WorkerMessage): void {
    const { services, log } = this.#options;
    const plugin = this.#options.plugin();
    switch (message.type) {
      case "log":
        if (this.#isRepeated(message.fields?.["once"])) return;
        return log[message.level](`${plugin.name}: ${message.message}`, message.fields ?? undefined);
      case "event":
        if (this.#isOfTheWay()) this.#options.onFrame(checkedEvent(message.event));
        return;
      case "condition":
        return this.#condition(message.condition);
      case "backlog":
        if (this.#isOfTheWay()) this.#options.onBacklog(checkedBacklog(message.backlog));
        return;
      case "count":
        return plugin.count(message.name, message.by);
      case "parameters":
      case "parameter_removed":
      case "frames_taken":
        return services.receive(plugin, message);
      case "ask":
        return this.#options.reply(message.id, services.answer(plugin, message.question));
      case "stray_error":
        return this.#options.onFailure(`failed between firings: ${message.error}`);
    }
  }

  #condition({ key, message }: Condition): void {
    if (typeof key !== "string" || !(message === null || typeof message === "string")) {
      throw new TypeError("a condition has a key and a message or null");
    }
    // Those of a stage have keys that others know; any other plugin's could be one of these.
    const own = this.#options.ofTheWay ? key : `${this.#options.plugin().name}/${key}`;
    if (message === null) this.#standing.delete(own);
    else if (this.#standing.size >= CONDITIONS_MAX && !this.#standing.has(own)) return;
    else this.#standing.add(own);
    this.#options.onCondition({ key: own, message: message?.slice(0, TEXT_LENGTH_MAX) ?? null });
  }

  /** What several stages find, each in a thread of its own, is logged once. */
  #isRepeated(once: unknown): boolean {
    if (!this.#options.ofTheWay || typeof once !== "string") return false;
    const { log } = this.#options;
    const said = saidOnce.get(log) ?? new Set();
    saidOnce.set(log, said);
    if (said.has(once)) return true;
    if (said.size < SAID_ONCE_MAX) said.add(once);
    return false;
  }

  #isOfTheWay(): boolean {
    if (this.#options.ofTheWay || this.#saidStranger) return this.#options.ofTheWay;
    this.#saidStranger = true;
    const { log } = this.#options;
    log.warn(`${this.#options.plugin().name}: tells of frames, which only a stage's plugin can: that is left out`);
    return false;
  }
}

const NUMBERS: Readonly<Record<FrameEvent["type"], readonly string[]>> = {
  claimed: [],
  merged: [],
  delivered: ["bytes", "latency_s"],
  quarantined: [],
  dark_removed: ["bytes"],
};

function checkedEvent(event: FrameEvent): FrameEvent {
  const numbers = NUMBERS[event?.type];
  if (numbers === undefined || typeof event.frame !== "string") throw new TypeError("an event has a type and a frame");
  if (event.type === "delivered" && !Array.isArray(event.files)) throw new TypeError("a delivery has files");
  const fields = event as unknown as Record<string, unknown>;
  for (const key of numbers) {
    if (!Number.isFinite(fields[key])) throw new TypeError(`${key} of an event is a number`);
  }
  return event;
}

function checkedBacklog(backlog: Backlog): Backlog {
  const checked: Record<string, number> = {};
  for (const [where, frames] of Object.entries(backlog)) {
    if (!["raw", "temp", "proc", "series"].includes(where)) continue;
    if (!Number.isFinite(frames)) throw new TypeError("a backlog counts frames");
    checked[where] = frames;
  }
  const { left, retried } = backlog;
  if (left !== undefined && !(Array.isArray(left) && left.every((one) => hasNumbers(one, ["id", "frames"])))) {
    throw new TypeError("what is left is counted in frames");
  }
  if (retried !== undefined && !hasNumbers(retried, ["id", "taken", "kept", "waiting"])) {
    throw new TypeError("what is tried again is counted in frames");
  }
  const { unclaimed } = backlog;
  if (unclaimed !== undefined && !hasNumbers(unclaimed, Object.keys(unclaimed ?? {}))) {
    throw new TypeError("what stays in the raw folder is counted by its kind");
  }
  return {
    ...checked,
    ...left === undefined ? {} : { left },
    ...retried === undefined ? {} : { retried },
    ...unclaimed === undefined ? {} : { unclaimed },
  };
}

function hasNumbers(value: unknown, keys: readonly string[]): boolean {
  return typeof value === "object" && value !== null &&
    keys.every((key) => Number.isFinite((value as Record<string, unknown>)[key]));
}
